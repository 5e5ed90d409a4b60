"""Measuring a command: its wall-clock seconds and its peak memory."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from pipelines.errors import CheckFailedError

OUTPUT = "output.txt"
"""What a measured command printed, in the folder it worked in."""


def measure(command: list[str], work: Path) -> dict[str, float]:
    """Run a command and return its wall-clock seconds and its peak memory in MB."""
    log = work / OUTPUT
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603  # our own commands
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise CheckFailedError(f"A measured command failed: {' '.join(last) or 'it printed nothing'}")
    return {"seconds": round(time.monotonic() - began, 2), "peak_mb": usage.ru_maxrss // 1024}
