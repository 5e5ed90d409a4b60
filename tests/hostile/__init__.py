"""Attacks at full size that print their figures (`make test-hostile`); a short part is among the other tests."""
