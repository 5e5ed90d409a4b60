"""Commands in processes of their own, forked from one that has loaded the product, which takes longer than most."""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.house.repository import ROOT


class Forker:
    """A process that has loaded the product, and forks another for each command it is given."""

    def __init__(self, *under: str) -> None:
        """Start it, under a program such as `setpriv` where one is given; it ends when this process does."""
        command = [*under, sys.executable, "-m", __name__]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
        atexit.register(self.process.communicate)

    def run(
        self, arguments: Sequence[str], variables: Mapping[str, str], *, typed: str = "", patience: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line and return how it ended and what it said.

        Args:
            arguments: the command and its arguments.
            variables: its whole environment.
            typed: what is typed into it.
            patience: seconds after which it is killed.

        Raises:
            TimeoutExpired: it was killed.
        """
        orders, answers = self.process.stdin, self.process.stdout
        assert orders
        assert answers
        umask = os.umask(0)
        os.umask(umask)
        with TemporaryDirectory() as name:
            streams = [Path(name) / stream for stream in ("stdin", "stdout", "stderr")]
            for stream in streams:
                stream.touch()
            streams[0].write_text(typed, encoding="utf-8")
            order = {
                "arguments": list(arguments), "variables": dict(variables), "streams": [str(one) for one in streams],
                "umask": umask, "folder": str(Path.cwd()), "loaded": str(Path(name) / "loaded"),
            }  # fmt: skip
            print(json.dumps(order), file=orders, flush=True)
            child = int(answers.readline())
            in_time, _, _ = select.select([answers], [], [], patience)
            if not in_time:
                os.kill(child, signal.SIGKILL)
            status = int(answers.readline())
            said, complained = (stream.read_text(encoding="utf-8") for stream in streams[1:])
        if not in_time:
            raise subprocess.TimeoutExpired(list(arguments), patience, said, complained)
        return subprocess.CompletedProcess(list(arguments), status, said, complained)


forker = functools.cache(Forker)
"""The one of this process under each program, which the first command starts."""


def _load(modules: Iterable[str]) -> None:
    """Load modules, and keep the collector of garbage from looking through them in each child."""
    for module in modules:
        # A few of other people's cannot be loaded by themselves.
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    gc.collect()
    gc.freeze()


def _become(order: dict[str, Any]) -> int:
    """Run a command in this process, as one that was just started would; return its exit status."""
    for descriptor, stream in enumerate(order["streams"]):
        opened = os.open(stream, os.O_RDWR | os.O_APPEND)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(order["variables"])
    time.tzset()
    os.chdir(order["folder"])
    os.umask(order["umask"])
    sys.argv = ["conjoin", *order["arguments"]]
    try:
        importlib.import_module("pipelines.cli").main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  # as the interpreter itself does at the end of a process
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    """Fork a process for each line of standard input; print its id, and its exit status when it has ended.

    What a command loads is loaded here after it, so that the next one need not.
    """
    _load(["pipelines.nightly_run", "pipelines.cli"])
    answers = sys.stdout
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            status, before = 1, set(sys.modules)
            try:
                status = _become(order)
                sys.stdout.flush()
                sys.stderr.flush()
                Path(order["loaded"]).write_text(json.dumps([*(set(sys.modules) - before)]), encoding="utf-8")
            finally:
                # What was loaded before the fork ends badly after it.
                os._exit(status)
        print(child, file=answers, flush=True)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if (loaded := Path(order["loaded"])).exists():
            _load(sorted(json.loads(loaded.read_text(encoding="utf-8"))))
        print(status, file=answers, flush=True)


if __name__ == "__main__":
    main()
