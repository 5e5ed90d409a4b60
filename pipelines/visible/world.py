"""The visible world: a database of views, shaped as the warehouse, that holds what one audience may see and no more.

    sight.audience     its name
    sight.marking      the markings at or below the ceiling
    sight.shows(name)  whether the audience may see the records of a source system
    sight.seen_less    the records of which it sees less than there is, as it sees them
    sight.covered      the records that its account covers
    everything_*.*     the warehouse's own tables, for the views to read

Its `nominal`, `linkage` and `gap` are shaped as the warehouse's. `inside` makes them what statements read, so whatever
runs there cannot read what is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import duckdb

from linkage_models.relations import literal, quote, single_value, statement
from pipelines.errors import CheckFailedError
from pipelines.visible.sight import AudienceSight
from pipelines.warehouse.catalogue import WAREHOUSE

VISIBLE = "visible"
"""Name under which the world is attached."""

SCHEMAS = ("nominal", "linkage", "gap")
"""The schemas that the world has as the warehouse has them."""

VIEWS = (
    "nominal.record", "nominal.information_item", "nominal.merge", "nominal.load", "nominal.feed",
    "linkage.decision", "linkage.edge", "linkage.membership", "linkage.review_flag", "linkage.subject_event",
    "linkage.run",
)  # fmt: skip
"""What the world shows of the warehouse; each view is kept in `world/`."""


@dataclass(frozen=True, slots=True)
class World:
    """The world of one audience, attached as `visible`.

    Attributes:
        con: the connection.
        sight: what the audience may see.
        warehouse: the name of the warehouse's database.
        whole: whether nothing of the warehouse is hidden, nor ever was; the audience then needs no account.
    """

    con: duckdb.DuckDBPyConnection
    sight: AudienceSight
    warehouse: str
    whole: bool

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Let `nominal.record` and the like mean the world's for as long as the context lasts."""
        self.con.execute(f"USE {VISIBLE}")
        try:
            yield
        finally:
            self.con.execute(f"USE {quote(self.warehouse)}")

    def check_account(self) -> None:
        """Raise unless the audience's account was made of what it may see now.

        Raises:
            CheckFailedError: markings changed after subjects were resolved for it.
        """
        if single_value(self.con, statement(__file__, "world/unaccounted")):
            raise CheckFailedError(
                f"What the audience {self.sight.audience} may see is not what its subjects were resolved from, as its"
                " ceiling or a marking has changed since; run the whole night again (the snapshot before stays in"
                " place)."
            )


@contextmanager
def visible_world(con: duckdb.DuckDBPyConnection, sight: AudienceSight) -> Iterator[World]:
    """Attach the world of an audience for as long as the context lasts.

    Args:
        con: the warehouse, outside a transaction. Its tables may change meanwhile, but not its records and items.
        sight: what the audience may see.
    """
    warehouse = single_value(con, "SELECT current_database()")
    con.execute(f"ATTACH ':memory:' AS {VISIBLE}")
    try:
        con.execute(f"USE {VISIBLE}")
        _make(con, sight, warehouse)
        whole = single_value(con, statement(__file__, "world/whole"))
        con.execute(f"USE {quote(warehouse)}")
        yield World(con, sight, warehouse, whole)
    finally:
        with suppress(duckdb.Error):
            con.execute(f"USE {quote(warehouse)}")
            con.execute(f"DETACH {VISIBLE}")


def _make(con: duckdb.DuckDBPyConnection, sight: AudienceSight, warehouse: str) -> None:
    for schema in dict.fromkeys(table.schema for table in WAREHOUSE):
        con.execute(f"CREATE SCHEMA everything_{schema}")
    for schema in ("sight", *SCHEMAS):
        con.execute(f"CREATE SCHEMA {schema}")
    for table in WAREHOUSE:
        own = f" WHERE audience = {literal(sight.audience)}" if table.schema == "audience" else ""
        columns = "* EXCLUDE (audience)" if own else "*"
        con.execute(
            f"CREATE VIEW everything_{table.qualified} AS"
            f" SELECT {columns} FROM {quote(warehouse)}.{table.qualified}{own}"
        )
    shown = ", ".join(map(literal, sight.systems or ()))
    shows = "true" if sight.systems is None else f"list_contains([{shown}]::VARCHAR[], system)"
    con.execute(f"CREATE MACRO sight.shows(system) AS {shows}")
    con.execute("CREATE TABLE sight.audience AS SELECT $audience AS audience", {"audience": sight.audience})
    con.execute("CREATE TABLE sight.marking AS SELECT unnest($markings) AS marking", {"markings": list(sight.markings)})
    con.execute(
        f"CREATE TABLE sight.seen_less AS {statement(__file__, 'world/seen_less', ('said', 'hidden', 'stripped'))}"
    )
    con.execute(f"CREATE TABLE sight.as_seen AS {statement(__file__, 'world/as_seen')}")
    con.execute("CREATE VIEW sight.covered AS SELECT record_key FROM everything_audience.record")
    for name in ("covered_subject", "hidden_subject"):
        con.execute(f"CREATE VIEW sight.{name} AS {statement(__file__, f'world/{name}')}")
    for name in VIEWS:
        con.execute(f"CREATE VIEW {name} AS {statement(__file__, 'world/' + name.replace('.', '_'))}")
    for table in WAREHOUSE:
        # The audience's findings are filled in. What has no marking to go by, such as rows that failed, stays empty.
        if table.schema in SCHEMAS and table.qualified not in VIEWS:
            con.execute(f"CREATE TABLE {table.qualified} ({table.definition})")
