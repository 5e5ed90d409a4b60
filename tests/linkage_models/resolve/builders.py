"""Builders of the tables that resolution reads and writes, in an in-memory DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import duckdb

from linkage_models.relations import (
    DECISION,
    EVIDENCE,
    IDENTIFIER,
    MEMBERSHIP,
    MERGE,
    REVIEW_FLAG,
    SUBJECT_EVENT,
)
from linkage_models.resolve import AssignCounts, PartitionCounts, Thresholds, assign_subjects, partition

THRESHOLDS = Thresholds(strict=12.0, link=6.0, wide=2.0)
FIRST_NIGHT = datetime(2026, 3, 2, 2)  # noqa: DTZ001 - the warehouse keeps UTC without a time zone

TABLES = (
    f"CREATE TABLE record (record_key VARCHAR, identifiers {IDENTIFIER}[])",
    f"CREATE TABLE edge (record_l VARCHAR, record_r VARCHAR, match_weight DOUBLE, evidence {EVIDENCE})",
    *(f"CREATE TABLE {t.name} ({t.definition})" for t in (DECISION, MERGE, MEMBERSHIP, SUBJECT_EVENT, REVIEW_FLAG)),
)

Clusters = dict[str, tuple[str, str, str]]
"""Strict, default and wide cluster of each record."""


class Warehouse:
    """The tables of resolution, and the nights run over them."""

    def __init__(self, *, threads: int = 1) -> None:
        self.con = duckdb.connect(config={"threads": threads})
        self.con.execute("; ".join(TABLES))
        self.night = 0

    def records(self, *keys: str, **identifiers: str) -> None:
        """Put exactly these records in place; identifiers are written like `A="pnc:1 cro:3!"`, the latter invalid."""
        rows: list[tuple[object, ...]] = []
        for key in keys:
            held = [word.split(":") for word in identifiers.get(key, "").split()]
            identifiers_of_key = [
                {"kind": kind, "value": value.rstrip("!"), "valid": not value.endswith("!"), "as_given": value}
                for kind, value in held
            ]
            rows.append((key, identifiers_of_key))
        self._replace("record", rows)

    def edges(self, edges: Mapping[str, float | Mapping[str, float]]) -> None:
        """Put exactly these edges in place, written like `{"A-B": 20.0}`, or with each comparison's weight."""
        rows: list[tuple[object, ...]] = []
        for pair, given in edges.items():
            parts = given if isinstance(given, Mapping) else {"all": given}
            evidence = [
                {"comparison": comparison, "level": "as given", "weight": weight}
                for comparison, weight in parts.items()
            ]
            rows.append((*sorted(pair.split("-")), sum(parts.values()), evidence))
        self._replace("edge", rows)

    def merged(self, merged_key: str, surviving_key: str) -> None:
        """Note that a source merged one of its records into another."""
        self.con.execute("INSERT INTO merge VALUES ('nomis', ?, ?, '2026-03-01')", [merged_key, surviving_key])

    def decide(self, pair: str, verdict: str) -> str:
        """Rule on a pair written like `A-B`, unchecked as an import would be; return the decision's id."""
        (count,) = self.con.execute("SELECT count(*) FROM decision").fetchone() or (0,)
        decision_id = f"D{count + 1}"
        decided_at = FIRST_NIGHT + timedelta(seconds=count)
        self.con.execute(
            "INSERT INTO decision VALUES (?, ?, ?, ?, 'analyst', ?, 'seen', NULL, NULL, NULL)",
            [decision_id, *sorted(pair.split("-")), verdict, decided_at],
        )
        return decision_id

    def withdraw(self, decision_id: str) -> None:
        """Withdraw a decision."""
        self.con.execute("UPDATE decision SET withdrawn_at = decided_at WHERE decision_id = ?", [decision_id])

    def cluster(self, thresholds: Thresholds = THRESHOLDS) -> PartitionCounts:
        """Partition the records into the table `clusters`."""
        return partition(
            self.con,
            records="record",
            edges="edge",
            decisions="decision",
            thresholds=thresholds,
            into="clusters",
            flags="review_flag",
        )

    def assign(self) -> AssignCounts:
        """Give the clusters their subject ids, one day after the last time."""
        at = FIRST_NIGHT + timedelta(days=self.night)
        self.night += 1
        return assign_subjects(
            self.con,
            partition="clusters",
            membership="membership",
            events="subject_event",
            merges="merge",
            at=at,
            run_id=f"run-{self.night:04}",
        )

    def run(self) -> AssignCounts:
        """Run a whole night: partition and assign."""
        self.cluster()
        return self.assign()

    def arrange(self, *groups: str) -> AssignCounts:
        """Assign subjects to clusters written like `"AB", "C"`, one letter a record, the same at every level."""
        self.con.execute(
            "CREATE OR REPLACE TABLE clusters ("
            "record_key VARCHAR, cluster VARCHAR, strict_cluster VARCHAR, wide_cluster VARCHAR)"
        )
        rows = [(record, *[min(group)] * 3) for group in groups for record in group]
        self._insert("clusters", rows)
        return self.assign()

    def clusters(self) -> Clusters:
        """Return each record's strict, default and wide cluster."""
        rows = self.con.execute("SELECT record_key, strict_cluster, cluster, wide_cluster FROM clusters").fetchall()
        return {record: (strict, default, wide) for record, strict, default, wide in rows}

    def groups(self) -> set[str]:
        """Return the default clusters as words of their one-letter records, such as `{"AB", "C"}`."""
        return self._words("SELECT record_key, cluster FROM clusters")

    def subjects(self) -> dict[str, str]:
        """Return the present subject id of each record."""
        rows = self.con.execute("SELECT record_key, subject_id FROM membership WHERE until IS NULL").fetchall()
        return dict(rows)

    def flags(self) -> set[tuple[str, str]]:
        """Return the flagged records with their flags."""
        return set(self.con.execute("FROM review_flag").fetchall())

    def events(self) -> list[tuple[str, list[str], list[str], str]]:
        """Return kind, old ids, new ids and reason of every event in order."""
        return self.con.execute(
            "SELECT kind, old_subject_ids, new_subject_ids, reason FROM subject_event ORDER BY event_id"
        ).fetchall()

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row resolution has written, in the order it lies in."""
        return {
            table: self.con.execute(f"FROM {table}").fetchall()
            for table in ("membership", "subject_event", "review_flag")
        }

    def _words(self, query: str) -> set[str]:
        members: dict[str, list[str]] = {}
        for record, group in self.con.execute(query).fetchall():
            members.setdefault(group, []).append(record)
        return {"".join(sorted(group)) for group in members.values()}

    def _replace(self, table: str, rows: list[tuple[object, ...]]) -> None:
        self.con.execute(f"DELETE FROM {table}")
        self._insert(table, rows)

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        if rows := list(rows):
            self.con.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
