"""Ratios of counts, with one convention for an empty denominator."""

from __future__ import annotations


def ratio(part: float, whole: float) -> float:
    """Return part / whole, or 1.0 if the whole is 0: what could not go wrong did not."""
    return part / whole if whole else 1.0


def harmonic_mean(precision: float, recall: float) -> float:
    """Return F1, the harmonic mean of precision and recall (van Rijsbergen 1979); 0.0 if both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
