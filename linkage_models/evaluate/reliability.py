"""How often pairs of each match weight are one person: as the calibration predicts, and as the truth says."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from linkage_models.evaluate.cells import numbered_records
from linkage_models.intervals import Interval, ratio_interval
from linkage_models.relations import relation, statement


@dataclass(frozen=True, slots=True)
class WeightBin:
    """Scored pairs whose match weight rounds down to `weight`, in bits; `share` of them are of one person."""

    weight: int
    matches: int
    others: int
    predicted: float
    share: Interval


def weight_bins(con: duckdb.DuckDBPyConnection, *, predicted: str, truth: str, edges: str) -> tuple[WeightBin, ...]:
    """Count matches and non-matches by match weight, from the scored pairs whose records' people are known.

    Args:
        con: any connection that can read the relations and make temporary tables.
        predicted: relation (record_key, source_system, subject_id).
        truth: relation (record_key, person_id).
        edges: relation (record_l, record_r, match_weight, match_probability).
    """
    with numbered_records(con, predicted=predicted, truth=truth) as own:
        own.view("evaluate_edge", f"FROM {relation(edges)}")
        counted = con.execute(statement(__file__, "weight")).fetchnumpy()
    columns = {name: np.asarray(column, dtype=np.float64) for name, column in counted.items()}
    bins = []
    for weight in np.unique(columns["weight"]):
        of = columns["weight"] == weight
        n, matches = columns["n"][of], columns["matches"][of]
        total, right = round(n.sum()), round(matches.sum())
        expected = round(float(columns["predicted"][of].sum()) / total, 9)
        bins.append(WeightBin(int(weight), right, total - right, expected, ratio_interval(matches, n, np.ones_like(n))))
    return tuple(bins)
