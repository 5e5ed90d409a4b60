"""From Splink's predictions to edges whose evidence adds up to their weight."""

from math import log2
from typing import Any

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.model import kinship

PLACES = 6
"""Decimals of every weight. Each part is rounded before it is summed, so that the parts an analyst sees add up."""

LABEL_SCALE = 1_000_000_000
"""A level is known again by its weight, as a whole number of these parts of a bit: Splink keeps weights but not levels,
unless it also keeps every column compared, which would be most of the memory."""


def edges_sql(predicted: str, features: str, bundle: Bundle, least: float | None = None) -> str:
    """Return the query from Splink's predictions to rows of `relations.EDGE`.

    Comparisons that had nothing to compare are left out of the evidence: their weight is nil. If a pair shows the
    signs of kin, the entry for kinship also brings the sum down to the ceiling for kin.

    Args:
        predicted: Splink's predictions with their match weights per comparison.
        features: the relation that names the record of each `unique_id`.
        bundle: the model that predicted.
        least: the match weight from which edges are given (default: the bundle's review threshold).

    Returns:
        A SELECT of these edges.
    """
    prior = bundle.model["probability_two_random_records_match"]
    comparisons = {comparison["output_column_name"]: comparison for comparison in bundle.model["comparisons"]}
    kin = comparisons.pop(kinship.NAME)
    entries = ", ".join(
        [
            _struct("'prior'", "'two records at random'", str(round(log2(prior / (1 - prior)), PLACES))),
            *(_entry(comparison) for comparison in comparisons.values()),
        ]
    )
    twin_odds = bundle.calibration.weight_at(kinship.TWIN_ODDS_WEIGHT)
    ceiling = f"CASE WHEN kin = '{kinship.DOUBTFUL}' THEN {twin_odds} ELSE {bundle.thresholds.kin_ceiling} END"
    held_as = f"CASE WHEN kin = '{kinship.DOUBTFUL}' THEN '{kinship.DOUBT}' ELSE '{kinship.NAME}' END"
    return f"""
        WITH parts AS (
            SELECT
                unique_id_l, unique_id_r, CASE WHEN mw_{kinship.NAME} < 0 THEN {_label(kin)} END AS kin, round(mw_{
        kinship.NAME
    }, {PLACES}) AS kin_weight,
                list_filter([{entries}], lambda part: part IS NOT NULL) AS evidence
            FROM {predicted}
        ),
        summed AS (
            SELECT *, round(list_sum(list_transform(evidence, lambda part: part.weight)), {PLACES}) AS total FROM parts
        ),
        edge AS (
            SELECT
                unique_id_l, unique_id_r,
                CASE WHEN kin IS NULL THEN total ELSE least(round(total + kin_weight, {PLACES}), {ceiling})
                END AS match_weight,
                CASE WHEN kin IS NULL THEN evidence
                    ELSE list_append(evidence, {
        _struct(held_as, "kin", f"least(kin_weight, round({ceiling} - total, {PLACES}))")
    })
                END AS evidence
            FROM summed
        )
        SELECT
            l.record_key AS record_l, r.record_key AS record_r, match_weight,
            {bundle.calibration.probability_sql("match_weight")} AS match_probability, evidence, '{
        bundle.version
    }' AS bundle
        FROM edge
        JOIN {features} AS l ON l.unique_id = unique_id_l
        JOIN {features} AS r ON r.unique_id = unique_id_r
        WHERE match_weight >= {bundle.thresholds.review if least is None else least}
    """


def _struct(comparison: str, level: str, weight: str) -> str:
    return f'struct_pack(comparison := {comparison}, "level" := {level}, weight := ({weight})::DOUBLE)'


def _entry(comparison: dict[str, Any]) -> str:
    name = comparison["output_column_name"]
    adjusted = any("tf_adjustment_column" in level for level in comparison["comparison_levels"])
    weight = f"mw_{name} + mw_tf_adj_{name}" if adjusted else f"mw_{name}"
    entry = _struct(f"'{name}'", _label(comparison), f"round({weight}, {PLACES})")
    return f"CASE WHEN mw_{name} <> 0 THEN {entry} END"


def _label(comparison: dict[str, Any]) -> str:
    """Return SQL for the label of the level whose weight a pair got; NULL if it got none."""
    cases = " ".join(
        "WHEN {} THEN '{}'".format(
            round(log2(level["m_probability"] / level["u_probability"]) * LABEL_SCALE),
            level["label_for_charts"].replace("'", "''"),
        )
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    )
    return f"CASE round(mw_{comparison['output_column_name']} * {LABEL_SCALE})::BIGINT {cases} END"
