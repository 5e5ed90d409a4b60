"""What would become of a subject if a source system were withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from linkage_models import resolve
from linkage_models.relations import relation


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A subject without one source system.

    Attributes:
        source_system: the system withdrawn.
        records: how many of the subject's records it holds.
        parts: the record keys that would still be together, each part in order, the largest part first.
    """

    source_system: str
    records: int
    parts: tuple[tuple[str, ...], ...]

    def in_words(self) -> str:
        """Return one sentence."""
        if not self.parts:
            return f"Without {self.source_system} nothing would be left of it."
        if len(self.parts) == 1:
            (rest,) = self.parts
            left = f"its other {len(rest)} records would stay together" if len(rest) > 1 else f"{rest[0]} would be left"
            return f"Without {self.source_system} {left}."
        listed = "; ".join(", ".join(part) for part in self.parts)
        return f"Without {self.source_system} it would fall into {len(self.parts)} parts: {listed}."


def without_each_system(
    con: duckdb.DuckDBPyConnection,
    *,
    records: str,
    edges: str,
    decisions: str,
    thresholds: resolve.Thresholds,
    keys: tuple[str, ...],
) -> tuple[Withdrawal, ...]:
    """Resolve a subject's records again without each of its source systems in turn.

    Args:
        con: any connection that can read the relations; the subject's rows are copied from it.
        records: relation of `relations.RECORD`.
        edges: relation of `relations.EDGE`.
        decisions: relation of `relations.DECISION`.
        thresholds: match weights of the three levels.
        keys: the subject's records.

    Returns:
        One entry for each of its source systems, in order.
    """
    within = {"keys": list(keys)}
    held = {
        "record": con.execute(
            f"FROM {relation(records)} WHERE list_contains($keys, record_key)", within
        ).to_arrow_table(),
        "edge": con.execute(
            f"FROM {relation(edges)} WHERE list_contains($keys, record_l) AND list_contains($keys, record_r)", within
        ).to_arrow_table(),
        "decision": con.execute(f"FROM {relation(decisions)}").to_arrow_table(),
    }
    found = []
    with duckdb.connect() as own:
        for name, table in held.items():
            own.register(name, table)
        systems = own.execute("SELECT source_system, count(*) FROM record GROUP BY ALL ORDER BY ALL").fetchall()
        for system, count in systems:
            own.execute("CREATE OR REPLACE TABLE flag (record_key VARCHAR, flag VARCHAR)")
            own.execute(
                "CREATE OR REPLACE TABLE rest AS FROM record WHERE source_system <> $system", {"system": system}
            )
            resolve.partition(
                own,
                records="rest",
                edges="edge",
                decisions="decision",
                thresholds=thresholds,
                into="part",
                flags="flag",
            )
            parts = own.execute("""
                SELECT list(record_key ORDER BY record_key) AS of_part FROM part GROUP BY cluster
                ORDER BY len(of_part) DESC, of_part
            """).fetchall()
            found.append(Withdrawal(system, count, tuple(tuple(part) for (part,) in parts)))
    return tuple(found)
