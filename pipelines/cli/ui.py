"""`conjoin ui`: the Dagster UI on the home, and the daemon that starts the night, until somebody ends them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import HomeOption
from pipelines.errors import ConfigurationError, ConjoinError

GRACE_SECONDS = 10.0
"""How long the UI and the daemon have to end the current run and themselves."""


def ui(
    host: Annotated[str, typer.Option("--host", help="Address to serve the UI on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to serve the UI on.")] = 3000,
    home: HomeOption = None,
) -> None:
    """Open the Dagster UI, which starts the night at 02:00 London.

    It does so as long as it is open; Ctrl-C ends both. Whoever can reach the address may start and end runs: leave it
    on this machine, or put a proxy that asks who it is in front of it.

    Example: conjoin ui --port 3001
    """
    from pipelines.deployment import Deployment
    from pipelines.instance import dagster_home
    from pipelines.settings import Settings

    settings = Settings.load(home)
    Deployment.load(settings)  # for its error, before anything is started
    _must_be_free(host, port)
    environment = os.environ | {
        "CONJOIN_HOME": str(settings.home),
        "DAGSTER_HOME": str(dagster_home(settings)),
        # A folder called `pipelines` where the reader happens to be is not this one.
        "PYTHONSAFEPATH": "1",
    }
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    address, answered = f"http://{host}:{port}", False
    with tempfile.TemporaryDirectory(prefix="conjoin-ui-") as folder:
        workspace = ["--workspace", str(_workspace(Path(folder)))]
        served = ["dagster_webserver", "--host", host, "--port", str(port), *workspace]
        with _running([served, ["dagster._daemon", "run", *workspace]], environment) as processes:
            while not ended.wait(0.5):
                if any(process.poll() is not None for process in processes):
                    raise ConjoinError("The Dagster UI has ended by itself; what it wrote above says why.")
                if not answered and _answers(address):
                    answered = True
                    typer.echo(f"The Dagster UI is at {address}; Ctrl-C ends it.", err=True)


def _workspace(folder: Path) -> Path:
    """Write into a folder the file that gives the code location the name that runs of the command line use."""
    from pipelines.definitions import CODE_LOCATION

    module = {
        "module_name": "pipelines.definitions",
        "working_directory": str(Path(__file__).parents[2]),
        "location_name": CODE_LOCATION,
    }
    file = folder / "workspace.yaml"
    file.write_text(json.dumps({"load_from": [{"python_module": module}]}), encoding="utf-8")
    return file


@contextmanager
def _running(modules: list[list[str]], environment: Mapping[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run Python modules, each in its own process group; end them and all that they started when the block ends."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        for module in modules:
            command = [sys.executable, "-m", *module]
            started.append(subprocess.Popen(command, env=environment, start_new_session=True))  # noqa: S603  # our own
        yield started
    finally:
        # Told first, they end in order what they started; a code server that ends before them keeps them waiting.
        for process in started:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while any(process.poll() is None for process in started) and time.monotonic() < deadline:
            time.sleep(0.1)
        for process in started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(address: str) -> bool:
    with (
        suppress(OSError),
        urllib.request.urlopen(f"{address}/server_info", timeout=5) as answer,  # noqa: S310  # our own
    ):
        return bool(answer.status == HTTPStatus.OK)
    return False


def _must_be_free(host: str, port: int) -> None:
    """Raise unless the UI can be served at an address.

    Raises:
        ConfigurationError: something else is served there, or it is no address of this machine.
    """
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"The UI cannot be served on {host}, port {port} ({error.strerror or error}); choose another --host or"
            " --port."
        ) from None
