"""Nothing that a delivery holds, in values, headings, keys or tags, reaches a log, a message, Dagster or the feeds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pipelines import audit
from pipelines.publish.audited import verify_audit
from tests.pipelines.leaking import MARKER, SECRET, leaking

NIGHTS = 3
"""The first is whole; the long suite under `tests/hostile` has the nights it takes for every damage of every format."""


def leaks_of_nights(
    nights: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> tuple[list[str], dict[str, int]]:  # fmt: skip
    """Run nights and return where something planted went, and figures of what was searched."""
    found: list[str] = []
    figures = {"published": 0, "stopped": 0, "held back": 0, "events": 0}
    dagster = tmp_path / "dagster"
    monkeypatch.setenv("DAGSTER_HOME", str(dagster))
    rng = random.Random(20260302)  # noqa: S311 - the same nights each time
    with leaking(tmp_path) as world, caplog.at_level("DEBUG"):
        monkeypatch.setenv(SECRET, world.server.reader_password)
        for night in range(nights):
            world.deliver(night, rng)
            said = world.run(night)
            if night == 0:
                assert "published/all" in said, said
            figures["published" if "published/all" in said else "stopped"] += 1
            figures["held back"] += said.count("stays in force")
            printed = capfd.readouterr()
            logged = "".join(record.getMessage() for record in caplog.records if record.name.startswith("pipelines"))
            said += f"{printed.out}{printed.err}{logged}"
            found += [f"night {night}: {place}" for place in world.leaks(said, dagster)]
            caplog.clear()
        figures["events"] = world.events(dagster)
        settings = world.settings(nights)
        verify_audit(settings)
        assert {entry.action for entry in audit.read(settings)} >= {"collection", "combination"}
        assert MARKER in (world.inbox / "csv").read_text(encoding="utf-8", errors="replace").lower()
    return found, figures


@pytest.mark.long
def test_nothing_planted_in_nine_formats_reaches_logs_messages_dagster_or_feeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    found, figures = leaks_of_nights(NIGHTS, tmp_path, monkeypatch, capfd, caplog)
    assert found == []
    assert figures["events"] > 100 * NIGHTS
    assert figures["held back"] > 0
