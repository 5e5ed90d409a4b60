"""Agreement patterns: how many of some pairs of records show each combination of comparison levels."""

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.model.comparison import Comparison
from linkage_models.nominal.model.condition import as_sql, features_read

MISSING = -1
"""The level of a comparison that had nothing to compare; the others count from 0, the most alike."""


@dataclass(frozen=True)
class Patterns:
    """Distinct patterns over some comparisons.

    Attributes:
        comparisons: what the columns of `levels` are.
        levels: integers of shape (patterns, comparisons).
        pairs: how many pairs show each pattern, of shape (patterns,).
    """

    comparisons: tuple[Comparison, ...]
    levels: NDArray[np.int64]
    pairs: NDArray[np.int64]


def level_sql(comparison: Comparison) -> str:
    """Return SQL for the number of the level of a pair, over columns suffixed `_l` and `_r`."""
    cases = " ".join(
        f"ELSE {place}" if level.condition is None else f"WHEN {level.sql} THEN {place}"
        for place, level in enumerate(comparison.levels)
    )
    return f"CASE WHEN {as_sql(comparison.missing)} THEN {MISSING} {cases} END"


def columns_read(comparisons: tuple[Comparison, ...]) -> list[str]:
    """Return the features that the comparisons read."""
    asked = (
        condition
        for comparison in comparisons
        for condition in (comparison.missing, *(level.condition for level in comparison.levels))
        if condition is not None
    )
    return sorted(set().union(*map(features_read, asked)))


def count_patterns(con: duckdb.DuckDBPyConnection, pairs: str, comparisons: tuple[Comparison, ...]) -> Patterns:
    """Count the patterns of pairs.

    Args:
        con: the connection.
        pairs: a FROM clause that joins a table of features as `l` and `r`, with its conditions.
        comparisons: the comparisons to make.
    """
    sides = ", ".join(f"{side}.{column} AS {column}_{side}" for column in columns_read(comparisons) for side in "lr")
    levels = ", ".join(f"({level_sql(comparison)})::BIGINT AS {comparison.name}" for comparison in comparisons)
    names = ", ".join(comparison.name for comparison in comparisons)
    found = con.execute(f"""
        SELECT {names}, count(*) AS pairs
        FROM (SELECT {levels} FROM (SELECT {sides} {pairs})) GROUP BY ALL ORDER BY ALL
    """).fetchnumpy()
    counted = np.asarray(found.pop("pairs"), dtype=np.int64)
    shown = [np.asarray(found[comparison.name], dtype=np.int64) for comparison in comparisons]
    return Patterns(comparisons, np.stack(shown, axis=1), counted)


def counts_by_level(patterns: Patterns, weights: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return, for each comparison, the sum of the patterns' weights over each of its levels, missing left out."""
    return {
        comparison.name: np.bincount(
            column[column >= 0], weights[column >= 0], minlength=len(comparison.levels)
        ).astype(np.float64)
        for comparison, column in zip(patterns.comparisons, patterns.levels.T, strict=True)
    }
