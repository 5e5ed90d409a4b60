"""Nights killed at random moments: each leaves the snapshot readable, and the next whole run is as if none had been."""

from __future__ import annotations

import math
import random
import time
from contextlib import suppress
from pathlib import Path

import psutil

from pipelines import audit
from pipelines.settings import Settings
from pipelines.warehouse.lock import is_held
from tests.hostile.processes import Command, commands, contents, deliver, leftovers, new_home, statuses

MOMENT = 0.05
"""Seconds by the clock within which a kill follows, for moments at which a night waits for the disk."""


def kill_nights(folder: Path, *, nights: int, kills: int, seed: int) -> dict[str, float]:
    """Kill each night so many times at random moments, then let it end, and compare it with one that nobody killed.

    Args:
        folder: an empty folder.
        nights: how many nights.
        kills: how many times each is killed.
        seed: of the moments.

    Returns:
        How many kills there were, how many met a run at work and how many of these one that held the run lock, and the
        processor's seconds that a whole night took.
    """
    moments, met, held, longest = random.Random(seed), 0, 0, 0.0  # noqa: S311  # moments, no secrets
    with commands(folder) as given:
        spared, killed = (new_home(folder / name) for name in ("spared", "killed"))
        before = None
        for number in range(nights):
            for home in (spared, killed) if number else ():
                deliver(home, number)
            night = given.night(spared, number)
            longest = max(longest, _at_work(night, math.inf))
            assert night.statuses == [0], night.said
            whole = contents(spared)
            assert whole != before
            for _ in range(kills):
                night = given.night(killed, number)
                _at_work(night, moments.uniform(0, longest))
                time.sleep(moments.uniform(0, MOMENT))
                held += is_held(killed)
                night.kill()
                met += not night.statuses
                assert contents(killed) in (before, whole), night.said
            given.whole_night(killed, number)
            assert contents(killed) == whole
            before = whole
        assert leftovers(killed) == []
        audit.verify(Settings(home=killed))
        assert not statuses(killed)["STARTED"]
    return {
        "kills": nights * kills, "met a run at work": met, "held the run lock": held,
        "seconds of a night": round(longest, 1),
    }  # fmt: skip


def _at_work(night: Command, seconds: float) -> float:
    """Wait until a night has used so many seconds of the processor, or has ended, and return how many it has used.

    Moments by the clock would mostly come after its end, or before its beginning, on a machine that does other things.
    """
    used = 0.0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(night.pid)
        while used < seconds and night.is_alive():
            times = process.cpu_times()
            used = max(used, times.user + times.system)
            time.sleep(0.01)
    return used
