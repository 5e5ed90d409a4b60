"""The manifest of a load, and the loads of a source system.

landing/<system>/<load_id>/load.json                        the manifest
                           <resource>.parquet               its rows, with `_row`
                           <resource>.delivered.parquet     as given, if a delivery holds only changes
                           _rejected.parquet                rows that could not be read, with their reasons
                 failure.json                              why the last delivery could not be landed, until one is

A folder of a load whose manifest or Parquet is missing or cut is damaged: it is passed over, as if it were not there.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage_models.words import counted
from pipelines import audit, durable
from pipelines.errors import FormatError
from pipelines.formats import numbered, without_number

if TYPE_CHECKING:
    from pipelines.landing.files.places import Arrived, Listed
    from pipelines.source.extract import FileSet

MANIFEST = "load.json"

QUARANTINED = "_rejected.parquet"
"""Rows that could not be read; landings of format 1 have it under this name."""

FAILURE = "failure.json"
GONE = ".gone-"
"""Prefix of a load that is being removed."""

_LOAD_ID = re.compile(r"\d{8}T\d{6}Z-(\d{5,})-[0-9a-f]{8}")
_PARQUET = b"PAR1"
"""What a whole Parquet file begins and ends with."""


@dataclass(frozen=True)
class ReadFile:
    """A delivered file that was read.

    Attributes:
        resources: what it holds.
        name: its name below its place.
        size: in bytes, as delivered.
        written_at: when it was written, as last seen.
        sha256: of what was delivered.
        label: what its rows say of where they come from: its name and when it was written, as first seen, so that of
            two files of one name the later one sorts after.
    """

    resources: tuple[str, ...]
    name: str
    size: int
    written_at: datetime
    sha256: str
    label: str


def first_seen(file_set: FileSet, file: Arrived) -> ReadFile:
    """Return a file that arrived as the manifest of the load that reads it first tells of it."""
    written_at = file.listed.written_at
    label = f"{file.name} {written_at:%Y-%m-%dT%H:%M:%S.%f}"
    return ReadFile(file_set.resources, file.name, file.listed.size, written_at, file.sha256, label)


def is_same(before: ReadFile | None, now: Listed) -> bool:
    """Return whether a file is listed as it was when it was read."""
    return before is not None and (before.size, before.written_at) == (now.size, now.written_at)


@dataclass(frozen=True)
class Load:
    """One load of one source system, as its manifest tells it.

    Attributes:
        load_id: names the load: when it was landed, its running number, by which loads are in order, and its content.
        system: the source system.
        checksum: SHA-256 of what was delivered.
        extract_hash: SHA-256 of the `extract` it was read by.
        delivered_at: when it was first extracted (naive UTC, as the run saw it).
        last_seen_at: when the source last delivered the same.
        rows: per resource its rows.
        quarantined: per resource the rows that could not be read.
        seconds: how long landing took.
        columns: per resource its own columns and their types; for documents their top-level fields.
        delivered_columns: the same as delivered, of the resources that `schema_contract` held to those before.
        files: every file that went into it.
        next_row: per resource the `_row` that the next delivered row gets, if deliveries hold only changes.
        whole_at: per resource when all of its rows were last asked for.
    """

    load_id: str
    system: str
    checksum: str
    extract_hash: str
    delivered_at: datetime
    last_seen_at: datetime
    rows: dict[str, int]
    quarantined: dict[str, int]
    seconds: float
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    files: tuple[ReadFile, ...] = ()
    delivered_columns: dict[str, dict[str, str]] = field(default_factory=dict)
    next_row: dict[str, int] = field(default_factory=dict)
    whole_at: dict[str, datetime] = field(default_factory=dict)

    @property
    def rows_extracted(self) -> int:
        """Rows the source gave, those that could not be read included."""
        return sum(self.rows.values()) + sum(self.quarantined.values())

    def act(self, who: str) -> audit.Act:
        """Return what the audit log is told before there is such a load: who collected it, and how many rows."""
        what = {"system": self.system, "load": self.load_id, "rows": self.rows_extracted}
        return audit.Act("collection", who, what, "landed what the source system delivered")

    def in_words(self) -> str:
        """Return what was landed, as a line for a log: counts alone."""
        rows, unreadable = counted(self.rows_extracted, "row"), sum(self.quarantined.values())
        return f"{self.system} landed in load {self.load_id}: {rows}, {unreadable:,} unreadable"


@dataclass(frozen=True)
class Failure:
    """Why a source's last delivery could not be landed: one sentence without any personal value, and when."""

    problem: str
    at: datetime


