"""Connecting to where delivered files lie: the inbox, an SFTP server or a bucket, and what is done about their faults.

A server is shown what the source's YAML names and nothing of the account that Conjoin runs under.
"""

from __future__ import annotations

import hashlib
import os
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from tenacity import retry_if_exception_type, retry_if_not_exception_type

from linkage_models.instants import naive_utc
from pipelines.errors import SourceError, raise_if_storage
from pipelines.landing.files.places import Folder, Listed, Place, is_pattern, matches
from pipelines.landing.retry import trying_again
from pipelines.source.extract.files import S3, Sftp

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

    from pipelines.source.extract import FileSpec

T = TypeVar("T")


@contextmanager
def place_of(system: str, spec: FileSpec, inbox: Path, scratch: Path) -> Iterator[Place]:
    """Yield the place where a source's files lie, connected until the context ends if it is on another machine.

    Args:
        system: the source system, for errors.
        spec: its `extract`.
        inbox: where files lie without a location.
        scratch: a folder for what a connection needs on disk.

    Raises:
        SourceError: a secret or the certificates to trust are missing.
    """
    location = spec.location
    if location is None:
        yield Folder(inbox)
        return
    remote = _sftp(system, location, spec, scratch) if isinstance(location, Sftp) else _s3(system, location, spec)
    try:
        yield remote
    finally:
        remote.leave()


def _sftp(system: str, location: Sftp, spec: FileSpec, scratch: Path) -> Remote:
    import asyncssh  # noqa: PLC0415  # only sources that use it pay for it
    from sshfs import SSHFileSystem  # noqa: PLC0415

    address = f"sftp://{location.host}:{location.port}"
    known_hosts = scratch / "known_hosts"
    host = location.host if location.port == 22 else f"[{location.host}]:{location.port}"  # noqa: PLR2004
    known_hosts.write_text(f"{host} {location.host_key}\n", encoding="utf-8")
    # None, so that sshfs does not use the user's own keys, agent and configuration.
    secrets: dict[str, Any] = {"password": None, "client_keys": None, "agent_path": None, "config": None}
    if location.password:
        secrets["password"] = location.password.read(system)
    if location.private_key:
        try:
            secrets["client_keys"] = [asyncssh.import_private_key(location.private_key.read(system))]
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            message = (
                f"{system}: the private key for {address} is not one in OpenSSH's format without a passphrase;"
                " correct the secret."
            )
            raise SourceError(message) from None

    def connect() -> AbstractFileSystem:
        return SSHFileSystem(
            location.host,
            port=location.port,
            username=location.user,
            known_hosts=str(known_hosts),
            connect_timeout=spec.timeout_seconds,
            login_timeout=spec.timeout_seconds,
            # A server that went silent in the middle of a file is noticed as well.
            keepalive_interval=spec.timeout_seconds,
            keepalive_count_max=1,
            skip_instance_cache=True,
            **secrets,
        )

    lasting = {
        asyncssh.HostKeyNotVerifiable: "has another key than `host_key` says, so nothing was sent to it",
        asyncssh.PermissionDenied: _REFUSED,
        asyncssh.SFTPPermissionDenied: _REFUSED,
        PermissionError: _REFUSED,
    }

    def disconnect(files: AbstractFileSystem) -> None:
        files.loop.call_soon_threadsafe(files.client.close)

    faults = ServerFaults(system, address, spec.retries, (asyncssh.Error,), lasting)
    return Remote(connect, disconnect, location.folder, address + location.folder, faults)


