"""From Splink's predictions to edges whose evidence adds up to their weight."""

from math import log2
from typing import Any

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.model import slips
from linkage_models.nominal.model.comparisons import comparisons
from linkage_models.nominal.model.household import OWN_FREQUENCY, by_level
from linkage_models.relations import Steps, literal

PLACES = 6
"""Decimals of every weight. Each part is rounded before it is summed, so that the parts an analyst sees add up."""

HOUSEHOLD, KINSHIP = "household", "kinship"
"""The entry of the evidence for what two people of one household would have in common as well: under the second name
where they explain the pair better by `CLEARLY` than one person does."""

IN_COMMON, LIKELIER = "two people of one household would share it too", "two people of one household are likelier"
"""The levels of the two."""

CLEARLY = 3.0
"""Bits: odds of eight to one."""

FAINTEST = 0.05
"""Bits below which that is left out."""


def edges_sql(predicted: str, features: str, bundle: Bundle, least: float | None = None) -> str:
    """Return the query from Splink's predictions to rows of `relations.EDGE`.

    Comparisons that had nothing to compare are left out of the evidence: their weight is nil. Splink's weight is that
    of one person against strangers; where two people of one household would explain the pair, an entry takes off what
    that is worth (`model.household`).

    Args:
        predicted: Splink's predictions with their match weights per comparison.
        features: the relation that names the record of each `unique_id`.
        bundle: the model that predicted.
        least: the match weight from which edges are given (default: the bundle's review threshold).

    Returns:
        A SELECT of these edges.
    """
    prior = bundle.model["probability_two_random_records_match"]
    entries = ", ".join(
        [
            _struct("'prior'", "'two records at random'", str(round(log2(prior / (1 - prior)), PLACES))),
            *(_entry(comparison) for comparison in bundle.model["comparisons"]),
            _slips(bundle),
        ]
    )
    is_faint = f"taken_off > -{FAINTEST}"
    own_frequency = f"greatest(l.{OWN_FREQUENCY}, r.{OWN_FREQUENCY})"
    kin = f"kin >= total + {CLEARLY}"
    named, level = (
        f"CASE WHEN {kin} THEN '{likelier}' ELSE '{otherwise}' END"
        for likelier, otherwise in ((KINSHIP, HOUSEHOLD), (LIKELIER, IN_COMMON))
    )
    return (
        Steps()
        .step(
            "parts",
            f"""
            SELECT
                l.record_key AS record_l, r.record_key AS record_r,
                list_filter([{entries}], lambda part: part IS NOT NULL) AS alike,
                {bundle.household.weight_sql(bundle.model, own_frequency)} + {_of_twins(bundle)} AS kin
            FROM {predicted}
            JOIN {features} AS l ON l.unique_id = unique_id_l
            JOIN {features} AS r ON r.unique_id = unique_id_r
            """,
        )
        .step(
            "summed",
            f"""
            SELECT *, round(list_sum(list_transform(alike, lambda part: part.weight)), {PLACES}) AS total,
                -round(log2(1 + pow(2, coalesce(kin, -1000))), {PLACES}) AS taken_off
            FROM parts
            """,
        )
        .step(
            "edge",
            f"""
            SELECT
                record_l, record_r,
                round(CASE WHEN {is_faint} THEN total ELSE total + taken_off END, {PLACES}) AS match_weight,
                CASE WHEN {is_faint} THEN alike
                    ELSE list_append(alike, {_struct(named, level, "taken_off")})
                END AS evidence
            FROM summed
            """,
        )
        .query(f"""
            SELECT
                record_l, record_r, match_weight,
                {bundle.calibration.probability_sql("match_weight")} AS match_probability,
                evidence, '{bundle.version}' AS bundle
            FROM edge WHERE match_weight >= {bundle.thresholds.review if least is None else least}
        """)
    )


def _slips(bundle: Bundle) -> str:
    entries = [
        [
            "NULL" if abs(bits) < FAINTEST else _struct(literal(slips.NAME), literal(words), repr(bits))
            for words, bits in zip(of_words, of_bits, strict=True)
        ]
        for of_words, of_bits in zip(slips.WORDS, bundle.slips.bits(), strict=True)
    ]
    return bundle.slips.sql(bundle.model, comparisons(bundle.kinds), entries)


def _of_twins(bundle: Bundle) -> str:
    rarer = [[repr(round(log2(slips.NAMESAKE_TWINS), PLACES)), "0"], ["0", "0"]]
    return f"coalesce({bundle.slips.sql(bundle.model, comparisons(bundle.kinds), rarer)}, 0)"


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
    levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    labels = [literal(level["label_for_charts"]) for level in levels]
    return by_level(comparison["output_column_name"], levels, labels, "NULL")
