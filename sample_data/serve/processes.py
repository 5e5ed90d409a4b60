"""How one server process is started, watched and ended, even if the process that started it dies."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

T = TypeVar("T")

HOST = "127.0.0.1"
# A server here starts within a second; a busy machine may need many.
PATIENCE = 60.0
# How long, in seconds, a process may take to end when asked, before it is killed.
GRACE = 15.0
# Wakes when the pipe on its input closes, which is when the process that holds the other end has died.
_GUARD = 'read -r _; kill -s "$1" "$2"'


class ServerError(RuntimeError):
    """A server did not start, or not in time."""


@dataclass(frozen=True)
class Account:
    """A system account that a server runs as."""

    uid: int
    gid: int

    @classmethod
    def unprivileged(cls) -> Self | None:
        """Give the account for a program that refuses to run as root, or nothing if we are not root.

        Raises:
            ServerError: we are root and the system has no account `nobody`.
        """
        if os.geteuid() != 0:
            return None
        try:
            entry = pwd.getpwnam("nobody")
        except KeyError:
            raise ServerError("PostgreSQL does not run as root, and there is no account `nobody`: add one") from None
        return cls(entry.pw_uid, entry.pw_gid)


def free_port() -> int:
    """Find a TCP port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """Make a temporary folder that every account may pass through, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix=f"conjoin-{name}-"))
    try:
        folder.chmod(0o711)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class ServerProcess:
    """A server in a process of its own; a context manager that ends it.

    A second, tiny process waits for us to die, however that happens, and then ends the server.

    Args:
        command: the program, by its whole path, and its arguments.
        log: file that its output goes to.
        environment: all of its environment, so that no setting of the user's reaches it.
        account: what it runs as, if that is not ourselves.
        stop: the signal that asks it to end.

    Raises:
        OSError: the program cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        account: Account | None = None,
        stop: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = Path(command[0]).name
        self._log = log
        self._stop = stop
        with log.open("ab") as output:
            # A session of its own: Ctrl-C in a terminal reaches us alone, and we end the server in good order.
            self._process = subprocess.Popen(  # noqa: S603 - no shell; the caller's own program
                list(command),
                cwd="/",
                env=dict(environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        self.pid = self._process.pid
        self._guard = self._watch()

    def _watch(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - the text is a constant, what it is given are a signal and a number
                ["/bin/sh", "-c", _GUARD, "sh", self._stop.name.removeprefix("SIG"), str(self.pid)],
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait_for(self, answer: Callable[[], T | None]) -> T:
        """Ask again and again until there is an answer.

        Args:
            answer: gives nothing as long as the server does not answer.

        Returns:
            The answer.

        Raises:
            ServerError: the server ended, or gave no answer for `PATIENCE` seconds.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            # Looked at first, so that what it said before it ended is not missed.
            running = self.running
            found = answer()
            if found is not None:
                return found
            if not running:
                raise ServerError(f"{self.name} ended with status {self._process.returncode} at once: {self._last()}")
            time.sleep(0.01)
        raise ServerError(f"{self.name} gave no answer within {PATIENCE:.0f} seconds: {self._last()}")

    def _last(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "it said nothing")

    def end(self, how: signal.Signals | None = None) -> None:
        """End it and wait until it has ended; do nothing if it has already.

        Args:
            how: the signal, where not the usual one.
        """
        # The guard goes first: once the server has ended, its number may be given to somebody else's process.
        self._guard.kill()
        self._guard.wait()
        if self._guard.stdin:
            self._guard.stdin.close()
        if self.running:
            self._process.send_signal(how or self._stop)
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
