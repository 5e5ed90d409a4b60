"""The numbers and names that every part of the generator shares: systems, nights, days."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SYSTEMS: tuple[str, ...] = ("pnc", "rms", "ctnm", "visor", "nomis", "ndelius", "oasys")
"""Source systems in the order of their numbers."""

PNC, RMS, CTNM, VISOR, NOMIS, NDELIUS, OASYS = range(7)

MAX_SEQUENCE = 4
"""A person has at most this many records in one system."""

FOREVER = 9_999
"""The last night of what never ends."""

NO_DAY = -1_000_000
"""Stands for a date that is missing, in days since 1970-01-01."""

EPOCH = date(1970, 1, 1)


def day(value: date) -> int:
    """Count the days from 1970-01-01."""
    return (value - EPOCH).days


def first_of_january(days: Ints) -> Ints:
    """Move each day to 1 January of its year."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64))


def record_number(person: Ints | int, system: Ints | int, sequence: Ints | int) -> Ints:
    """Number a record: the same in every chunk and on every night."""
    return np.asarray((person * len(SYSTEMS) + system) * MAX_SEQUENCE + sequence)


def stage(seed: int, chunk: int, name: str) -> np.random.Generator:
    """Give each stage of each chunk its own random numbers, so that a change in one changes no other."""
    return np.random.default_rng([seed, chunk, *name.encode()])
