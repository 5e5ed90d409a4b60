"""Attacks at full size, which print their figures (`make test-hostile`); a short part of each is among the other tests."""
