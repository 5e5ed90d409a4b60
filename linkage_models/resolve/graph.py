"""The records and the pairs between them as numbers in numpy: read for clustering, and its labels written back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from sys import intern
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkage_models.relations import Temporaries, relation, single_value, statement
from linkage_models.resolve.components import Codes
from linkage_models.resolve.conflict import FLAGS, EdgeWithParts

ROWS_AT_ONCE = 10_000
"""Pairs whose evidence is taken from DuckDB at a time."""


class Graph:
    """The records as codes, 0 to `nodes - 1` in the order of their keys, and what lies between them.

    Attributes:
        nodes: the number of records, those known from decisions alone among them.
        left: one end of each scored pair of present records, without the pairs ruled different.
        right: the other end.
        weight: the match weight of each of these pairs.
        must_links: pairs ruled the same, the oldest ruling first, shape (pairs, 2).
        cannot_links: pairs ruled different.
        holder: the record that holds each valid identifier.
        kind: the identifier's kind.
        value: the identifier as a number.
    """

    def __init__(self, own: Temporaries, records: str, edges: str, decisions: str) -> None:
        """Give every record a code and read the pairs as codes.

        Args:
            own: keeps `resolve_node` and what else the graph is read through.
            records: relation of `relations.RECORD`.
            edges: relation of `relations.EDGE`.
            decisions: relation of `relations.DECISION`.
        """
        self._own = own
        own.view("resolve_record", f"SELECT record_key, identifiers FROM {relation(records)}")
        own.view("resolve_edge", f"FROM {relation(edges)}")
        own.view("resolve_decision", f"FROM {relation(decisions)} WHERE withdrawn_at IS NULL")
        own.table("resolve_node", statement(__file__, "partition/node"))
        self.nodes: int = single_value(own.con, "SELECT count(*) FROM resolve_node")
        self.left, self.right, self.weight = self._read("pair")
        self.must_links, self.cannot_links = (
            np.stack(self._read("ruling", {"verdict": verdict}), axis=1) for verdict in ("same", "different")
        )
        self.holder, self.kind, self.value = self._read("identifier")

    def _read(self, name: str, parameters: Mapping[str, object] | None = None) -> list[NDArray[Any]]:
        """Return the columns of a statement."""
        found = self._own.con.execute(statement(__file__, f"partition/{name}"), parameters).fetchnumpy()
        return [np.asarray(column) for column in found.values()]

    def evidence(self, chosen: NDArray[np.bool_]) -> Iterator[EdgeWithParts]:
        """Yield the chosen scored pairs with the weight of each comparison."""
        self._own.rows("resolve_chosen", pa.table({"code_l": self.left[chosen], "code_r": self.right[chosen]}))
        scored = self._own.con.execute(statement(__file__, "partition/evidence"))
        while some := scored.fetchmany(ROWS_AT_ONCE):
            for left, right, weight, comparisons, parts in some:
                # Every pair names the same few comparisons; each row brings texts of its own.
                yield left, right, weight, dict(zip(map(intern, comparisons), parts, strict=True))

    def write_clusters(self, levels: Mapping[str, Codes], into: str) -> None:
        """Name every cluster by its smallest record key and write the table.

        Args:
            levels: labels of all nodes as `cluster`, `strict_cluster` and `wide_cluster`.
            into: table to create or replace.
        """
        self._own.rows("resolve_label", pa.table({"code": np.arange(self.nodes), **levels}))
        self._own.con.execute(f"CREATE OR REPLACE TABLE {relation(into)} AS {statement(__file__, 'partition/cluster')}")

    def write_flags(self, flagged: Mapping[str, frozenset[int]], flags: str) -> int:
        """Add and remove only the flags that changed; return how many records are flagged now.

        Args:
            flagged: the codes that bear each flag.
            flags: table of `relations.REVIEW_FLAG`.
        """
        own, table = self._own, relation(flags)
        bearers = [(code, flag) for flag, codes in flagged.items() for code in codes]
        codes = pa.array([code for code, _ in bearers], pa.int64())
        own.rows(
            "resolve_flagged", pa.table({"code": codes, "flag": pa.array([flag for _, flag in bearers], pa.string())})
        )
        own.table(
            "resolve_flag",
            "SELECT record_key, flag FROM resolve_flagged JOIN resolve_node USING (code) WHERE present ORDER BY ALL",
        )
        own.con.execute(
            f"DELETE FROM {table} AS old WHERE list_contains($flags, old.flag) AND NOT EXISTS ("
            "FROM resolve_flag AS new WHERE new.record_key = old.record_key AND new.flag = old.flag)",
            {"flags": list(FLAGS)},
        )
        own.con.execute(
            f"INSERT INTO {table} BY NAME FROM resolve_flag ANTI JOIN {table} USING (record_key, flag) ORDER BY ALL"
        )
        return int(single_value(own.con, "SELECT count(DISTINCT record_key) FROM resolve_flag"))