def _s3(system: str, location: S3, spec: FileSpec) -> Remote:
    import s3fs  # noqa: PLC0415  # only sources that use it pay for it
    from aiobotocore.session import AioSession  # noqa: PLC0415
    from aiohttp import ClientError as HttpError  # noqa: PLC0415
    from botocore import exceptions  # noqa: PLC0415
    from fsspec.asyn import sync  # noqa: PLC0415

    root = f"{location.bucket}/{location.prefix}".rstrip("/")
    address = f"{location.endpoint or 's3:/'}/{root}"
    try:
        ssl.create_default_context(cafile=spec.ca_file)
    except OSError:
        message = f"{system}: {spec.ca_file} holds no certificates to trust; correct the source's `ca_file`."
        raise SourceError(message) from None
    secret = location.secret_access_key.read(system) if location.secret_access_key else None

    def connect() -> AbstractFileSystem:
        session = AioSession(session_vars=_without_surroundings(AioSession.SESSION_VARIABLES)) if secret else None
        files = s3fs.S3FileSystem(
            anon=False,
            key=location.access_key_id,
            secret=secret,
            token=None,
            session=session,
            endpoint_url=location.endpoint,
            client_kwargs={
                "region_name": location.region,
                "verify": str(spec.ca_file) if spec.ca_file else True,
            },
            config_kwargs={
                "connect_timeout": spec.timeout_seconds,
                "read_timeout": spec.timeout_seconds,
                "retries": {"max_attempts": 0},
                "ignore_configured_endpoint_urls": bool(secret),
            },
            skip_instance_cache=True,
            use_listings_cache=False,
        )
        files.retries = 1  # here is where it is tried again
        return files

    lasting = {
        exceptions.SSLError: "has a certificate that nobody trusted vouches for",
        exceptions.NoCredentialsError: "needs a key, and neither the YAML nor this machine has one",
        exceptions.ParamValidationError: "cannot be asked for such a bucket or key",
        PermissionError: _REFUSED,
    }
    known = (exceptions.BotoCoreError, exceptions.ClientError, HttpError)

    def disconnect(files: AbstractFileSystem) -> None:
        with suppress(OSError, *known):  # what cannot be closed is closed already
            sync(files.loop, files.s3.close, timeout=spec.timeout_seconds)

    return Remote(connect, disconnect, root, address, ServerFaults(system, address, spec.retries, known, lasting))


def _without_surroundings(variables: Mapping[str, tuple[Any, Any, Any, Any]]) -> dict[str, tuple[Any, Any, Any, Any]]:
    """Return botocore's variables, so that it reads none from the environment or the user's configuration files."""
    bare = {name: (None, None, default, conversion) for name, (_, _, default, conversion) in variables.items()}
    return bare | dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))


