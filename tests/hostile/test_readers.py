"""Twenty readers in loops, twenty nights."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.readers import read_during_nights

pytestmark = pytest.mark.hostile

NIGHTS = 20
READERS = 20


def test_twenty_readers_in_loops_stop_none_of_twenty_nights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = read_during_nights(tmp_path, nights=NIGHTS, readers=READERS)
    with capsys.disabled():
        print(f"\nreaders: {figures}")  # noqa: T201  # the figures are kept
    assert (figures["nights"], figures["nights that failed"], figures["commands that failed"]) == (NIGHTS, 0, 0)
    assert figures["commands that read"] > NIGHTS
