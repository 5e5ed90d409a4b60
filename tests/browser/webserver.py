"""A Dagster webserver on a free port of this machine, in a process group of its own, while a test needs it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.house.repository import ROOT

# The code location imports Splink and DuckDB; on two busy cores that has taken most of a minute.
PATIENCE_SECONDS = 180


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Whether the webserver at `address` serves requests yet."""
    try:
        with urllib.request.urlopen(f"{address}/server_info", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def asset_names(address: str) -> list[str]:
    """Return the last part of the key of every asset that the webserver's code location holds, sorted."""
    query = json.dumps({"query": "{ assetNodes { assetKey { path } } }"}).encode()
    request = urllib.request.Request(f"{address}/graphql", query, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        nodes = json.load(answer)["data"]["assetNodes"]
    return sorted(node["assetKey"]["path"][-1] for node in nodes)


@contextmanager
def serve(environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Serve the UI of the code location that `pyproject.toml` names; yields its address.

    On leaving, the server and all it started are ended.

    Args:
        environment: the server's environment; must name `DAGSTER_HOME`.
        log: file that receives what the server says.

    Raises:
        RuntimeError: if the server ends or stays silent; names the log.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    program = Path(sys.executable).with_name("dagster-webserver")
    command = [str(program), "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as said:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not answers(address):
                if server.poll() is not None or time.monotonic() > deadline:
                    message = f"The Dagster webserver did not start; see {log}"
                    raise RuntimeError(message)
                time.sleep(0.5)
            yield address
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
