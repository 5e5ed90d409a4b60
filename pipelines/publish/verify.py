"""Proof that a built snapshot is what it should be, before any reader can see it."""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from linkage_models.relations import quote, single_row, single_value
from linkage_models.words import counted
from pipelines.errors import CheckFailedError
from pipelines.publish.macros import MACROS
from pipelines.warehouse.catalogue import LINKED, Table
from pipelines.warehouse.shape import differing_columns


def verify(con: DuckDBPyConnection, *, visible_markings: Sequence[str]) -> dict[str, int]:
    """Return the rows per table of a snapshot that holds what the catalogue says, and nothing above its ceiling.

    Args:
        con: the snapshot, opened as a database of its own.
        visible_markings: the markings its audience may hold.

    Raises:
        CheckFailedError: a table, column, key or macro is not as it should be, or a marking is above the ceiling.
    """
    differing = differing_columns(con, LINKED)
    if differing:
        raise _failed(f"the columns of {min(differing)} are not those of the catalogue")
    rows = {}
    for table in LINKED:
        rows[table.name] = _has_one_row_a_key(con, table)
        if "marking" in table.column_names:
            _stays_below_the_ceiling(con, table, visible_markings)
    _every_row_has_its_subject(con)
    held = {
        name
        for (name,) in con.execute(
            "SELECT function_name FROM duckdb_functions() WHERE schema_name = 'linked'"
        ).fetchall()
    }
    missing = [macro.name for macro in MACROS if macro.name not in held]
    if missing:
        raise _failed(f"it lacks the macro {missing[0]}")
    return rows


def _has_one_row_a_key(con: DuckDBPyConnection, table: Table) -> int:
    key = ", ".join(quote(name) for name in table.key)
    rows, keys = single_row(
        con,
        f"SELECT (SELECT count(*) FROM {table.qualified}), (SELECT count(*) FROM (SELECT DISTINCT {key} "
        f"FROM {table.qualified}))",
    )
    if rows != keys:
        raise _failed(f"{table.qualified} holds {counted(rows - keys, 'row')} whose key another row has")
    return int(rows)


def _stays_below_the_ceiling(con: DuckDBPyConnection, table: Table, visible_markings: Sequence[str]) -> None:
    above = single_value(
        con,
        f"SELECT count(*) FROM {table.qualified} WHERE NOT list_contains($visible, marking)",
        {"visible": list(visible_markings)},
    )
    if above:
        raise _failed(f"{table.qualified} holds {counted(above, 'row')} above the audience's ceiling")


def _every_row_has_its_subject(con: DuckDBPyConnection) -> None:
    for name in ("subject_record", "information", "coverage"):
        orphans = single_value(con, f"SELECT count(*) FROM linked.{name} ANTI JOIN linked.subject USING (subject_id)")
        if orphans:
            raise _failed(
                f"linked.{name} holds {counted(orphans, 'row')} of subjects that linked.subject does not hold"
            )


def _failed(problem: str) -> CheckFailedError:
    return CheckFailedError(
        f"The snapshot was not published: {problem}; the one before stays in place, see the run's log for what changed."
    )
