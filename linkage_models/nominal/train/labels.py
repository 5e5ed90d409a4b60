"""Pairs that are known to be, or not to be, of one person: rulings of people, or the truth of a sample."""

from dataclasses import dataclass

import duckdb

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.bundle.calibration import fit_edges
from linkage_models.nominal.bundle.thresholds import from_costs
from linkage_models.nominal.score.scoring import score

EDGES, SCORED, CAPPED, LABELS = (f"training_{part}" for part in ("edge", "scored", "capped", "label"))


def score_all(con: duckdb.DuckDBPyConnection, records: str, bundle: Bundle, into: str) -> None:
    """Score records from nothing into a temporary table of the shape of `linkage.edge`, made anew."""
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {into} (
            record_l VARCHAR, record_r VARCHAR, match_weight DOUBLE, match_probability DOUBLE,
            evidence STRUCT(comparison VARCHAR, "level" VARCHAR, weight DOUBLE)[], bundle VARCHAR);
        CREATE OR REPLACE TEMP TABLE {SCORED} (record_key VARCHAR, feature_hash VARCHAR, bundle VARCHAR);
        CREATE OR REPLACE TEMP TABLE {CAPPED} (blocking_key UBIGINT, rule VARCHAR, records BIGINT);
    """)
    try:
        score(con, records=records, edges=into, scored=SCORED, capped=CAPPED, bundle=bundle)
    finally:
        con.execute(f"DROP TABLE {SCORED}; DROP TABLE {CAPPED};")


@dataclass(frozen=True, slots=True)
class Labels:
    """Where it says of pairs whether they are of one person.

    Attributes:
        decisions: a relation of the shape of `linkage.decision`; those in force count, and those that contradict each
            other about a pair count for nothing.
        people: a relation (record_key, person_id), the truth of a sample; a decision about a pair goes before it.
    """

    decisions: str | None = None
    people: str | None = None


def calibrated(con: duckdb.DuckDBPyConnection, records: str, bundle: Bundle, labels: Labels) -> Bundle:
    """Score the records and return the bundle with the calibration that the labelled pairs give, and its thresholds.

    Args:
        con: a connection; working tables are temporary and dropped.
        records: a relation of the shape of `nominal.record`.
        bundle: a bundle that is not calibrated.
        labels: what is known of pairs.
    """
    try:
        score_all(con, records, bundle, EDGES)
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {LABELS} (
                record_l VARCHAR, record_r VARCHAR, same BOOLEAN, PRIMARY KEY (record_l, record_r))
        """)
        if labels.decisions:
            con.execute(f"""
                INSERT INTO {LABELS}
                SELECT record_a, record_b, any_value(verdict) = 'same' FROM {labels.decisions}
                WHERE withdrawn_at IS NULL GROUP BY record_a, record_b HAVING count(DISTINCT verdict) = 1
            """)
        rulings = _count(con)
        if labels.people:
            con.execute(f"""
                INSERT OR IGNORE INTO {LABELS}
                SELECT record_l, record_r, l.person_id = r.person_id FROM {EDGES}
                JOIN {labels.people} AS l ON l.record_key = record_l
                JOIN {labels.people} AS r ON r.record_key = record_r
            """)
        calibration = fit_edges(con, EDGES, LABELS)
        recipe = bundle.recipe | {"labels": {"rulings": rulings, "of a truth": _count(con) - rulings}}
        thresholds = from_costs(recipe["false_link_costs"], calibration)
        return Bundle.of(bundle.model, bundle.frequencies, calibration, thresholds, recipe)
    finally:
        for table in (EDGES, LABELS):
            con.execute(f"DROP TABLE IF EXISTS temp.main.{table}")


def _count(con: duckdb.DuckDBPyConnection) -> int:
    row = con.execute(f"SELECT count(*) FROM {LABELS}").fetchone()
    return int(row[0]) if row else 0
