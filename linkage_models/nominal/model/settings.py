"""The comparisons put into Splink's form."""

from collections.abc import Hashable
from typing import Any

from linkage_models.nominal.model.comparison import ELSE, Comparison, Level
from linkage_models.nominal.model.comparisons import IDENTIFIER_SHARED, comparisons
from linkage_models.nominal.model.condition import as_sql, meaning


def _level(level: Level, *, fixed: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "sql_condition": level.sql,
        "label_for_charts": level.label,
        "m_probability": level.m,
        "u_probability": level.u,
        "fix_m_probability": fixed,
        "fix_u_probability": fixed,
    }
    if level.term_frequency:
        described |= {"tf_adjustment_column": level.term_frequency, "tf_adjustment_weight": level.term_weight}
    return described


def _comparison(comparison: Comparison) -> dict[str, Any]:
    missing = {"sql_condition": as_sql(comparison.missing), "label_for_charts": "missing", "is_null_level": True}
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [missing, *(_level(level, fixed=comparison.fixed) for level in comparison.levels)],
    }


def splink_settings(prior: float, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Return the untrained model as Splink's settings dictionary.

    Args:
        prior: the probability that two records taken at random are of one person.
        kinds: the kinds of identifier to compare.

    Returns:
        Settings with every comparison's starting m and u. Candidate pairs come from this package's own blocking rules,
        so the settings name none.
    """
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": prior,
        "comparisons": [_comparison(comparison) for comparison in comparisons(kinds)],
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
    }


def model_shape(model: dict[str, Any]) -> list[tuple[str, list[tuple[str, Hashable]]]]:
    """Return what two models must have in common to be applied alike: comparisons, levels, what they ask, in order.

    Args:
        model: Splink's settings.
    """
    return [
        (
            comparison["output_column_name"],
            [
                (level["label_for_charts"], ELSE if level["sql_condition"] == ELSE else meaning(level["sql_condition"]))
                for level in comparison["comparison_levels"]
            ],
        )
        for comparison in model["comparisons"]
    ]


def identifier_kinds(model: dict[str, Any]) -> tuple[str, ...]:
    """Return the kinds of identifier that a model compares, in its order.

    Args:
        model: Splink's settings.
    """
    return tuple(
        comparison["output_column_name"]
        for comparison in model["comparisons"]
        if any(level["label_for_charts"] == IDENTIFIER_SHARED for level in comparison["comparison_levels"])
    )
