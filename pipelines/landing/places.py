"""Places: where delivered files lie (a folder, an SFTP server, a bucket), which of them are new, and fetching those."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pipelines.errors import SourceError, raise_if_storage
from pipelines.landing.spec.files import S3, Sftp

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

    from pipelines.landing.spec import FileSpec

T = TypeVar("T")

LARGEST_UNPACKED = 64 * 1024**3
"""Bytes a packed file may unpack to: more than any delivery, less than what fills a disk unnoticed."""

PACKED = (".gz", ".zip")
COPY_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Listed:
    """A file that lies there: its name below the place, its size in bytes, and when it was written (naive UTC)."""

    name: str
    size: int
    written_at: datetime


@dataclass(frozen=True)
class Arrived:
    """A delivered file at hand to be read.

    Attributes:
        name: its name below the place, for explanations.
        place: where it lies, for errors.
        path: the local file, unpacked.
        sha256: of the file as delivered.
        listed: how it was listed.
    """

    name: str
    place: str
    path: Path
    sha256: str
    listed: Listed


class Place(Protocol):
    """Where files lie."""

    def listing(self, pattern: str) -> list[Listed]:
        """Return the files whose names match, in the order of their names."""

    def shown(self, name: str) -> str:
        """Return where a file lies, for an error; never with a secret."""

    def at_hand(self, name: str, scratch: Path) -> Path:
        """Return a local path of the file, fetching it into `scratch` where it lies elsewhere."""


@dataclass(frozen=True)
class Folder:
    """A local folder; a path that is absolute may lie elsewhere."""

    root: Path

    def listing(self, pattern: str) -> list[Listed]:
        """Return the files whose names match, in the order of their names; SQLite's latest changes count as its own."""
        if is_pattern(pattern):
            base = Path(PurePosixPath(pattern).anchor) if PurePosixPath(pattern).is_absolute() else self.root
            relative = str(PurePosixPath(pattern).relative_to(PurePosixPath(pattern).anchor))
            names = [str(found) if base != self.root else str(found.relative_to(base)) for found in base.glob(relative)]
        else:
            names = [pattern]
        paths = [(name, self.root / name) for name in sorted(names)]
        return [_listed(name, path) for name, path in paths if path.is_file()]

    def shown(self, name: str) -> str:
        """Return the file's path."""
        return str(self.root / name)

    def at_hand(self, name: str, scratch: Path) -> Path:
        """Return the file where it lies."""
        del scratch
        return self.root / name


def _listed(name: str, path: Path) -> Listed:
    status = path.stat()
    return Listed(name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None))


@dataclass(frozen=True)
class Remote:
    """A folder or bucket elsewhere, through an fsspec file system."""

    files: AbstractFileSystem
    root: str
    address: str
    retry: Retry

    def listing(self, pattern: str) -> list[Listed]:
        """Return the files whose names match, in the order of their names."""
        if not is_pattern(pattern):
            try:
                found = {pattern: self.retry(lambda: self.files.info(self._path(pattern)))}
            except FileNotFoundError:
                return []
        else:
            start = str(PurePosixPath(*_fixed_parts(pattern)))
            whole = self.retry(lambda: self.files.find(self._path(start), detail=True)) or {}
            below = {str(path).removeprefix(self.root).lstrip("/"): info for path, info in whole.items()}
            found = {name: info for name, info in below.items() if matches(name, pattern)}
        listed = [
            Listed(name, int(info.get("size") or 0), _written_at(info))
            for name, info in found.items()
            if info.get("type") != "directory"
        ]
        return sorted(listed, key=lambda one: one.name)

    def shown(self, name: str) -> str:
        """Return the file's address."""
        return f"{self.address.rstrip('/')}/{name}"

    def at_hand(self, name: str, scratch: Path) -> Path:
        """Fetch the file."""
        target = scratch / hashlib.sha256(name.encode()).hexdigest()[:16]
        self.retry(lambda: self.files.get_file(self._path(name), str(target)))
        return target

    def _path(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}" if name != "." else self.root


@dataclass(frozen=True)
class Retry:
    """Tries again what the network spoilt, waiting twice as long each time."""

    system: str
    address: str
    retries: int
    wait: Callable[[float], None] = field(default=time.sleep)

    def __call__(self, action: Callable[[], T]) -> T:
        """Return what the action returns.

        Raises:
            FileNotFoundError: the file is not there.
            SourceError: it could not be reached however often it was tried, or refused who asked.
        """
        for attempt in range(self.retries + 1):
            try:
                return action()
            except FileNotFoundError:
                raise
            except PermissionError as error:
                raise self._error("refused what was asked with the user and key given", error) from None
            except Exception as error:  # every library below has errors of its own
                raise_if_storage(error)
                if attempt == self.retries or not _may_pass(error):
                    raise self._error(f"could not be read ({_kind(error)})", error) from None
            self.wait(min(30.0, 0.5 * 2**attempt))
        raise AssertionError

    def _error(self, problem: str, error: Exception) -> SourceError:
        del error  # its words may hold what was asked with
        return SourceError(
            f"{self.system}: {self.address} {problem}; check that the server is up and the source's YAML and secrets"
            " are right."
        )


_NO_USE_TO_RETRY = ("PermissionDenied", "HostKeyNotVerifiable", "KeyImportError", "NoCredentialsError", "SSLCert")


def _may_pass(error: Exception) -> bool:
    return not any(kind.__name__.startswith(_NO_USE_TO_RETRY) for kind in type(error).__mro__)


def _kind(error: Exception) -> str:
    return type(error).__name__


def is_pattern(path: str) -> bool:
    """Tell whether a path may match several files."""
    return any(character in path for character in "*?[")


