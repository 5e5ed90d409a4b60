"""Changes: what a load holds after a delivery of new versions has replaced old ones, and whether its columns still fit.

A resource with `load: changes` is landed twice: `<resource>.delivered.parquet` as it was given, and
`<resource>.parquet`, every row of the source in its newest version. The second is what all later stages read, so they
need not know how it came about, and a rebuild reads it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from linkage_models.relations import Steps, literal, quote, single_value, statement
from linkage_models.relations import columns as select_list
from pipelines.errors import ConfigurationError, raise_if_storage
from pipelines.source.extract.files import OWN_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.landing.extraction import Extraction
    from pipelines.source.extract import Polling, Resource

DELIVERED = ".delivered.parquet"


def parquet(path: Path) -> str:
    """Return an SQL relation over a Parquet file."""
    return f"read_parquet({literal(str(path))})"


def columns(con: DuckDBPyConnection, path: Path, *, documents: bool) -> dict[str, str]:
    """Return the source's own columns of a landed file and their types; for documents, their top-level fields."""
    described = con.execute(f"DESCRIBE FROM {parquet(path)}").fetchall()
    own = {name: kind for name, kind, *_ in described if name not in OWN_COLUMNS}
    if not documents:
        return own
    fields = con.execute(
        f"SELECT DISTINCT unnest(json_keys(document)) AS field FROM {parquet(path)} ORDER BY field"
    ).fetchall()
    return {field: "JSON" for (field,) in fields}


@dataclass(frozen=True)
class Difference:
    """How a resource's columns differ from those of the load before."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.changed)

    def __str__(self) -> str:
        """Return it as a clause; names of columns are no personal values."""
        parts = [
            f"{what} {', '.join(f'`{name}`' for name in names)}"
            for what, names in (("new:", self.new), ("gone:", self.gone), ("of another type:", self.changed))
            if names
        ]
        return "; ".join(parts)


def difference(before: Mapping[str, str], now: Mapping[str, str]) -> Difference:
    """Return how columns differ."""
    return Difference(
        new=tuple(name for name in now if name not in before),
        gone=tuple(name for name in before if name not in now),
        changed=tuple(name for name in now if name in before and now[name] != before[name]),
    )


def hold_to(extraction: Extraction, resource: str, before: Mapping[str, str], *, documents: bool) -> int:
    """Quarantine the landed rows that do not fit the columns of the load before, and return their number.

    A row does not fit that has a value in a new column, or one that the column's former type cannot hold. What is gone
    is landed empty.
    """
    con, path = extraction.con, extraction.file(resource)
    differs = difference(before, columns(con, path, documents=documents))
    held = con.execute(f"DESCRIBE FROM {parquet(path)}").fetchall()
    if documents:
        known = ", ".join(literal(name) for name in before)
        misfits = f"len(list_filter(json_keys(document), lambda field: NOT list_contains([{known}], field))) > 0"
        kept = "*"
    else:
        unknown = [f"{quote(name)} IS NOT NULL" for name in differs.new]
        unfit = [
            f"({quote(name)} IS NOT NULL AND try_cast({quote(name)} AS {before[name]}) IS NULL)"
            for name in differs.changed
        ]
        misfits = " OR ".join([*unknown, *unfit]) or "false"
        own = [name for name, *_ in held if name in OWN_COLUMNS]
        kept = ", ".join(
            [
                *own,
                *(
                    f"NULL::{kind} AS {quote(name)}" if name in differs.gone
                    else f"try_cast({quote(name)} AS {kind}) AS {quote(name)}"
                    for name, kind in before.items()
                ),
            ]
        )  # fmt: skip
    quarantined = {
        "resource": "$resource",
        "landed_row": "_row",
        "reason": "'schema_changed'",
        "explanation": "'the row does not fit the columns of the load before'",
        "raw": "to_json(landed)::VARCHAR",
        "file": "_file" if "_file" in [name for name, *_ in held] else "NULL",
    }
    con.execute(
        f"INSERT INTO quarantined BY NAME SELECT {select_list(quarantined)} FROM {parquet(path)} AS landed"
        f" WHERE {misfits}",
        {"resource": resource},
    )
    path.rename(path.with_suffix(".unheld"))
    return extraction.write(
        resource, f"SELECT {kept} FROM {parquet(path.with_suffix('.unheld'))} WHERE NOT ({misfits}) ORDER BY _row"
    )


def since(con: DuckDBPyConnection, resource: Polling, state: Path, asked_at: datetime) -> Any:  # noqa: ANN401  # a cursor is of any type
    """Return the cursor value to ask a resource from, a little before the newest that is held; None without a cursor.

    A time of change that lies ahead of when the source was last asked comes from a clock that runs ahead, and is taken
    for that time, so that what changed since is not missed.
    """
    if resource.cursor is None or not state.is_file():
        return None
    try:
        value = single_value(con, f"SELECT max({resource.cursor}) FROM {parquet(state)}")
    except duckdb.Error as error:  # what is wrong with the cursor is reported when the delivery is merged
        raise_if_storage(error)
        return None
    overlap = timedelta(minutes=resource.cursor_overlap_minutes)
    if isinstance(value, datetime):
        return min(value, _in_zone_of(value, asked_at)) - overlap
    if isinstance(value, date):
        return (min(datetime.combine(value, time.min), asked_at) - overlap).date()
    return _earlier(value, asked_at, overlap) if isinstance(value, str) else value


def _earlier(text: str, asked_at: datetime, overlap: timedelta) -> str:
    """Return the time to ask from if the cursor is text, in the form in which the source writes times."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    earlier = min(moment, _in_zone_of(moment, asked_at)) - overlap
    if len(text) == len("2026-03-09"):
        return earlier.date().isoformat()
    if text[10:11] not in {"T", " "}:
        return text
    written = earlier.isoformat(sep=text[10])
    return written.replace("+00:00", "Z") if text.endswith("Z") else written


