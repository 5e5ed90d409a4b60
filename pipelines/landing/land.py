"""Land: one delivery as one load, a folder that appears whole or not at all (`manifest.py` shows what is in it).

A delivery that is the same as the one before makes no load: it only shows that the source still delivers.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from linkage_models.relations import Temporaries, literal, single_value, statement
from pipelines import audit
from pipelines.errors import ConfigurationError, SourceError, StorageError, storage_errors
from pipelines.landing import changes
from pipelines.landing.changes import parquet
from pipelines.landing.extraction import Extraction
from pipelines.landing.files.connect import place_of
from pipelines.landing.files.formats import read_file
from pipelines.landing.files.places import Arrived, Place, changed, fetch, is_pattern
from pipelines.landing.history import history
from pipelines.landing.manifest import (
    QUARANTINED,
    Load,
    ReadFile,
    first_seen,
    forget_failure,
    is_same,
    keep,
    sweep,
    write_failure,
    write_manifest,
)
from pipelines.landing.rest.documents import extract_rest
from pipelines.landing.sql import extract_sql
from pipelines.source.extract import FileSet, Json, Polling, Rest, Sql, Xml, file_sets, resources
from pipelines.source.names import Names
from pipelines.warehouse.database import scratch

if TYPE_CHECKING:
    from pipelines.landing.history import History
    from pipelines.settings import Settings
    from pipelines.source.extract import ExtractSpec, FileSpec, SchemaContract

_LOG = logging.getLogger(__name__)


def land(
    system: str,
    spec: ExtractSpec,
    settings: Settings,
    names: Names | None = None,
    *,
    collector: str | None = None,
    applied: int = 0,
    accept_loss: bool = False,
) -> Load:
    """Land what the source delivered, or return the load in force where the same was delivered again.

    Args:
        system: the source system.
        spec: how it delivers.
        settings: the home, and where its inbox is.
        names: the names of the source's own that messages may show; None for those that `spec` uses.
        collector: who collects, for the audit log; None if what is landed is only looked at and does not stay.
        applied: the greatest running number of a load of the source that the warehouse knows of.
        accept_loss: whether to go on where a load is lost that the source may not deliver again.

    Raises:
        SourceError: nothing was delivered, it cannot be read as declared, it changed while it was read, or a load that
            it must go on from is lost; the reason is kept beside the loads until a delivery is landed.
        ConfigurationError: a resource's `key` or `cursor` does not fit its columns; kept in the same way.
        StorageError: the disk is full.
    """
    folder = settings.landing / system
    try:
        with storage_errors():
            folder.mkdir(parents=True, exist_ok=True)
            sweep(folder)
            before = history(folder, spec, applied, accept_loss=accept_loss)
            load = _Landing(system, spec, settings, before, names or Names.of(spec), collector).load()
            forget_failure(folder)
            return load
    except StorageError:
        raise
    except (ConfigurationError, SourceError) as error:
        write_failure(folder, str(error), settings.now())
        raise


ToRead = tuple[Arrived, ReadFile]


@dataclass(frozen=True)
class _Delivery:
    """What was delivered, once it lies in the working folder.

    Attributes:
        written_at: when the source wrote it.
        read: the resources that were read.
        whole: those of them of which every row was delivered, so that what is absent is gone.
        files: every file that the load goes back to; empty for a database or a service.
        anew: labels of files that were read although they had been before.
    """

    written_at: datetime
    read: tuple[str, ...]
    whole: frozenset[str]
    files: tuple[ReadFile, ...] = ()
    anew: tuple[str, ...] = ()


class _Landing:
    """One landing under way."""

    def __init__(
        self, system: str, spec: ExtractSpec, settings: Settings, before: History, names: Names, collector: str | None
    ) -> None:
        self.system, self.spec, self.settings, self.names = system, spec, settings, names
        self.collector = collector
        self.documents = isinstance(spec, Json | Xml | Rest)
        self.folder = settings.landing / system
        self.now = settings.now()
        self.latest, self.number, self.lost = before.latest, before.number + 1, before.lost
        self.extract_hash = hashlib.sha256(spec.model_dump_json().encode()).hexdigest()
        self.same_extract = self.latest is not None and self.latest.extract_hash == self.extract_hash
        # Otherwise all that the source has is read anew, and makes a load even if it is as in the latest that is left.
        self.goes_on = self.same_extract and not self.lost

    def load(self) -> Load:
        """Return the load that holds what is delivered now."""
        began = time.monotonic()
        working = self.folder / f".landing-{os.getpid()}"
        working.mkdir()
        try:
            with scratch(self.settings, working / "spill") as con, Temporaries(con) as own:
                extraction = Extraction(own, self.system, working, self.names)
                extraction.begin()
                if isinstance(self.spec, Sql | Rest):
                    delivery = self._poll(extraction, self.spec)
                else:
                    delivery = self._collect(extraction, self.spec)
                load = self._made(extraction, delivery)
            if load is None:
                return self._seen_again(delivery)
            kept = replace(load, seconds=round(time.monotonic() - began, 3))
            if self.collector:
                audit.record_all(self.settings, [kept.act(self.collector)])
            keep(working, self.folder, kept)
            _LOG.info("%s", kept.in_words())
            return kept
        finally:
            shutil.rmtree(working, ignore_errors=True)

    def _seen_again(self, delivery: _Delivery) -> Load:
        """Note in the load in force that the source delivered the same again, and return that load."""
        latest = cast("Load", self.latest)
        _LOG.info("%s delivered the same as in load %s", self.system, latest.load_id)
        seen = replace(
            latest,
            extract_hash=self.extract_hash,
            last_seen_at=max(latest.last_seen_at, delivery.written_at),
            files=delivery.files or latest.files,
            whole_at=latest.whole_at | dict.fromkeys(sorted(delivery.whole), self.now),
        )
        write_manifest(self.folder / seen.load_id, seen)
        return seen

    def _state(self, resource: str) -> Path:
        """Return where the rows of a resource lie in the load in force."""
        return self.folder / (self.latest.load_id if self.latest else "none") / f"{resource}.parquet"

    # A database or a service is asked.

    def _poll(self, extraction: Extraction, spec: Sql | Rest) -> _Delivery:
        whole = {name for name, resource in spec.resources.items() if self._is_due_whole(name, resource)}
        asked = {
            name: changes.since(extraction.con, resource, self._state(name), self.latest.last_seen_at)
            for name, resource in spec.resources.items()
            if name not in whole and self.latest
        }
        since = {name: value for name, value in asked.items() if value is not None}
        if isinstance(spec, Sql):
            extract_sql(extraction, spec, since)
        else:
            extract_rest(extraction, spec, {name: changes.as_asked(value) for name, value in since.items()})
        # Without a cursor every row was given.
        return _Delivery(self.now, tuple(spec.resources), frozenset(spec.resources) - frozenset(since))

    def _is_due_whole(self, name: str, spec: Polling) -> bool:
        if spec.load == "snapshot" or self.latest is None or not self.goes_on or not self._state(name).is_file():
            return True
        last = self.latest.whole_at.get(name)
        return spec.full_every_days is not None and (
            last is None or self.now - last >= timedelta(days=spec.full_every_days)
        )

    # Files are fetched.

    def _collect(self, extraction: Extraction, spec: FileSpec) -> _Delivery:
        fetched = extraction.into / "fetched"
        fetched.mkdir()
        files: list[ReadFile] = []
        read: list[str] = []
        anew: list[str] = []
        newest: list[datetime] = []
        with place_of(self.system, spec, self.settings.deliveries, fetched) as place:
            taken = {
                file_set: self._take(place, file_set, fetched, remote=spec.location is not None)
                for file_set in file_sets(spec)
            }
            for file_set, (arrived, known) in taken.items():
                newest += [file.written_at for file in known] + [file.written_at for _, file in arrived]
                files += known
                if arrived:
                    self._read_set(extraction, spec, file_set, arrived)
                    read += file_set.resources
                    anew += [file.label for _, file in arrived if file in known]
                    files += [file for _, file in arrived if file not in known]
            for file in (file for arrived, _ in taken.values() for file, _ in arrived):
                if place.look(file.name) != file.listed:
                    raise changed(self.system, file.place)
        whole = {name for file_set in taken if file_set.load == "snapshot" for name in file_set.resources}
        written_at = min(self.now, max(newest).replace(microsecond=0))
        return _Delivery(written_at, tuple(read), frozenset(whole), tuple(files), tuple(anew))

    def _take(
        self, place: Place, file_set: FileSet, fetched: Path, *, remote: bool
    ) -> tuple[list[ToRead], list[ReadFile]]:
        """Return the files of a set that must be read, and those of earlier loads that the new one still goes back to.

        Nothing has to be read if all of them were read before, in the same way.
        """
        listed = place.listing(file_set.path)
        before = [file for file in (self.latest.files if self.latest else ()) if file.resources == file_set.resources]
        if not listed and not (file_set.load == "changes" and before):
            problem = "matches no file" if is_pattern(file_set.path) else "does not exist"
            raise SourceError(
                f"{self.system}: {place.shown(file_set.path)} {problem};"
                " check that the delivery arrived and the source's YAML names it."
            )
        if file_set.load == "snapshot" and file_set.take == "last":
            listed = listed[-1:]
        by_name = {file.name: file for file in before}  # the last delivered of each
        skipped = [file for file in listed if remote and self.goes_on and is_same(by_name.get(file.name), file)]
        arrived = [fetch(self.system, place, file, fetched) for file in listed if file not in skipped]
        if file_set.load == "changes":
            again = {file.name: replace(by_name[file.name], written_at=file.listed.written_at) for file in arrived
                     if file.name in by_name and by_name[file.name].sha256 == file.sha256}  # fmt: skip
            known = [again.get(file.name, file) if file is by_name[file.name] else file for file in before]
            read = [(file, again.get(file.name) or first_seen(file_set, file)) for file in arrived]
            return [(file, as_read) for file, as_read in read if not self.goes_on or as_read not in known], known
        fetched_now = {file.listed: file.sha256 for file in arrived}
        now = [fetched_now.get(file) or by_name[file.name].sha256 for file in listed]
        if self.goes_on and now == [file.sha256 for file in before]:
            current = [replace(file, name=new.name, size=new.size, written_at=new.written_at)
                       for file, new in zip(before, listed, strict=True)]  # fmt: skip
            return [], current
        arrived += [fetch(self.system, place, file, fetched) for file in skipped]
        return [(file, first_seen(file_set, file)) for file in sorted(arrived, key=lambda file: file.name)], []

    def _read_set(self, extraction: Extraction, spec: FileSpec, file_set: FileSet, arrived: Sequence[ToRead]) -> None:
        """Land the files of a set one after the other, with `_row` going on from one to the next."""
        con = extraction.con
        several = file_set.load == "changes" or file_set.take == "all"
        parts: dict[str, list[str]] = {name: [] for name in file_set.resources}
        before = 0
        for number, (file, as_read) in enumerate(arrived):
            part = replace(extraction, into=extraction.into / f"part-{number}") if several else extraction
            part.into.mkdir(exist_ok=True)
            read_file(part, spec, file_set.resources, file)
            con.execute(
                "UPDATE quarantined SET file = $file, landed_row = landed_row + $before "
                "WHERE file IS NULL AND list_contains($resources, resource)",
                {"file": as_read.label, "before": before, "resources": list(file_set.resources)},
            )
            last = 0
            for name in file_set.resources if several else ():
                parts[name].append(f"SELECT * REPLACE (_row + {before} AS _row), {literal(as_read.label)} AS _file "
                                   f"FROM {parquet(part.file(name))}")  # fmt: skip
                last = max(last, single_value(con, f"SELECT coalesce(max(_row), 0) FROM ({parts[name][-1]})"))
            before = single_value(
                con,
                "SELECT greatest($before, $last, max(landed_row)) FROM quarantined WHERE file = $file",
                {"before": before, "last": last, "file": as_read.label},
            )
        for name in file_set.resources if several else ():
            extraction.write(name, f"FROM ({' UNION ALL BY NAME '.join(parts[name])}) ORDER BY _row")

    # What was delivered becomes a load.

    def _made(self, extraction: Extraction, delivery: _Delivery) -> Load | None:
        """Return the load that the working folder holds; None where it is the one in force."""
        if not delivery.read and self.latest is not None and not self.lost:
            return None
        con, latest = extraction.con, self.latest
        specs = resources(self.spec)
        rows: dict[str, int] = {}
        columns: dict[str, dict[str, str]] = {}
        known = latest.delivered_columns if latest else {}
        delivered_columns = {name: given for name, given in known.items() if name not in delivery.read}
        next_row = dict(latest.next_row) if latest else {}
        for name, resource in specs.items():
            if name not in delivery.read and latest is not None:
                os.link(self._state(name), extraction.file(name))
                self._carry_quarantined(extraction, name, ())
                rows[name], columns[name] = latest.rows[name], latest.columns.get(name, {})
                continue
            if given := self._hold_to_contract(extraction, name):
                delivered_columns[name] = given
            if resource.load == "changes":
                rows[name] = self._merge(extraction, name, delivery, next_row)
            else:
                rows[name] = single_value(con, f"SELECT count(*) FROM {parquet(extraction.file(name))}")
                next_row.pop(name, None)  # what it held as `changes` is gone
            columns[name] = changes.columns(con, extraction.file(name), documents=self.documents)
        con.execute(
            f"COPY (FROM quarantined ORDER BY resource, landed_row, reason) "
            f"TO {literal(str(extraction.into / QUARANTINED))} (FORMAT parquet)"
        )
        quarantined = dict(
            con.execute("SELECT resource, count(*) FROM quarantined GROUP BY ALL ORDER BY ALL").fetchall()
        )
        checksum = extraction.checksum([file.sha256 for file in delivery.files], delivery.read)
        if latest and self.goes_on and (checksum, quarantined) == (latest.checksum, latest.quarantined):
            return None
        load_id = f"{self.now:%Y%m%dT%H%M%SZ}-{self.number:05d}-{checksum[:8]}"
        whole_at = (latest.whole_at if latest else {}) | dict.fromkeys(sorted(delivery.whole), self.now)
        return Load(
            load_id, self.system, checksum, self.extract_hash, self.now, delivery.written_at, rows, quarantined, 0.0,
            columns, delivery.files, delivered_columns, next_row, whole_at,
        )  # fmt: skip

    def _hold_to_contract(self, extraction: Extraction, name: str) -> dict[str, str] | None:
        """Compare the delivered columns with those of the load before, as `schema_contract` says.

        Returns:
            The columns that were delivered, where rows were held to others.
        """
        before = self.latest.columns.get(name) if self.latest and self.same_extract else None
        contract: SchemaContract = self.spec.schema_contract
        if not before or contract == "evolve":
            return None
        now = changes.columns(extraction.con, extraction.file(name), documents=self.documents)
        if resources(self.spec)[name].load == "changes" and self.documents:
            now = before | now  # a few documents need not have every field
        differs = changes.difference(before, now)
        if not differs:
            return None
        if contract == "freeze":
            raise extraction.error(
                f"the columns of the resource {name}",
                f"are not those of the load before ({differs.in_words(self.names)})",
                "have the source restored, or set `schema_contract: evolve` to take them as they are",
            )
        changes.hold_to(extraction, name, before, documents=self.documents)
        return now

    def _merge(self, extraction: Extraction, name: str, delivery: _Delivery, next_row: dict[str, int]) -> int:
        con, state = extraction.con, self._state(name)
        if not delivery.files:
            path = extraction.file(name)
            extraction.write(f"{name}.", f"SELECT *, NULL::VARCHAR AS _file FROM {parquet(path)}")
            extraction.file(f"{name}.").replace(path)
        first = next_row.get(name, 1)
        before = None
        if state.is_file() and self.latest and name in self.latest.next_row:
            names = ", ".join(literal(file) for file in delivery.anew)
            before = f"(FROM {parquet(state)} WHERE _file IS NULL OR NOT list_contains([{names}]::VARCHAR[], _file))"
        given = single_value(
            con,
            f"SELECT greatest(0, (SELECT max(_row) FROM {parquet(extraction.file(name))}), max(landed_row)) "
            "FROM quarantined WHERE resource = $name",
            {"name": name},
        )
        con.execute(
            "UPDATE quarantined SET landed_row = landed_row + $by WHERE resource = $name",
            {"by": first - 1, "name": name},
        )
        if name not in delivery.whole:
            self._carry_quarantined(extraction, name, delivery.anew)
        rows = changes.merge(extraction, name, resources(self.spec)[name], before, first, whole=name in delivery.whole)
        next_row[name] = first + given
        return rows

    def _carry_quarantined(self, extraction: Extraction, name: str, anew: Sequence[str]) -> None:
        """Keep the rows of a resource that earlier deliveries quarantined, except those of files that are read anew."""
        if self.latest is None:
            return
        extraction.own.view("quarantined_before", f"FROM {parquet(self.folder / self.latest.load_id / QUARANTINED)}")
        extraction.con.execute(statement(__file__, "carried"), {"resource": name, "anew": list(anew)})
