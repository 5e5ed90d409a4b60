"""Nights killed at random moments: each leaves the snapshot readable, and the next whole run is as if none had been."""

from __future__ import annotations

import random
import time
from pathlib import Path

from pipelines import audit
from pipelines.settings import Settings
from tests.hostile.processes import commands, contents, deliver, new_home, statuses


def kill_nights(folder: Path, *, nights: int, kills: int, seed: int) -> dict[str, float]:
    """Kill each night so many times at random moments, then let it end, and compare it with one that nobody killed.

    Args:
        folder: an empty folder.
        nights: how many nights.
        kills: how many times each is killed.
        seed: of the moments.

    Returns:
        How many kills met a run at work, and the seconds that a whole night took.
    """
    moments, met, longest = random.Random(seed), 0, 0.0  # noqa: S311  # moments, no secrets
    with commands(folder) as given:
        spared, killed = (new_home(folder / name) for name in ("spared", "killed"))
        before = None
        for number in range(nights):
            for home in (spared, killed) if number else ():
                deliver(home, number)
            began = time.monotonic()
            given.whole_night(spared, number)
            longest = max(longest, time.monotonic() - began)
            whole = contents(spared)
            assert whole != before
            for _ in range(kills):
                night = given.night(killed, number)
                time.sleep(moments.uniform(0, longest))
                night.kill()
                met += not night.statuses
                assert contents(killed) in (before, whole), night.said
            given.whole_night(killed, number)
            assert contents(killed) == whole
            before = whole
        left = [path.name for path in killed.rglob("*") if path.name.startswith((".landing", ".unfinished", ".spill"))]
        assert left == []
        audit.verify(Settings(home=killed))
        assert not statuses(killed)["STARTED"]
    return {"kills": nights * kills, "met a run at work": met, "seconds of a night": round(longest, 1)}
