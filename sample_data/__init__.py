"""Synthetic source systems: seven police, prison and probation systems, and the truth about who and what is in them."""

from sample_data.sample import FIRST_NIGHT, MOST_PEOPLE, NightSummary, SampleSummary, generate
from sample_data.worlds import USUAL, WORLDS, SampleWorld, world_named

__all__ = [
    "FIRST_NIGHT",
    "MOST_PEOPLE",
    "USUAL",
    "WORLDS",
    "NightSummary",
    "SampleSummary",
    "SampleWorld",
    "generate",
    "world_named",
]
