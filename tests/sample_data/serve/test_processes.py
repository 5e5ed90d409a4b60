"""A server's process is ended with its context, or with the process that started it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sample_data.serve.processes import ServerError, ServerProcess
from tests.sample_data.serve.children import children

SLEEP = "import time; time.sleep(600)"
PARENT = """
import sys, time
from pathlib import Path
from sample_data.serve.processes import ServerProcess
server = ServerProcess([sys.executable, "-c", "import time; time.sleep(600)"], log=Path(sys.argv[1]))
print(server.pid, flush=True)
time.sleep(600)
"""


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def within_seconds(seconds: float, pid: int) -> bool:
    """Tell whether a process ends within some seconds."""
    deadline = time.monotonic() + seconds
    while exists(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not exists(pid)


def test_a_server_ends_with_its_context_also_on_an_error(tmp_path: Path) -> None:
    before = children()
    started = set()

    def fail() -> None:
        with ServerProcess([sys.executable, "-c", SLEEP], log=tmp_path / "log") as server:
            assert server.running
            started.update(children() - before)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert len(started) == 2, "the server and its guard"
    assert children() == before


def test_a_server_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sample_data.serve.processes.GRACE", 0.2)
    stubborn = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"
    log = tmp_path / "log"
    with ServerProcess([sys.executable, "-c", stubborn], log=log) as server:
        server.wait_for(lambda: "deaf" in log.read_text() or None)
    assert not exists(server.pid)


def test_a_server_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        server = int(parent.stdout.readline())
        assert exists(server)
        parent.send_signal(signal.SIGKILL)
    ended = within_seconds(10, server)
    if not ended:
        os.kill(server, signal.SIGKILL)
    assert ended


def test_ending_a_server_twice_does_no_harm(tmp_path: Path) -> None:
    with ServerProcess([sys.executable, "-c", SLEEP], log=tmp_path / "log") as server:
        server.end()
    assert not server.running


def test_a_server_that_ends_at_once_is_told_with_its_last_line(tmp_path: Path) -> None:
    failing = "import sys; print('first', flush=True); sys.exit('the port is taken')"
    with (
        ServerProcess([sys.executable, "-c", failing], log=tmp_path / "log") as server,
        pytest.raises(ServerError, match=re.escape("ended with status 1 at once: the port is taken")),
    ):
        server.wait_for(lambda: None)


def test_no_setting_of_the_user_reaches_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RCLONE_CONFIG", "elsewhere")
    log = tmp_path / "log"
    show = "import os; print(sorted(os.environ), 'shown', flush=True)"
    with ServerProcess([sys.executable, "-c", show], log=log, environment={"ONLY": "1"}) as server:
        said = server.wait_for(lambda: log.read_text() if "shown" in log.read_text() else None)
    assert "'ONLY'" in said
    assert "RCLONE_CONFIG" not in said