def order_of(load_id: str) -> tuple[int, str]:
    """Return what loads of a source are sorted by: the running number, and the time where two bear the same one.

    Statements say the same: `split_part(load_id, '-', 2)::BIGINT, load_id`.
    """
    return int(load_id.split("-")[1]), load_id


def folders(folder: Path) -> list[Path]:
    """Return the folders that bear the name of a load, whole or not, oldest first; any other is none of ours."""
    if not folder.is_dir():
        return []
    named = [path for path in folder.iterdir() if _LOAD_ID.fullmatch(path.name) and path.is_dir()]
    return sorted(named, key=lambda path: order_of(path.name))


def loads(folder: Path) -> list[Load]:
    """Return the whole loads of a source system's landing folder, oldest first.

    Raises:
        FormatError: one is of a format that only a later version of Conjoin knows.
    """
    return [load for path in folders(folder) if (load := _whole(path))]


def _whole(folder: Path) -> Load | None:
    """Return the load in a folder; None where it is damaged."""
    try:
        load = _read(folder / MANIFEST)
        files = [folder / QUARANTINED, *(folder / f"{resource}.parquet" for resource in load.rows)]
        return load if load.load_id == folder.name and all(map(_is_parquet, files)) else None
    except FormatError:
        raise
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _is_parquet(path: Path) -> bool:
    """Return whether a Parquet file is there and was not cut."""
    try:
        with path.open("rb") as file:
            begins = file.read(len(_PARQUET))
            file.seek(-len(_PARQUET), os.SEEK_END)
            return begins == file.read() == _PARQUET
    except OSError as error:
        if isinstance(error, FileNotFoundError) or error.errno == errno.EINVAL:  # shorter than what it ends with
            return False
        raise


def _read(path: Path) -> Load:
    content = _times(_content(path), "delivered_at", "last_seen_at")
    content["files"] = tuple(
        ReadFile(**(_times(file, "written_at") | {"resources": tuple(file["resources"])}))
        for file in content.get("files", ())
    )
    content["whole_at"] = {name: datetime.fromisoformat(at) for name, at in content.get("whole_at", {}).items()}
    return Load(quarantined=content.pop("rejected"), **content)


def _content(path: Path) -> dict[str, Any]:
    return without_number(json.loads(path.read_text(encoding="utf-8")), path)


def _times(content: dict[str, Any], *names: str) -> dict[str, Any]:
    return content | {name: datetime.fromisoformat(content[name]) for name in names}


def write_manifest(folder: Path, load: Load) -> None:
    """Write a load's manifest so that a reader sees the old one or the new one, never a part."""
    # A manifest has called quarantined rows `rejected` since format 1.
    content = asdict(load)
    content["rejected"] = content.pop("quarantined")
    _write(folder / MANIFEST, content)


def failure(folder: Path) -> Failure | None:
    """Return why the source's last delivery could not be landed; None if it was.

    Raises:
        FormatError: it is of a format that only a later version of Conjoin knows.
    """
    try:
        content = _content(folder / FAILURE)
    except FileNotFoundError:
        return None
    return Failure(**_times(content, "at"))


def write_failure(folder: Path, problem: str, at: datetime) -> None:
    """Keep why the source's delivery could not be landed."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / FAILURE, {"problem": problem, "at": at})


def forget_failure(folder: Path) -> None:
    """Note that the source's delivery was landed."""
    (folder / FAILURE).unlink(missing_ok=True)


def _write(path: Path, content: dict[str, Any]) -> None:
    durable.write(path, json.dumps(numbered(content), indent=2, default=datetime.isoformat).encode())


def keep(working: Path, folder: Path, load: Load) -> None:
    """Rename a finished working folder to its load, which makes it visible among the other loads."""
    for leftover in working.iterdir():
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        elif leftover.name.startswith(".") or leftover.suffix != ".parquet":
            leftover.unlink()
    write_manifest(working, load)
    for landed in working.iterdir():
        durable.sync(landed)
    durable.replace(working, folder / load.load_id)


def sweep(folder: Path) -> None:
    """Remove what a killed run left half landed or half removed."""
    for leftover in (*folder.glob(".landing-*"), *folder.glob(f"{GONE}*")):
        shutil.rmtree(leftover, ignore_errors=True)


def remove(folder: Path, load_id: str) -> None:
    """Remove a load: at once none of the loads any more, then from the disk."""
    gone = folder / f"{GONE}{load_id}"
    (folder / load_id).rename(gone)
    durable.sync(folder)
    shutil.rmtree(gone)
