"""Filling the tables of `linked`: one statement of `linked/*.sql` for each, in the order of its key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection

from linkage_models.nominal.model.comparisons import IDENTIFIER_SHARED
from linkage_models.relations import Temporaries, quote, statement
from pipelines.formats import CONJOIN, FORMAT
from pipelines.publish.macros import FOLD_NAME, MACROS
from pipelines.publish.weakest_link import find_weakest_links
from pipelines.warehouse.catalogue import ALL, LINKED
from pipelines.warehouse.database import transaction

SNAPSHOT = "snapshot"
"""Name under which the file being built is attached."""

OF_SUBJECT = ("display", "birth", "held", "named", "born", "born_in_part", "identified", "housed", "flagged")
"""The steps of `linked.subject`, each kept in `linked/subject/`."""


def fill(
    con: DuckDBPyConnection,
    *,
    link_threshold: float,
    run_id: str,
    finished_at: datetime,
    audit_head: tuple[int | None, str | None],
) -> None:
    """Make and fill every table of `linked` in the attached database `snapshot`.

    Args:
        con: the warehouse, inside `visible_to`.
        link_threshold: match weight from which two records are linked.
        run_id: the run that publishes.
        finished_at: when it does, by the clock.
        audit_head: the number and the hash of the audit log's last entry that the warehouse knows of.
    """
    _make_tables(con, audit_head)
    with Temporaries(con) as own:
        own.macro(FOLD_NAME.name, FOLD_NAME.parameters, FOLD_NAME.body)
        _insert(con, "subject_record")
        _insert(con, "link", {"link_threshold": link_threshold, "identifier_level": IDENTIFIER_SHARED})
        find_weakest_links(own, link=f"{SNAPSHOT}.linked.link")
        _insert(con, "subject", steps=OF_SUBJECT)
        for name in (
            "information", "coverage", "information_gap", "subject_event", "membership_history", "source_load", "feed",
            "name_token", "name_vocabulary",
        ):  # fmt: skip
            _insert(con, name)
        _insert(con, "run", {"run_id": run_id, "finished_at": finished_at})


def _make_tables(con: DuckDBPyConnection, audit_head: tuple[int | None, str | None]) -> None:
    """Make the tables, with format and data dictionary, in one transaction: each commit waits for the disk."""
    with transaction(con):
        con.execute(f"CREATE SCHEMA {SNAPSHOT}.linked")
        for table in LINKED:
            for made in table.ddl(SNAPSHOT):
                con.execute(made)
        con.execute(f"INSERT INTO {SNAPSHOT}.linked.snapshot VALUES (?, ?, ?, ?)", [FORMAT, CONJOIN, *audit_head])
        con.executemany(f"INSERT INTO {SNAPSHOT}.linked.data_dictionary VALUES (?, ?, ?, ?)", data_dictionary())


def data_dictionary() -> list[list[str | None]]:
    """Return the rows of `linked.data_dictionary`: every table, column and macro, in order of the key."""
    rows: list[list[str | None]] = []
    for table in LINKED:
        rows.append([table.name, "", None, table.grain])
        rows += [[table.name, column.name, column.type, column.comment] for column in table.columns]
    rows += [[f"{macro.name}({macro.parameters})", "", None, macro.description] for macro in MACROS]
    return sorted(rows, key=lambda row: (str(row[0]), str(row[1])))


def _insert(
    con: DuckDBPyConnection, name: str, parameters: Mapping[str, Any] | None = None, *, steps: tuple[str, ...] = ()
) -> None:
    table = ALL[f"linked.{name}"]
    columns, key = (", ".join(map(quote, names)) for names in (table.column_names, table.key))
    rows = statement(__file__, f"linked/{name}", steps)
    con.execute(
        f"INSERT INTO {SNAPSHOT}.{table.qualified} ({columns}) SELECT {columns} FROM (\n{rows}\n) ORDER BY {key}",
        parameters,
    )
