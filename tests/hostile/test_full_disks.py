"""Disks that fill up while a night is at work: what was published stays readable, and the next night is whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.pipelines.nights import attempt, conjoin, contents, copy_of, sentence_of

pytestmark = pytest.mark.hostile

DISKS = 24
"""How often the disk is full, each time at another size between nothing and what a whole night writes."""


def test_a_disk_that_is_full_at_any_moment_harms_nothing(night_one: Path, night_two: Path, tmp_path: Path) -> None:
    before, whole = contents(night_one), contents(night_two)
    largest = max(path.stat().st_size for path in night_two.rglob("*") if path.is_file()) // 1024
    ends: Counter[str] = Counter()
    for number in range(DISKS):
        home = copy_of(night_one, tmp_path / str(number))
        done = attempt(home, "demo", "--night", "2", largest_file=number * largest // (DISKS - 1))
        assert contents(home) in (before, whole), number
        if done.returncode:
            ends[sentence_of(done).replace(str(home), "HOME")] += 1
        else:
            ends["published"] += 1
        conjoin(home, "demo", "--night", "2", "--json")
        assert contents(home) == whole, number
    print(f"{DISKS} full disks, none harmed a snapshot or the next night:", *ends.items(), sep="\n  ")  # noqa: T201
