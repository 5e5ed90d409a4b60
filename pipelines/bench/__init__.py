"""Conjoin measured beside bare scripts on the same data; the ratios of one run are what counts."""