def matches(name: str, pattern: str) -> bool:
    """Tell whether a name matches a pattern, folder by folder."""
    parts, wanted = PurePosixPath(name).parts, PurePosixPath(pattern).parts
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _fixed_parts(pattern: str) -> Iterator[str]:
    for part in PurePosixPath(pattern).parts[:-1]:
        if is_pattern(part):
            return
        yield part


def _written_at(info: dict[str, Any]) -> datetime:
    given = info.get("LastModified") or info.get("mtime") or info.get("last_modified")
    if isinstance(given, int | float):
        given = datetime.fromtimestamp(given, UTC)
    if not isinstance(given, datetime):
        return datetime.now(UTC).replace(tzinfo=None)
    return given.astimezone(UTC).replace(tzinfo=None) if given.tzinfo else given


@contextmanager
def place_of(system: str, spec: FileSpec, inbox: Path, scratch: Path) -> Iterator[Place]:
    """Yield where a source's files lie, connected to it.

    Args:
        system: the source system, for errors.
        spec: its `extract`.
        inbox: where files lie without a location.
        scratch: a folder for what a connection needs on disk.

    Raises:
        SourceError: a secret is missing or the server cannot be reached.
    """
    location = spec.location
    if location is None:
        yield Folder(inbox)
    elif isinstance(location, Sftp):
        yield _sftp(system, location, spec, scratch)
    else:
        yield _s3(system, location, spec)


def _sftp(system: str, location: Sftp, spec: FileSpec, scratch: Path) -> Remote:
    import asyncssh  # noqa: PLC0415  # only sources that use it pay for it
    from sshfs import SSHFileSystem  # noqa: PLC0415

    address = f"sftp://{location.host}:{location.port}"
    known_hosts = scratch / "known_hosts"
    host = location.host if location.port == 22 else f"[{location.host}]:{location.port}"  # noqa: PLR2004
    known_hosts.write_text(f"{host} {location.host_key}\n", encoding="utf-8")
    retry = Retry(system, address, spec.retries)
    secrets: dict[str, Any] = {}
    if location.password:
        secrets["password"] = location.password.read(system)
    if location.private_key:
        try:
            secrets["client_keys"] = [asyncssh.import_private_key(location.private_key.read(system))]
        except asyncssh.KeyImportError:
            message = f"{system}: the private key for {address} is not one in OpenSSH's format; correct the secret."
            raise SourceError(message) from None
    files = retry(
        lambda: SSHFileSystem(
            location.host,
            port=location.port,
            username=location.user,
            known_hosts=str(known_hosts),
            connect_timeout=spec.timeout_seconds,
            agent_path=None,
            config=[],
            skip_instance_cache=True,
            **({"client_keys": None} | secrets),
        )
    )
    return Remote(files, location.folder, address + location.folder, retry)


def _s3(system: str, location: S3, spec: FileSpec) -> Remote:
    import s3fs  # noqa: PLC0415  # only sources that use it pay for it

    root = f"{location.bucket}/{location.prefix}".rstrip("/")
    address = f"{location.endpoint or 's3:/'}/{root}"
    files = s3fs.S3FileSystem(
        key=location.access_key_id,
        secret=location.secret_access_key.read(system) if location.secret_access_key else None,
        endpoint_url=location.endpoint,
        client_kwargs={
            "region_name": location.region,
            "verify": str(spec.ca_file) if spec.ca_file else True,
        },
        config_kwargs={
            "connect_timeout": spec.timeout_seconds,
            "read_timeout": spec.timeout_seconds,
            "retries": {"max_attempts": 1},
        },
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    return Remote(files, root, address, Retry(system, address, spec.retries))


def fetch(system: str, place: Place, listed: Listed, scratch: Path) -> Arrived:
    """Return a file at hand, unpacked.

    Raises:
        SourceError: it changed while it was fetched, or cannot be unpacked.
    """
    shown = place.shown(listed.name)
    path = place.at_hand(listed.name, scratch)
    if path.stat().st_size != listed.size:
        message = f"{system}: {shown} changed while it was being read; wait for the delivery to end."
        raise SourceError(message)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256")
    beside = path.with_name(path.name + "-wal")  # SQLite keeps its latest changes beside the database
    if beside.is_file():
        digest.update(beside.read_bytes())
    return Arrived(listed.name, shown, _unpacked(system, shown, listed.name, path, scratch), digest.hexdigest(), listed)


def _unpacked(system: str, shown: str, name: str, path: Path, scratch: Path) -> Path:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in PACKED:
        return path
    target = scratch / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.unpacked"

    def error(problem: str, remedy: str) -> SourceError:
        return SourceError(f"{system}: {shown} {problem}; {remedy}.")

    try:
        if suffix == ".gz":
            with gzip.open(path) as packed:
                _copy(packed, target, error)
            return target
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) != 1 or members[0].filename.lower().endswith((*PACKED, ".tar", ".tgz", ".7z")):
                raise error("is a zip that holds other than one plain file", "have each file delivered by itself")
            if members[0].flag_bits & 1:
                raise error("is a zip under a password", "have it delivered without one, over a secure connection")
            with archive.open(members[0]) as member:
                _copy(member, target, error)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as fault:
        raise_if_storage(fault)
        raise error(f"cannot be unpacked as {suffix}", "have it delivered again, whole") from None
    return target


def _copy(packed: Any, target: Path, error: Callable[[str, str], SourceError]) -> None:  # noqa: ANN401  # any binary file
    written = 0
    with target.open("wb") as plain:
        while part := packed.read(COPY_BYTES):
            written += len(part)
            if written > min(LARGEST_UNPACKED, shutil.disk_usage(target.parent).free + written - COPY_BYTES):
                plain.close()
                target.unlink()
                raise error("unpacks to more than the disk can hold", "have it delivered in parts, or make room")
            plain.write(part)
