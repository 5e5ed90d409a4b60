"""Disks that fill up while a night is at work: what was published stays readable, and the next night is whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.disks import IN_A_NAME_SPACE

pytestmark = pytest.mark.hostile

DISKS = 24
"""How often the disk is full, each time at another size between what it holds and what a whole night needs."""


def test_a_disk_that_is_full_at_any_moment_harms_nothing(tmp_path: Path) -> None:
    if not shutil.which("unshare") or subprocess.run([*IN_A_NAME_SPACE, "true"], check=False).returncode:
        pytest.skip("needs name spaces of users, for a file system of its own")
    command = [*IN_A_NAME_SPACE, sys.executable, "-m", "tests.hostile.disks", str(tmp_path), str(DISKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ends = json.loads(done.stdout.splitlines()[-1])
    print(f"{DISKS} full disks, none harmed a snapshot or the next night:", *ends.items(), sep="\n  ")  # noqa: T201
    assert sum(ends.values()) == DISKS
    assert ends.get("published", 0) < DISKS / 2
