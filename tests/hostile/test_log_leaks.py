"""Thirty nights of nine formats, each night damaged anew: nothing planted in them goes where no value may be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.pipelines.test_log_leaks import leaks_of_nights

NIGHTS = 30

pytestmark = pytest.mark.hostile


def test_nothing_planted_leaks_in_thirty_nights_of_nine_formats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    found, figures = leaks_of_nights(NIGHTS, tmp_path, monkeypatch, capfd, caplog)
    with capfd.disabled():
        sys.stdout.write(f"\nlog leaks: {NIGHTS} nights, 9 formats, {figures}, {len(found)} leaks\n")
    assert found == []
    assert figures["published"] >= NIGHTS // 5
    assert figures["stopped"] > 0
