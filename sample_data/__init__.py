"""Synthetic source systems: seven police, prison and probation systems, and the truth about who and what is in them."""

from sample_data.sample import FIRST_NIGHT, MOST_PEOPLE, NightSummary, SampleSummary, generate

__all__ = ["FIRST_NIGHT", "MOST_PEOPLE", "NightSummary", "SampleSummary", "generate"]
