"""Agreement patterns: how many of some pairs of records show each combination of comparison levels."""

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.model.comparison import Comparison
from linkage_models.nominal.model.condition import as_sql, equal, features_read
from linkage_models.nominal.model.household import OWN_FREQUENCY, OWN_NAME

MISSING = -1
"""The level of a comparison that had nothing to compare; the others count from 0, the most alike."""

NAMES_OF_ONE = (OWN_NAME, "full_name")
"""The features whose equality says that a forename is shared."""


@dataclass(frozen=True)
class Patterns:
    """Distinct patterns over some comparisons.

    Attributes:
        comparisons: what the columns of `levels` are.
        levels: integers of shape (patterns, comparisons).
        pairs: how many pairs show each pattern, of shape (patterns,).
        rarity: bits by which what they share is rarer than the level says, to the whole bit, of the same shape.
        own_rarity: -log2 of the frequency of the forename they share, to the whole bit.
        own_weight: how much of it applies, 0 to 1.
        of_one_surname: whether they share a surname.
        found: the pairs by what finds them: in `pattern`, `rules` (see `candidates`) and `pairs`, of shape (kinds,).
    """

    comparisons: tuple[Comparison, ...]
    levels: NDArray[np.int64]
    pairs: NDArray[np.float64]
    rarity: NDArray[np.float64]
    own_rarity: NDArray[np.float64]
    own_weight: NDArray[np.float64]
    of_one_surname: NDArray[np.bool_]
    found: dict[str, NDArray[np.int64]]


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


def levels_sql(pairs: str, comparisons: tuple[Comparison, ...], others: tuple[str, ...] = ()) -> str:
    """Return the query of the level of each pair in each comparison, in columns of the comparisons' names.

    Args:
        pairs: a FROM clause that joins a table of features as `l` and `r`, with its conditions.
        comparisons: the comparisons to make.
        others: further columns of the clause to keep; those of the features are given for both records, `_l` and `_r`.
    """
    columns = [*columns_read(comparisons), *term_columns(comparisons)]
    sides = [f"{side}.{column} AS {column}_{side}" for column in columns for side in "lr"]
    levels = [f"({level_sql(comparison)})::TINYINT AS {comparison.name}" for comparison in comparisons]
    terms = [f"greatest({column}_l, {column}_r) AS {column}" for column in term_columns(comparisons)]
    kept = list(others)
    return f"SELECT {', '.join(kept + levels + terms)} FROM (SELECT {', '.join(kept + sides)} {pairs})"


def term_columns(comparisons: tuple[Comparison, ...]) -> tuple[str, ...]:
    """Return the columns of the frequencies by which levels are adjusted, with that of the forename."""
    terms = {level.term_frequency for comparison in comparisons for level in comparison.levels if level.term_frequency}
    return tuple(f"tf_{term}" for term in sorted(terms | {OWN_NAME} if terms else terms))


def count_levels(con: duckdb.DuckDBPyConnection, pairs: str, comparison: Comparison) -> NDArray[np.float64]:
    """Count the pairs on each level of one comparison, those that it cannot compare left out.

    Args:
        con: the connection.
        pairs: a FROM clause that joins a table of features as `l` and `r`, with its conditions.
        comparison: the comparison.
    """
    found = con.execute(f"""
        SELECT {comparison.name}, count(*) FROM ({levels_sql(pairs, (comparison,))}) GROUP BY ALL
    """).fetchall()
    counts = np.zeros(len(comparison.levels))
    for level, count in found:
        if level != MISSING:
            counts[level] = count
    return counts


def base_rates(comparison: Comparison, u: NDArray[np.float64]) -> list[float]:
    """Return for each level the u against which its term frequency is set: that of its equality alone, as in Splink."""
    exact = {
        level.term_frequency: rate
        for level, rate in zip(comparison.levels, u, strict=True)
        if level.term_frequency and level.condition == equal(level.term_frequency)
    }
    return [
        float(exact[level.term_frequency]) if level.term_frequency in exact else float(rate)
        for level, rate in zip(comparison.levels, u, strict=True)
    ]


def rarity_sql(comparisons: tuple[Comparison, ...], u: dict[str, NDArray[np.float64]]) -> str:
    """Return SQL for the bits by which what a pair shares is rarer than its levels say, to the whole bit."""
    parts = ["0"]
    for comparison in comparisons:
        cases = " ".join(
            f"WHEN {place} THEN {level.term_weight!r} * log2({base!r} / tf_{level.term_frequency})"
            for place, (level, base) in enumerate(
                zip(comparison.levels, base_rates(comparison, u[comparison.name]), strict=True)
            )
            if level.term_frequency
        )
        if cases:
            parts.append(f"coalesce(CASE {comparison.name} {cases} ELSE 0 END, 0)")
    return f"round({' + '.join(parts)})::TINYINT"


def count_patterns(
    con: duckdb.DuckDBPyConnection, levels: str, comparisons: tuple[Comparison, ...], u: dict[str, NDArray[np.float64]]
) -> Patterns:
    """Count the patterns of pairs.

    Args:
        con: the connection.
        levels: the relation of `levels_sql`, with `rules`.
        comparisons: the comparisons made.
        u: their levels' rates among strangers.
    """
    names = ", ".join(comparison.name for comparison in comparisons)
    own_rarity = f"coalesce(round(-log2({OWN_FREQUENCY})), 0)" if term_columns(comparisons) else "0"
    columns = con.execute(f"""
        SELECT (dense_rank() OVER (ORDER BY {names}, rarity, own_rarity) - 1)::INTEGER AS pattern, * FROM (
            SELECT {names}, {rarity_sql(comparisons, u)} AS rarity, ({own_rarity})::TINYINT AS own_rarity,
                rules, count(*) AS pairs
            FROM {levels} GROUP BY ALL
        ) ORDER BY pattern, rules
    """).fetchnumpy()
    pattern, first = np.unique(np.asarray(columns["pattern"]), return_index=True)
    found = {
        name: np.asarray(columns[name], dtype=np.int64)
        for name in ("pattern", "rules", "pairs", "rarity", "own_rarity")
    }
    shown = np.stack(
        [np.asarray(columns[comparison.name], dtype=np.int64)[first] for comparison in comparisons], axis=1
    )
    own_weight, of_one_surname = np.zeros(len(shown)), np.zeros(len(shown), dtype=bool)
    for comparison, column in zip(comparisons, shown.T, strict=True):
        weights = [level.term_weight if level.term_frequency in NAMES_OF_ONE else 0.0 for level in comparison.levels]
        own_weight += np.array([*weights, 0.0])[column]
        of_one_surname |= np.array([*(level.family.startswith("surname") for level in comparison.levels), False])[
            column
        ]
    return Patterns(
        comparisons=comparisons,
        levels=shown,
        pairs=np.bincount(found["pattern"], found["pairs"], minlength=len(pattern)).astype(np.float64),
        rarity=found["rarity"][first].astype(np.float64),
        own_rarity=found["own_rarity"][first].astype(np.float64),
        own_weight=own_weight,
        of_one_surname=of_one_surname,
        found=found,
    )


def counts_by_level(patterns: Patterns, weights: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return, for each comparison, the sum of the patterns' weights over each of its levels, missing left out."""
    return {
        comparison.name: np.bincount(
            column[column >= 0], weights[column >= 0], minlength=len(comparison.levels)
        ).astype(np.float64)
        for comparison, column in zip(patterns.comparisons, patterns.levels.T, strict=True)
    }