@dataclass
class Remote:
    """A folder or bucket on another machine, through an fsspec file system that connects when it is first used.

    Attributes:
        connect: gives a connected file system; after a fault a new one is asked for.
        disconnect: ends the connection of one.
        root: where names start from.
        address: the same for errors, without any secret.
        faults: what is done about its faults.
    """

    connect: Callable[[], AbstractFileSystem]
    disconnect: Callable[[AbstractFileSystem], None]
    root: str
    address: str
    faults: ServerFaults
    _files: AbstractFileSystem | None = None

    def listing(self, pattern: str) -> list[Listed]:
        """Return the files whose names match, in the order of their names."""
        if not is_pattern(pattern):
            found = self.look(pattern)
            return [found] if found else []
        below = self._below("", PurePosixPath(pattern.lstrip("/")).parts)
        return sorted(below, key=lambda file: file.name)

    def _below(self, folder: str, pattern: Sequence[str]) -> Iterator[Listed]:
        """Yield the matching files below a folder, folder by folder; the library's own walk hides errors."""
        wanted, *rest = pattern
        if not is_pattern(wanted):
            if rest:
                yield from self._below(f"{folder}{wanted}/", rest)
            elif found := self.look(f"{folder}{wanted}"):
                yield found
            return
        path = self._path(folder).rstrip("/")
        try:
            held = self._ask(lambda files: files.ls(path or "/", detail=True))
        except FileNotFoundError:
            return
        for info in held:
            name = str(info["name"]).rstrip("/").removeprefix(f"{path}/")
            if not matches(name, wanted):
                continue
            if not rest:
                found = self._listed(f"{folder}{name}", info)
                if found:
                    yield found
            elif info["type"] == "directory" or self._leads_to_folder(f"{folder}{name}", info):
                yield from self._below(f"{folder}{name}/", rest)

    def _leads_to_folder(self, name: str, info: dict[str, Any]) -> bool:
        if info["type"] != "link":
            return False
        try:
            return bool(self._ask(lambda files: files.info(self._path(name)))["type"] == "directory")
        except FileNotFoundError:
            return False

    def look(self, name: str) -> Listed | None:
        """Return a file as it lies there now; None if there is none of that name."""
        try:
            return self._listed(name, self._ask(lambda files: files.info(self._path(name))))
        except FileNotFoundError:
            return None

    def shown(self, name: str) -> str:
        """Return the file's address."""
        return f"{self.address.rstrip('/')}/{name}"

    def at_hand(self, name: str, scratch: Path) -> Path:
        """Fetch the file."""
        target = scratch / hashlib.sha256(name.encode()).hexdigest()[:16]
        self._ask(lambda files: files.get_file(self._path(name), str(target)))
        return target

    def leave(self) -> None:
        """End the connection."""
        files, self._files = self._files, None
        if files is not None:
            self.disconnect(files)

    def _ask(self, question: Callable[[AbstractFileSystem], T]) -> T:
        def ask() -> T:
            self._files = self._files or self.connect()
            return question(self._files)

        return self.faults.waited_out(ask, self.leave)

    def _listed(self, name: str, info: dict[str, Any]) -> Listed | None:
        if info.get("type") == "link":
            return self.look(name)  # a listing tells of the link, and asked by itself it tells of the file
        if info.get("type") == "directory":
            return None
        return Listed(name, int(info.get("size") or 0), _written_at(info))

    def _path(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name.lstrip('/')}"


_REFUSED = "refused what was asked with the user and key given"


@dataclass(frozen=True)
class ServerFaults:
    """What may go wrong with a server, and what is done about it.

    Attributes:
        system: the source system, for errors.
        address: who is asked, for errors.
        retries: how often to try again.
        known: the errors that the library in between has of its own.
        lasting: of them those that trying again does not help, and what each of them means.
    """

    system: str
    address: str
    retries: int
    known: tuple[type[Exception], ...]
    lasting: Mapping[type[Exception], str]

    def waited_out(self, action: Callable[[], T], after_fault: Callable[[], None]) -> T:
        """Return what the action returns; try again while an error may be temporary.

        Raises:
            FileNotFoundError: the file is not there.
            SourceError: it could not be reached however often it was tried, or refused who asked.
        """
        caught: tuple[type[Exception], ...] = (OSError, EOFError, *self.known)

        def attempt() -> T:
            try:
                return action()
            except FileNotFoundError:
                raise
            except caught as fault:
                after_fault()
                raise_if_storage(fault)
                raise

        lasting = retry_if_not_exception_type((FileNotFoundError, *self.lasting))
        try:
            return trying_again(self.retries, retry_if_exception_type(caught) & lasting)(attempt)
        except FileNotFoundError:
            raise
        except caught as fault:
            # An error's own words may hold the request's credentials, so only its kind is reported.
            known = (means for kind, means in self.lasting.items() if isinstance(fault, kind))
            problem = next(known, f"could not be read ({type(fault).__name__})")
            message = (
                f"{self.system}: {self.address} {problem}; check that the server is up and the source's YAML and"
                " secrets are right."
            )
            raise SourceError(message) from None


def _written_at(info: dict[str, Any]) -> datetime:
    given = info.get("LastModified") or info.get("mtime") or info.get("last_modified")
    if isinstance(given, int | float):
        given = datetime.fromtimestamp(given, UTC)
    return naive_utc(given if isinstance(given, datetime) else datetime.now(UTC))
