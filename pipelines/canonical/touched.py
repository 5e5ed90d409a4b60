"""Touched: the records that a load may have changed, so that a night's work follows what changed that day.

A record is touched if a row that names it is new, gone or different, was in quarantine, tells of a merge, or holds
something that has run out since. All rows of a touched record are staged again, and no others: what comes out is what
staging everything would give, which a property test holds it to.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from linkage_models.relations import Temporaries, literal, single_row, statement, union
from pipelines.canonical.ahead import taken_ahead
from pipelines.canonical.bind import landed_view
from pipelines.landing.changes import parquet
from pipelines.source.extract import resources
from pipelines.source.extract.files import OWN_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.canonical.ahead import Ahead
    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec
    from pipelines.source.mapping import ItemMapping, RecordMapping

WORTH_IT = 0.3
"""Share of touched records from which staging everything is as quick."""

ROW = {"resource": "VARCHAR", "landed_row": "BIGINT", "record_ids": "VARCHAR[]", "content": "UBIGINT"}
"""What is compared of a landed row, with types: a hash of its values, and the record ids it names."""


class Touched(Temporaries):
    """The records that differ between two loads (`touched`), and the rows of either that are theirs (`touched_row`)."""

    def __init__(self, con: DuckDBPyConnection, spec: SourceSpec, folder: Path) -> None:
        """Find nothing yet.

        Args:
            con: the warehouse.
            spec: the source system.
            folder: the source's landing folder.
        """
        super().__init__(con)
        self._spec, self._folder = spec, folder

    def find(self, before: Load, now: Load) -> bool:
        """Find the records that differ between the load in force, applied with the same mapping, and the one after it.

        Returns:
            False if everything must be staged: other columns, another year (by which identifiers are judged), keys
            that stand inside nested lists, or too much that differs.
        """
        if before.columns != now.columns or before.delivered_at.year != now.delivered_at.year:
            return False
        try:
            self.view("row_before", self._rows(before))
            self.view("row_now", self._rows(now))
            self.view("merge_told", self._merges(before, now))
        except (duckdb.BinderException, duckdb.IOException):
            return False
        system = {"system": self._spec.system}
        loads = {"load_id": before.load_id, "since": before.delivered_at, "until": now.delivered_at}
        self.table("touched", statement(__file__, "touched"), {**system, **loads})
        touched, held = single_row(
            self.con,
            "SELECT (SELECT count(*) FROM touched), count(*) FROM nominal.record WHERE source_system = $system",
            system,
        )
        return bool(touched <= WORTH_IT * held)

    def choose_rows(self, load: Load) -> None:
        """Let `touched_row` (resource, _row) be a load's rows of touched records, and of none that can be named."""
        self.view("row_chosen", self._rows(load))
        self.table("touched_row", statement(__file__, "touched_row"))

    def _rows(self, load: Load) -> str:
        """Return a SELECT of a load's rows: what each holds, as a hash, and the record ids it names."""
        own = ", ".join(map(literal, OWN_COLUMNS))
        selects = (
            f"""
            SELECT {literal(name)} AS resource, _row AS landed_row, {self._keys(name)} AS record_ids,
                hash({literal(name)}, *COLUMNS(lambda name: name NOT IN ({own}))) AS content
            FROM {parquet(self._folder / load.load_id / f"{name}.parquet")}
            """
            for name in resources(self._spec.extract)
        )
        return union(selects, of=ROW)

    def _keys(self, resource: str) -> str:
        """Return the record ids that a row of a resource names, as an SQL list."""
        mappings: list[RecordMapping | ItemMapping] = [self._spec.record, *self._spec.items]
        keys = dict.fromkeys(_id(mapping.key) for mapping in mappings if mapping.source == resource)
        return f"[{', '.join(keys)}]"

    def _merges(self, *loads: Load) -> str:
        """Return a SELECT of the record ids that every merge of the loads names."""
        taking, ahead = taken_ahead(self.con, self._spec)
        return union(
            (
                f"SELECT [{_id(item.key)}, {_id(item.value or 'NULL')}] AS record_ids "
                f"FROM {self._elements(load, item, ahead)}"
                for item in taking.items
                if item.kind == "merge"
                for load in loads
            ),
            of={"record_ids": "VARCHAR[]"},
        )

    def _elements(self, load: Load, item: ItemMapping, ahead: Ahead) -> str:
        taken = ahead.get((item.source, item.each))
        return landed_view(self._folder / load.load_id, self._spec, item.source, item.each, ahead=taken)


def _id(expression: str) -> str:
    return f"nullif(trim(({expression})::VARCHAR), '')"
