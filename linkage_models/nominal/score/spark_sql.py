"""Translating the model's SQL from DuckDB to Spark: comparisons, blocking rules, edges.

sqlglot knows most of both dialects. What it does not, or where the two give other answers for NULL, is here.
"""

from collections.abc import Collection
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import rename_func
from sqlglot.dialects.spark import Spark
from sqlglot.generator import Generator
from sqlglot.generators.spark import SparkGenerator

from linkage_models.nominal.model.comparison import ELSE

FUNCTIONS = {
    "STRLEN": "OCTET_LENGTH",
    "LIST_INTERSECT": "ARRAY_INTERSECT",
    # Any hash will do, as long as one engine makes all of them.
    "HASH": "XXHASH64",
}
"""Functions of DuckDB that sqlglot does not translate, with Spark's name for them."""

SUM = "AGGREGATE({}, CAST(0 AS DOUBLE), (total, item) -> total + CAST(item AS DOUBLE))"


UNLIKE = "ARRAY_SIZE(FILTER(SEQUENCE(1, LENGTH({0})), place -> SUBSTRING({0}, place, 1) <> SUBSTRING({1}, place, 1)))"
"""How many letters of two texts of one length differ."""


def spark_sql(query: str, lists: Collection[str] = ()) -> str:
    """Return a query or an expression of DuckDB's as one of Spark's with the same result.

    How alike two texts are (`jaro_winkler`, `damerau_levenshtein`) is asked of the library that Splink gives Spark.

    Args:
        query: SQL in DuckDB's dialect.
        lists: the columns of the query that are lists: `len` means one thing for them, another for text.

    Raises:
        sqlglot.errors.SqlglotError: the query is not SQL, or Spark has no such thing.
    """
    tree = sqlglot.parse_one(query, read="duckdb")
    for length in list(tree.find_all(exp.Length)):
        counted = length.this
        if counted.name in lists if isinstance(counted, exp.Column) else _gives_a_list(counted):
            length.replace(exp.ArraySize(this=counted))
    return tree.sql(dialect=_ForSpark, unsupported_level=sqlglot.ErrorLevel.RAISE)


def _gives_a_list(value: exp.Expr) -> bool:
    return isinstance(value, exp.ArrayFilter) or value.name.upper() == "LIST_INTERSECT"


def _difference(generator: Generator, node: exp.DateDiff) -> str:
    """Return the days or years between two dates."""
    later, earlier = generator.sql(node.this), generator.sql(node.expression)
    match node.text("unit").upper():
        case "YEAR":
            # DuckDB counts the turns of the year between the two, Spark the years that are full.
            return f"(YEAR({later}) - YEAR({earlier}))"
        case "DAY":
            return generator.func("DATEDIFF", later, earlier)
        case unit:
            generator.unsupported(f"The model counts days and years between dates, not {unit}.")
            return ""


def _alike(generator: Generator, function: str, one: exp.Expr, other: exp.Expr) -> str:
    """Return how alike two texts are; Splink's library gives an answer even if one is NULL."""
    texts = [generator.sql(text) for text in (one, other)]
    return f"IF({' OR '.join(f'{text} IS NULL' for text in texts)}, NULL, {generator.func(function, *texts)})"


def _by_name(generator: Generator, node: exp.Anonymous) -> str:
    match node.name.upper():
        case "LIST_SUM":
            return SUM.format(generator.sql(node.expressions[0]))
        case "DAMERAU_LEVENSHTEIN":
            return _alike(generator, "DAMERAU_LEVENSHTEIN", *node.expressions)
        case "HAMMING":
            one, other = (generator.sql(text) for text in node.expressions)
            return f"IF({one} IS NULL OR {other} IS NULL, NULL, {UNLIKE.format(one, other)})"
        case name:
            return generator.func(FUNCTIONS.get(name, name), *node.expressions)


def _letters(generator: Generator, node: exp.Bracket) -> str:
    """Return some letters of a text; DuckDB counts them from 1, or from the end if the number is negative."""
    text, (place,) = generator.sql(node.this), node.expressions
    if not isinstance(place, exp.Slice):
        # sqlglot holds a place as if it were counted from 0.
        return f"SUBSTRING({text}, {int(place.sql()) + 1}, 1)"
    first, last = (int(end.sql()) if end else None for end in (place.this, place.expression))
    if last is None:
        return f"SUBSTRING({text}, {first})"
    if first is None:
        return f"SUBSTRING({text}, 1, {last})" if last >= 0 else f"SUBSTRING({text}, 1, LENGTH({text}) - {-last - 1})"
    return f"SUBSTRING({text}, {first}, {last - first + 1})"


class _Generator(SparkGenerator):
    TRANSFORMS: ClassVar = {
        **SparkGenerator.TRANSFORMS,
        exp.Anonymous: _by_name,
        # DuckDB passes over a NULL when it asks what lists share, makes one list of many, or drops repeats.
        exp.Array: lambda self, node: self.func("ARRAY_COMPACT", self.func("ARRAY", *node.expressions)),
        exp.ArrayDistinct: lambda self, node: self.func("ARRAY_COMPACT", self.func("ARRAY_DISTINCT", node.this)),
        exp.ArrayOverlaps: rename_func("ARRAYS_OVERLAP"),
        exp.Bracket: _letters,
        exp.DateDiff: _difference,
        exp.JarowinklerSimilarity: lambda self, node: _alike(self, "JARO_WINKLER", node.this, node.expression),
    }


class _ForSpark(Spark):
    Generator = _Generator


def in_spark(model: dict[str, Any], lists: Collection[str]) -> dict[str, Any]:
    """Return a model whose conditions are written for Spark.

    Args:
        model: Splink's settings.
        lists: the features that are lists.
    """
    sides = {f"{column}_{side}" for column in lists for side in "lr"}
    comparisons = [
        comparison
        | {
            "comparison_levels": [
                level
                | {
                    "sql_condition": level["sql_condition"]
                    if level["sql_condition"] == ELSE
                    else spark_sql(level["sql_condition"], sides)
                }
                for level in comparison["comparison_levels"]
            ]
        }
        for comparison in model["comparisons"]
    ]
    return model | {"comparisons": comparisons, "sql_dialect": "spark"}
