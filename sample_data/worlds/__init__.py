"""Worlds: populations and deliveries unlike the usual ones, as parameters and edits that the one generator reads."""

from sample_data.worlds.edit import edit
from sample_data.worlds.files import CsvFile, deliver, write_no_gaps, write_people_of
from sample_data.worlds.world import USUAL, WORLDS, SampleWorld, world_named

__all__ = [
    "USUAL",
    "WORLDS",
    "CsvFile",
    "SampleWorld",
    "deliver",
    "edit",
    "world_named",
    "write_no_gaps",
    "write_people_of",
]
