"""Where deliveries lie in tests: real servers by rclone, and an SFTP server that notes what it is shown."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from sample_data.serve.files import S3Server, SftpServer, serve_s3, serve_sftp

SECRET = "S3CR3T-of-the-source"  # noqa: S105  # a test's own
PLACES = ["inbox", "sftp by password", "sftp by key", "s3"]


def secret(folder: Path, name: str, value: str) -> dict[str, str]:
    path = folder / f"{name}.secret"
    path.write_text(value)
    return {"file": str(path)}


def over_sftp(server: SftpServer, folder: Path, **other: Any) -> dict[str, Any]:
    """Return the `location` of an SFTP server that is asked with the password, or as said otherwise."""
    ways = {"password": secret(folder, "password", server.password)} if "private_key" not in other else {}
    return {
        "kind": "sftp", "host": server.host, "port": server.port, "user": server.user,
        "host_key": server.host_key.split(" ", 1)[1], **ways, **other,
    }  # fmt: skip


def in_bucket(server: S3Server, folder: Path, **other: Any) -> dict[str, Any]:
    return {
        "kind": "s3", "bucket": server.bucket, "endpoint": server.endpoint, "access_key_id": server.access_key_id,
        "secret_access_key": secret(folder, "s3", server.secret_access_key), **other,
    }  # fmt: skip


@contextmanager
def place(kind: str, folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield a folder to deliver to, and what a source's YAML says of where it is."""
    drop = folder / "inbox"
    drop.mkdir(exist_ok=True)
    if kind == "inbox":
        yield drop, {}
    elif kind == "s3":
        with serve_s3(drop) as bucket:
            yield drop, {"location": in_bucket(bucket, folder)}
    else:
        with serve_sftp(drop) as server:
            by_key = {"private_key": secret(folder, "key", server.private_key)}
            yield drop, {"location": over_sftp(server, folder, **(by_key if kind.endswith("key") else {}))}


@dataclass
class Seen:
    """What an SFTP server was shown, and how it misbehaves.

    Attributes:
        port: where it listens.
        host_key: its public key.
        passwords: those it was sent.
        keys: the public keys it was offered.
        opened: files opened.
        open_now: connections that have not ended.
        cuts: how many times to cut the connection in the middle of a file.
        on_open: called with each file that is opened.
    """

    port: int = 0
    host_key: str = ""
    passwords: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    open_now: int = 0
    cuts: int = 0
    on_open: Callable[[str], object] = field(default=lambda _: None)


@contextmanager
def watched_sftp(folder: Path) -> Iterator[Seen]:  # noqa: C901  # a server is many small methods
    """Serve a folder over SFTP with a server that notes what it is shown; it lets in who has the password."""
    seen = Seen()
    key = asyncssh.generate_private_key("ssh-ed25519")
    seen.host_key = key.export_public_key().decode().strip()

    class Server(asyncssh.SSHServer):
        def connection_made(self, _: asyncssh.SSHServerConnection) -> None:
            seen.open_now += 1

        def connection_lost(self, _: Exception | None) -> None:
            seen.open_now -= 1

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, _: str, password: str) -> bool:
            seen.passwords.append(password)
            return password == SECRET

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, _: str, offered: asyncssh.SSHKey) -> bool:
            seen.keys.append(offered.export_public_key().decode())
            return False

    class Files(asyncssh.SFTPServer):
        def __init__(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
            super().__init__(chan, chroot=os.fsencode(folder))

        def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
            seen.opened.append(path.decode())
            seen.on_open(path.decode())
            return super().open(path, pflags, attrs)

        def read(self, file_obj: object, offset: int, size: int) -> bytes | Awaitable[bytes]:
            if seen.cuts and offset > 100_000:
                seen.cuts -= 1
                self.connection.abort()
            return super().read(file_obj, offset, size)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            Server, "127.0.0.1", 0, server_host_keys=[key], sftp_factory=Files, allow_scp=False
        )

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)
    seen.port = server.get_port()
    try:
        yield seen
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(server.wait_closed(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def at(seen: Seen, folder: Path, **other: Any) -> dict[str, Any]:
    given = {
        "kind": "sftp", "host": "127.0.0.1", "port": seen.port, "user": "conjoin", "host_key": seen.host_key,
        "password": secret(folder, "watched", SECRET), **other,
    }  # fmt: skip
    return {"location": given, "retries": 1, "timeout_seconds": 5}
