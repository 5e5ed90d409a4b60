"""Land: one delivery as one load, a folder that appears whole or not at all.

landing/<system>/<load_id>/load.json               the manifest
                           <resource>.parquet      its rows, with `_row`
                           _rejected.parquet       rows that could not be read, with their reasons
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import SourceError, storage_errors
from pipelines.landing.extract import Extraction, extract
from pipelines.landing.spec import file_names
from pipelines.warehouse.catalogue.table import literal
from pipelines.warehouse.database import scratch

if TYPE_CHECKING:
    from pipelines.landing.spec import Csv, FixedWidth, Json, Sqlite
    from pipelines.settings import Settings

MANIFEST = "load.json"
REJECTED = "_rejected.parquet"


@dataclass(frozen=True)
class Load:
    """One load of one source system, as its manifest tells it."""

    load_id: str
    system: str
    checksum: str
    extract_hash: str
    delivered_at: datetime
    last_seen_at: datetime
    rows: dict[str, int]
    rejected: dict[str, int]
    seconds: float

    @property
    def rows_extracted(self) -> int:
        """Rows the source gave, those that could not be read included."""
        return sum(self.rows.values()) + sum(self.rejected.values())


def land(system: str, spec: FixedWidth | Csv | Json | Sqlite, settings: Settings) -> Load:
    """Land what the source delivered, or return the load in force where the same was delivered again.

    Raises:
        SourceError: a file is missing, cannot be read as declared, or changed while it was read.
        StorageError: the disk is full.
    """
    began = time.monotonic()
    folder = settings.landing / system
    with storage_errors():
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        files = [settings.deliveries / name for name in file_names(spec)]
        checksum, stamp = _checksum(system, files), _stamp(files)
        extract_hash = hashlib.sha256(spec.model_dump_json().encode()).hexdigest()
        latest = next(reversed(loads(folder)), None)
        if latest and latest.checksum == checksum and latest.extract_hash == extract_hash:
            seen = replace(latest, last_seen_at=max(latest.last_seen_at, _written_at(files, settings.now())))
            _write_manifest(folder / latest.load_id, seen)
            return seen
        working = folder / f".landing-{os.getpid()}"
        working.mkdir()
        try:
            with scratch(settings, working / "spill") as con:
                rows = extract(Extraction(con, system, settings.deliveries, working), spec)
                con.execute(
                    f"COPY (FROM rejected ORDER BY resource, landed_row, reason) "
                    f"TO {literal(str(working / REJECTED))} (FORMAT parquet)"
                )
                rejected = dict(
                    con.execute("SELECT resource, count(*) FROM rejected GROUP BY ALL ORDER BY ALL").fetchall()
                )
            _unchanged(system, files, stamp)
            now = settings.now()
            # Sorts by time; the sequence keeps the order of two loads of one instant.
            load_id = f"{now:%Y%m%dT%H%M%SZ}-{len(loads(folder)) + 1:05d}-{checksum[:8]}"
            seconds = round(time.monotonic() - began, 3)
            seen_at = _written_at(files, now)
            load = Load(load_id, system, checksum, extract_hash, now, seen_at, rows, rejected, seconds)
            for leftover in (*working.glob(".*"), working / "spill"):
                shutil.rmtree(leftover, ignore_errors=True) if leftover.is_dir() else leftover.unlink(missing_ok=True)
            _write_manifest(working, load)
            _sync(working)
            working.rename(folder / load_id)
            _sync(folder)
        except BaseException:
            shutil.rmtree(working, ignore_errors=True)
            raise
    return load


def loads(folder: Path) -> list[Load]:
    """Return the complete loads of a source system's landing folder, oldest first."""
    if not folder.is_dir():
        return []
    manifests = sorted(folder.glob(f"[!.]*/{MANIFEST}"), key=lambda path: path.parent.name.split("-")[1])
    return [_read_manifest(path) for path in manifests]


def _read_manifest(path: Path) -> Load:
    content = json.loads(path.read_text(encoding="utf-8"))
    for field in ("delivered_at", "last_seen_at"):
        content[field] = datetime.fromisoformat(content[field])
    return Load(**content)


def _write_manifest(folder: Path, load: Load) -> None:
    """Write the manifest so that a reader sees the old one or the new one, never a part."""
    temporary = folder / f".{MANIFEST}"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(load), file, indent=2, default=datetime.isoformat)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / MANIFEST)


def _sweep(folder: Path) -> None:
    """Remove what a killed run left half landed."""
    for leftover in folder.glob(".landing-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _checksum(system: str, files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        for part in (file, file.with_name(file.name + "-wal")):  # SQLite keeps its latest changes beside the database
            if part == file and not file.is_file():
                message = (
                    f"{system}: {file} does not exist; check that the delivery arrived and the source's YAML names it."
                )
                raise SourceError(message)
            if part.is_file():
                with part.open("rb") as content:
                    digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()


def _unchanged(system: str, files: list[Path], stamp: list[tuple[int, int]]) -> None:
    if _stamp(files) != stamp:
        message = f"{system}: a delivered file changed while it was being read; wait for the delivery to end."
        raise SourceError(message)


def _stamp(files: list[Path]) -> list[tuple[int, int]]:
    return [(file.stat().st_size, file.stat().st_mtime_ns) for file in files]


def _written_at(files: list[Path], now: datetime) -> datetime:
    """Return when the newest of the files was written, in naive UTC, or now where a clock ran ahead.

    What lies in the inbox since last week was not delivered again today: its age is what makes a feed stale.
    """
    newest = max(file.stat().st_mtime for file in files)
    return min(now, datetime.fromtimestamp(newest, UTC).replace(tzinfo=None, microsecond=0))


def _sync(folder: Path) -> None:
    for path in (*(entry for entry in folder.iterdir() if entry.is_file()), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
