"""Two hundred nights killed at random moments."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.kills import kill_nights

pytestmark = pytest.mark.hostile

NIGHTS = 10
KILLS = 20
"""Of each night."""


def test_two_hundred_kills_leave_every_snapshot_readable_and_every_next_run_correct(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = kill_nights(tmp_path, nights=NIGHTS, kills=KILLS, seed=18)
    with capsys.disabled():
        print(f"\nkills: {figures}")  # noqa: T201  # the figures are kept
    # Moments are of a whole command; a third of it and more is start and end, when it holds nothing.
    assert figures["met a run at work"] > NIGHTS * KILLS / 2
    assert figures["held the run lock"] > NIGHTS * KILLS / 3
