"""A trial: a source's live data landed and staged in a temporary home, and what a run would make of it, value-free."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import duckdb

from linkage_models.relations import named_rows, single_value, statement
from pipelines.canonical.applied import Applied
from pipelines.canonical.apply import value_errors
from pipelines.canonical.bind import expressions_of, misfits
from pipelines.canonical.profile import completeness
from pipelines.canonical.staging import Staging
from pipelines.canonical.take_over import take_over
from pipelines.errors import ConfigurationError
from pipelines.landing.land import land
from pipelines.source import BELOW, SourceSpec
from pipelines.source_check.mask import mask, masked
from pipelines.source_check.temporary_home import temporary_home
from pipelines.warehouse.database import writer
from pipelines.yaml_file import error_at, field_line, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings

SHAPES = 3
"""Shapes shown of a field's dates that cannot be read: enough to see a second format among them."""


@dataclass(frozen=True)
class UnreadableDates:
    """Dates of one field that cannot be read: the field's place in the YAML, how many, and their commonest shapes."""

    field: str
    line: int
    count: int
    shapes: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """What a run would make of a source's live data.

    Attributes:
        system: the source system.
        landed: per resource the rows read, and those that could not be.
        misfits: sentences on expressions that do not fit; if there are any, nothing below is known.
        applied: what applying the load would do.
        reasons: per resource the rows in quarantine by reason.
        records: nominal records.
        completeness: per canonical field the nominal records that have it.
        items: per kind the information items that would be held, and those that would not.
        unreadable: the fields with dates that cannot be read.
        rows: a few nominal records, masked.
    """

    system: str
    landed: dict[str, tuple[int, int]]
    misfits: tuple[str, ...] = ()
    applied: Applied | None = None
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    records: int = 0
    completeness: dict[str, int] = field(default_factory=dict)
    items: dict[str, tuple[int, int]] = field(default_factory=dict)
    unreadable: tuple[UnreadableDates, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()

    @property
    def problem(self) -> str | None:
        """Why the load would not be taken over, as one sentence; None if it would be."""
        if self.applied is None:
            several = f" (and {len(self.misfits) - 1:,} more, above)" if len(self.misfits) > 1 else ""
            return f"{self.misfits[0].rstrip('.?')}{several}."
        if self.applied.refused:
            return f"{self.system}: the load would be refused: {self.applied.refused}."
        unbalanced = [
            name
            for name, (extracted, *parts) in self.applied.balances.items()
            if extracted != sum(parts)
        ]  # fmt: skip
        if unbalanced:
            return f"{self.system}: rows do not balance in {', '.join(unbalanced)}; report it."
        return None


def read_source(yaml_file: Path) -> SourceSpec:
    """Return the source that a YAML file describes, at its top or below `attributes`.

    Raises:
        ConfigurationError: the file is missing or wrong.
    """
    try:
        text = yaml_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""  # `read_yaml` says what is wrong with it
    below = BELOW if re.search(rf"^{BELOW[0]}\s*:", text, re.MULTILINE) else ()
    return read_yaml(yaml_file, SourceSpec, below=below)


def try_source(spec: SourceSpec, yaml_file: Path, settings: Settings, rows: int = 5) -> Trial:
    """Land and stage a source's live data in a temporary home, and return what a first run would make of it.

    Args:
        spec: the source.
        yaml_file: where its YAML lies, for errors.
        settings: the home, and where its inbox is.
        rows: how many nominal records to return, masked.

    Raises:
        SourceError: the data cannot be read.
        ConfigurationError: `key` or `cursor` of a resource does not fit.
        StorageError: the disk is full.
    """
    with temporary_home(settings) as own:
        load = land(spec.system, spec.extract, own, spec.names)
        folder = own.landing / spec.system / load.load_id
        landed = {name: (count, load.quarantined.get(name, 0)) for name, count in load.rows.items()}
        with writer(own) as con:
            if wrong := tuple(str(error) for error in misfits(con, spec, yaml_file, folder)):
                return Trial(spec.system, landed, wrong)
            staging = Staging(con, spec, yaml_file, load, own.landing / spec.system, touched=False)
            try:
                with value_errors(spec, yaml_file, load), staging:
                    staging.stage()
                    applied = take_over(staging, [load])
                    unreadable = _unreadable(con, spec, yaml_file, folder) if applied.quality.unreadable_dates else ()
                    return _seen(con, Trial(spec.system, landed, applied=applied, unreadable=tuple(unreadable)), rows)
            except ConfigurationError as error:
                failing = tuple(str(failed) for failed in _failing(con, spec, yaml_file, folder))
                return Trial(spec.system, landed, failing or (str(error),))


def _seen(con: DuckDBPyConnection, trial: Trial, rows: int) -> Trial:
    """Return the trial with the figures that can be read only while the load is staged."""
    reasons: dict[str, dict[str, int]] = {}
    for resource, reason, count in con.execute(
        "SELECT resource, reason, count(*) FROM staged_quarantine GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        reasons.setdefault(resource, {})[reason] = count
    shown = named_rows(con, statement(__file__, "record_shown"), {"rows": rows})
    items = con.execute(
        "SELECT kind, count(*) FILTER (problem IS NULL), count(problem) FROM staged_item GROUP BY kind ORDER BY kind"
    ).fetchall()
    return replace(
        trial,
        reasons=reasons,
        records=single_value(con, "SELECT count(*) FROM staged_record"),
        completeness=completeness(con, "staged_record"),
        items={kind: (held, failed) for kind, held, failed in items},
        rows=tuple({name: masked(value, name) for name, value in row.items()} for row in shown),
    )


def _failing(con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, folder: Path) -> Iterator[ConfigurationError]:
    """Yield an error for every expression that fails on a value, without DuckDB's message, which may quote it."""
    for location, relation, expression in expressions_of(spec, folder):
        kind = "BOOLEAN" if location[-1] in {"active", "when", "deleted"} else "VARCHAR"
        try:
            con.execute(f"SELECT max(hash(({expression})::{kind})) FROM {relation}").fetchone()
        except (duckdb.DataError, duckdb.ProgrammingError, duckdb.NotSupportedError) as error:
            yield error_at(
                yaml_file,
                location,
                f"fails with a {type(error).__name__} on a value that {spec.system} delivers;"
                " use try_cast or try_strptime in it.",
                below=BELOW,
            )


def _unreadable(con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, folder: Path) -> Iterator[UnreadableDates]:
    """Yield the fields with dates that cannot be read; the macros exist while the load is staged."""
    for location, relation, expression in expressions_of(spec, folder):
        if "detail" in location or not str(location[-1]).endswith("_date"):
            continue
        found = con.execute(
            f"""
            SELECT given, count(*) FROM (SELECT nullif(trim(({expression})::VARCHAR), '') AS given FROM {relation})
            WHERE {_is_unreadable(spec, location)} GROUP BY given
            """
        ).fetchall()
        shapes: dict[str, int] = {}
        for given, count in found:
            shapes[mask(given)] = shapes.get(mask(given), 0) + count
        if shapes:
            line = field_line(yaml_file, location, below=BELOW)
            commonest = sorted(shapes, key=lambda shape: (-shapes[shape], shape))[:SHAPES]
            yield UnreadableDates(".".join(map(str, location)), line, sum(shapes.values()), tuple(commonest))


def _is_unreadable(spec: SourceSpec, location: tuple[str | int, ...]) -> str:
    """Return the condition that `given`, of a field with a date, cannot be read; a date of birth may be so in part."""
    kind = spec.items[location[1]].kind if isinstance(location[1], int) else None
    if location[-1] == "birth_date" or (kind == "birth_date" and location[-1] == "item_date"):
        return "birth_fault(given, read_birth_date(given), read_part(given)) = 'unreadable'"
    return "is_unread(given, read_date(given))"
