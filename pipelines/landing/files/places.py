"""Places: where delivered files lie, which of them match, and fetching one, unpacked (`connect.py` connects)."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from linkage_models.instants import naive_utc
from pipelines.errors import SourceError, raise_if_storage

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

    def look(self, name: str) -> Listed | None:
        """Return a file as it lies there now; None if there is none of that name."""

    def shown(self, name: str) -> str:
        """Return where a file lies, for an error; never with a secret."""

    def at_hand(self, name: str, scratch: Path) -> Path:
        """Return a local path of the file, fetching it into `scratch` if it lies elsewhere."""


@dataclass(frozen=True)
class Folder:
    """A local folder; a path that is absolute may lie elsewhere."""

    root: Path

    def listing(self, pattern: str) -> list[Listed]:
        """Return the files whose names match, in the order of their names."""
        names = [pattern]
        if is_pattern(pattern):
            absolute = PurePosixPath(pattern).is_absolute()
            base = Path(PurePosixPath(pattern).anchor) if absolute else self.root
            found = base.glob(pattern.lstrip("/"))
            names = sorted(str(path if absolute else path.relative_to(base)) for path in found)
        looked = (self.look(name) for name in names)
        return [file for file in looked if file]

    def look(self, name: str) -> Listed | None:
        """Return a file as it lies there now; None if there is none of that name."""
        try:
            status = (self.root / name).stat()
        except OSError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return Listed(name, status.st_size, naive_utc(datetime.fromtimestamp(status.st_mtime, UTC)))

    def shown(self, name: str) -> str:
        """Return the file's path."""
        return str(self.root / name)

    def at_hand(self, name: str, scratch: Path) -> Path:
        """Return the file where it lies."""
        del scratch
        return self.root / name


def is_pattern(path: str) -> bool:
    """Return whether a path may match several files."""
    return any(character in path for character in "*?[")


def matches(name: str, pattern: str) -> bool:
    """Return whether a name matches a pattern, folder by folder."""
    parts, wanted = PurePosixPath(name).parts, PurePosixPath(pattern).parts
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def fetch(system: str, place: Place, listed: Listed, scratch: Path) -> Arrived:
    """Return a file at hand, unpacked.

    Raises:
        SourceError: it changed while it was fetched, or cannot be read or unpacked.
    """
    shown = place.shown(listed.name)
    try:
        path = place.at_hand(listed.name, scratch)
        size = path.stat().st_size
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256")
        beside = path.with_name(path.name + "-wal")  # SQLite keeps its latest changes beside the database
        if beside.is_file():
            digest.update(beside.read_bytes())
    except FileNotFoundError:
        size = -1
    except OSError as fault:
        raise_if_storage(fault)
        raise SourceError(
            f"{system}: {shown} cannot be read; let the account that Conjoin runs under read it."
        ) from None
    if size != listed.size:
        raise changed(system, shown)
    return Arrived(listed.name, shown, _unpacked(system, shown, listed.name, path, scratch), digest.hexdigest(), listed)


def changed(system: str, shown: str) -> SourceError:
    """Return the error that a file changed since the landing began."""
    return SourceError(f"{system}: {shown} changed while it was being read; wait for the delivery to end.")


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
    except (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as fault:
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
