"""Pairs that are known to be, or not to be, of one person: rulings of people, or the truth of a sample."""

from dataclasses import dataclass

import duckdb

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.bundle.calibration import fit_edges
from linkage_models.nominal.bundle.thresholds import from_costs
from linkage_models.nominal.score.scoring import score
from linkage_models.relations import CAPPED_BLOCK, EDGE, SCORED, Temporaries, single_value

EDGES, LABELS = "training_edge", "training_label"


def score_all(own: Temporaries, records: str, bundle: Bundle, into: str) -> None:
    """Score records from nothing into a temporary table of `relations.EDGE`."""
    own.empty(into, EDGE.definition)
    with Temporaries(own.con) as work:
        scored = work.empty("training_scored", SCORED.definition)
        capped = work.empty("training_capped", CAPPED_BLOCK.definition)
        score(own.con, records=records, edges=into, scored=scored, capped=capped, bundle=bundle)


@dataclass(frozen=True, slots=True)
class Labels:
    """Where to read which pairs are known to be of one person, and which are not.

    Attributes:
        decisions: relation of `relations.DECISION`; those in force count, unless they contradict each other.
        people: a relation (record_key, person_id), the truth of a sample; a decision about a pair overrides it.
    """

    decisions: str | None = None
    people: str | None = None


def calibrated(con: duckdb.DuckDBPyConnection, records: str, bundle: Bundle, labels: Labels) -> Bundle:
    """Score the records and return the bundle with the calibration that the labelled pairs give, and its thresholds.

    Args:
        con: a connection; working tables are temporary and dropped.
        records: relation of `relations.RECORD`.
        bundle: a bundle that is not calibrated.
        labels: what is known of pairs.
    """
    with Temporaries(con) as own:
        score_all(own, records, bundle, EDGES)
        own.empty(LABELS, "record_l VARCHAR, record_r VARCHAR, same BOOLEAN, PRIMARY KEY (record_l, record_r)")
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
        recipe = bundle.recipe | {
            "thresholds_from": "costs",
            "labels": {"rulings": rulings, "of a truth": _count(con) - rulings},
        }
        thresholds = from_costs(recipe["false_link_costs"], calibration)
        return bundle.changed(recipe, calibration, thresholds)


def _count(con: duckdb.DuckDBPyConnection) -> int:
    return int(single_value(con, f"SELECT count(*) FROM {LABELS}"))
