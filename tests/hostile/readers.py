"""Nights while commands that read the warehouse come and go without a pause: none of either fails."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.processes import commands, deliver, new_home

READERS = (
    ("explain", "library:l0"),
    ("decide", "list"),
    ("quarantine", "list"),
    ("explain", "library:l0", "pool:p3"),
    ("evaluate", "--no-truth", "--json"),
)


def read_during_nights(folder: Path, *, nights: int, readers: int) -> dict[str, int]:
    """Run nights while readers are in loops.

    Args:
        folder: an empty folder.
        nights: how many nights after the first, which nobody reads.
        readers: how many processes read, each over and over.

    Returns:
        How many nights and commands ran, and how many of them failed.
    """
    with commands(folder) as given:
        home, stop = new_home(folder / "home"), folder / "stop"
        given.whole_night(home, 0)
        loops = [given.start(home, *READERS[number % len(READERS)], until=stop) for number in range(readers)]
        ended = []
        try:
            for number in range(1, nights + 1):
                deliver(home, number)
                night = given.night(home, number)
                night.wait()
                ended.append(night)
        finally:
            stop.touch()
            for loop in loops:
                loop.wait()
    read = [status for loop in loops for status in loop.statuses]
    failed = [night for night in ended if night.statuses != [0]] + [loop for loop in loops if any(loop.statuses)]
    for one in failed:
        print(one.out.name, one.statuses, one.said[-500:])  # noqa: T201  # why the test fails
    return {
        "nights": len(ended),
        "nights that failed": sum(night.statuses != [0] for night in ended),
        "commands that read": len(read),
        "commands that failed": sum(status != 0 for status in read),
    }
