"""Conjoin measured beside bare scripts on the same data; only the ratios of one run count."""