def _in_zone_of(moment: datetime, utc: datetime) -> datetime:
    """Return an instant, given in naive UTC, in the zone of another, or naive if the other is naive."""
    return utc.replace(tzinfo=UTC).astimezone(moment.tzinfo) if moment.tzinfo else utc


def as_asked(cursor: Any) -> str:  # noqa: ANN401  # a cursor is of any type
    """Return a cursor's value as a service is asked with it."""
    return cursor.isoformat() if isinstance(cursor, date) else str(cursor)


def merge(
    extraction: Extraction, name: str, resource: Resource, before: str | None, first_row: int, *, whole: bool
) -> int:
    """Make the newest state of a resource from the state before and the delivery, and return its number of rows.

    A version that is delivered again is the one already held, and keeps its `_row`. If there is no cursor, the
    version of the last file by name wins, and without files the one delivered last.

    Args:
        extraction: what was delivered; every delivered row has `_file`, which may be empty.
        name: the resource.
        resource: its key and cursor.
        before: an SQL relation of the state before, without rows of files that are read again; None if there is none.
        first_row: the number that follows the last `_row` of all loads before.
        whole: whether the delivery holds every row, so that rows absent from it are gone.

    Raises:
        ConfigurationError: `key` or `cursor` does not fit the columns.
        SourceError: it fails on a value.
    """
    con, path = extraction.con, extraction.file(name)
    delivered = path.with_name(f"{name}{DELIVERED}")
    path.rename(delivered)
    given = f"(SELECT * REPLACE (_row + {first_row - 1} AS _row) FROM {parquet(delivered)})"
    held = before or f"(FROM {given} LIMIT 0)"
    key = ", ".join(f"({expression})::VARCHAR" for expression in resource.key)
    newest = (
        Steps()
        .step("version", f"SELECT *, true AS _held FROM {held} UNION ALL BY NAME SELECT *, false AS _held FROM {given}")
        .step("keyed", f"SELECT *, [{key}] AS _key FROM version")
        .step("marked", statement(__file__, "newest/marked"))
        .step("once", statement(__file__, "newest/once"))
        .step("dated", f"SELECT *, ({resource.cursor or 'NULL'}) AS _cursor FROM once WHERE _given OR NOT $whole")
        .query(statement(__file__, "newest"))
    )
    try:
        extraction.own.table("newest", newest, {"whole": whole})
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):
        raise ConfigurationError(
            f"{extraction.system}: the `key` or `cursor` of the resource {name} does not fit its columns"
            f" {', '.join(columns(con, delivered, documents=False))}; correct the source's `extract`."
        ) from None
    except duckdb.Error as error:  # its words hold the value
        raise_if_storage(error)
        raise extraction.error(
            f"the `key` or `cursor` of the resource {name}",
            f"fails with a {type(error).__name__} on a value that was delivered",
            "have the delivery corrected, or write the expression with `try_cast`",
        ) from None
    rows = extraction.write(name, "FROM newest ORDER BY _row")
    extraction.own.drop("newest")
    return rows
