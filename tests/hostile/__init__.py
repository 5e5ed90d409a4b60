"""Attacks at full size that print their figures (`make test-hostile`); a short part of each is among the other tests."""
