"""Refits: what training again with other seeds changes, in weights and in decisions."""

from math import log2
from typing import Any

import duckdb

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.train.labels import score_all
from linkage_models.relations import Temporaries, single_row

EDGES, OTHERS = "refit_edge", "refit_other"

DIFFERING = f"""
SELECT count(*), count_if(
    (coalesce(a.match_weight, -1e9) >= $threshold) <> (coalesce(b.match_weight, -1e9) >= $threshold))
FROM {EDGES} AS a FULL JOIN {OTHERS} AS b USING (record_l, record_r)
"""


def agreement_of_refits(
    con: duckdb.DuckDBPyConnection, records: str, bundle: Bundle, others: dict[int, Bundle]
) -> dict[str, Any]:
    """Compare a bundle with others that were trained on the same records.

    Args:
        con: a connection; working tables are temporary and dropped.
        records: relation of `relations.RECORD`.
        bundle: the bundle.
        others: the refits by their seeds.

    Returns:
        For the recipe: `seeds`; `largest_difference_bits` of the weight of a level, and which `level` it is;
        `decisions_changed`, the largest share of the scored `pairs` whose side of the bundle's link threshold changes.
    """
    threshold = bundle.thresholds.link
    own = _weights(bundle)
    differences = [
        (abs(weight - own[level]), level) for other in others.values() for level, weight in _weights(other).items()
    ]
    changed, pairs = 0.0, 0
    with Temporaries(con) as work:
        score_all(work, records, bundle, EDGES)
        for other in others.values():
            score_all(work, records, other, OTHERS)
            compared, moved = single_row(con, DIFFERING, {"threshold": threshold})
            pairs = max(pairs, compared)
            changed = max(changed, moved / max(compared, 1))
    largest, level = max(differences)
    return {
        "seeds": sorted(others),
        "largest_difference_bits": float(f"{largest:.6g}"),
        "level": level,
        "pairs": pairs,
        "decisions_changed": float(f"{changed:.6g}"),
    }


def _weights(bundle: Bundle) -> dict[str, float]:
    return {
        f"{comparison['output_column_name']}: {level['label_for_charts']}": log2(
            level["m_probability"] / level["u_probability"]
        )
        for comparison in bundle.model["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    }
