"""A writer of the audit log that is killed at any step leaves a log that is whole and can be gone on with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLED = """
import json, os, signal, sys
from pathlib import Path
from pipelines import audit
from pipelines.settings import Settings

home, more, fresh = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3] == "fresh"
ACTS = [audit.Act("consultation", "a.reader", {"number": number}, "a test") for number in range(3)]
STEPS = ("write", "fsync", "replace", "open", "ftruncate")

def kill_at(step, whole):
    taken = 0
    def watched(name, real):
        def call(*arguments, **named):
            nonlocal taken
            taken += 1
            if taken == step:
                if name == "write" and not whole:
                    real(arguments[0], arguments[1][: len(arguments[1]) // 2])
                elif whole:
                    real(*arguments, **named)
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)
        return call
    for name in STEPS:
        setattr(os, name, watched(name, getattr(os, name)))

settings = Settings(home=home, **more)
audit.record_all(settings, ACTS[:1])
kills = told = 0
for whole in (False, True):
    step = 0
    while True:
        step += 1
        if fresh:
            settings = Settings(home=home / f"{step}-{whole}", **more)
        for _ in range(2):  # the second is killed in what the first has left
            child = os.fork()
            if not child:
                kill_at(step, whole)
                audit.record_all(settings, ACTS)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            audit.verify(settings)
        audit.record(settings, action="disclosure", who="b.reader", what={"step": step, "whole": whole}, why="after")
        audit.verify(settings)
        told += list(audit.read(settings))[-1].what == {"step": step, "whole": whole}
        if not os.WIFSIGNALED(status):
            break
        kills += 1
print(json.dumps({"kills": kills, "told": told}))
"""


@pytest.mark.parametrize("log", ["begun", "guarded", "fresh"])
def test_a_writer_killed_at_any_step_leaves_a_log_that_is_whole(tmp_path: Path, log: str) -> None:
    guards = {"audit_key": "a key of the test's own", "audit_anchor": str(tmp_path / "anchor")}
    more = json.dumps(guards if log == "guarded" else {})
    arguments = [sys.executable, "-c", KILLED, str(tmp_path / "home"), more, log]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["kills"] >= 20
    assert said["told"] == said["kills"] + 2
