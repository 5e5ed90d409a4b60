"""Nights on a disk that fills up: a file system of a size, which also holds what Dagster keeps.

`python -m tests.hostile.disks FOLDER` must be started by `unshare`, so that mounting needs no rights of the machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from pipelines import audit
from pipelines.settings import Settings
from tests.hostile.processes import Commands, commands, contents, deliver, leftovers, new_home, statuses

IN_A_NAME_SPACE = ("unshare", "--user", "--map-root-user", "--mount")
ROOM = 1 << 30
"""Bytes of a disk that has room for anything."""


class Disk:
    """A file system in memory, of a size that can be changed while it is in use."""

    def __init__(self, place: Path) -> None:
        """Mount it in a folder."""
        place.mkdir()
        self.place = place
        self._mount("tmpfs", f"size={ROOM}")

    def resize(self, size: int) -> None:
        """Change how many bytes it holds."""
        self._mount("tmpfs", f"remount,size={size}")

    def used(self) -> int:
        """Return how many bytes it holds now."""
        told = os.statvfs(self.place)
        return (told.f_blocks - told.f_bfree) * told.f_frsize

    def hold(self, folder: Path) -> None:
        """Hold what a folder holds, and nothing else."""
        for path in self.place.iterdir():
            shutil.rmtree(path)
        shutil.copytree(folder, self.place, symlinks=True, dirs_exist_ok=True)

    def _mount(self, kind: str, options: str) -> None:
        subprocess.run(["mount", "-t", kind, "-o", options, kind, str(self.place)], check=True)  # noqa: S607  # as the shell finds it


def fill_disks(folder: Path, *, disks: int) -> dict[str, int]:
    """Run one night on full disks, each a little larger, then with room again, and compare it with one that had room.

    Args:
        folder: an empty folder.
        disks: how many.

    Returns:
        How often a night ended with what.
    """
    disk = Disk(folder / "disk")
    home, kept = disk.place / "home", folder / "kept"
    ends: Counter[str] = Counter()
    with commands(folder) as given:
        given.whole_night(new_home(home), 0)
        deliver(home, 1)
        shutil.copytree(disk.place, kept, symlinks=True)
        before, used = contents(home), disk.used()
        peak = _peak(given, disk, home)
        whole = contents(home)
        assert before != whole
        for number in range(disks):
            disk.hold(kept)
            disk.resize(used + (peak - used) * number // disks)
            night = given.night(home, 1)
            night.wait()
            said = night.said
            assert contents(home) in (before, whole), said
            ends[_end(night.statuses, said)] += 1
            disk.resize(ROOM)
            given.whole_night(home, 1)
            assert contents(home) == whole, said
            assert leftovers(home) == [], said
            audit.verify(Settings(home=home))
            assert not statuses(home)["STARTED"], said
    return dict(ends)


def _peak(given: Commands, disk: Disk, home: Path) -> int:
    """Run a whole night and return how many bytes the disk held at most."""
    night, peak = given.night(home, 1), 0
    while night.is_alive():
        peak = max(peak, disk.used())
        time.sleep(0.005)
    assert night.statuses == [0], night.said
    return peak


def _end(ended: list[int], said: str) -> str:
    """Return how a night ended: the one sentence of one that failed, without names of files."""
    assert "Traceback" not in said, said
    if ended == [0]:
        return "published"
    assert ended in ([1], [3]), said
    sentences = [line for line in said.splitlines() if line.startswith("conjoin: ")]
    assert sentences, said
    assert all(sentence.endswith(".") for sentence in sentences), said
    return sentences[0]


if __name__ == "__main__":
    print(json.dumps(fill_disks(Path(sys.argv[1]), disks=int(sys.argv[2]))))  # noqa: T201  # what the test reads
