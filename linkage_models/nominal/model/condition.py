"""The building blocks of conditions on two records: trees of SQL, which add brackets where they are needed.

The two records' features are the columns suffixed `_l` and `_r`. Every condition is the same whichever record is which.
"""

from collections.abc import Callable, Hashable, Iterator
from functools import cache

import sqlglot
from sqlglot import exp

Condition = exp.Expr
"""A condition, or any other expression, over the features of two records."""

CLOSE = 0.88
"""Jaro-Winkler similarity from which two words are taken for one word mistyped or spelt otherwise."""

SHORTEST_MISTYPED = 4
"""Letters a word must have to be close at one edit: REZA and RRZA are, although their Jaro-Winkler similarity is low,
and three letters one apart are as often two names."""

SIDES = (("l", "r"), ("r", "l"))


def condition(sql: str) -> Condition:
    """Return a text of DuckDB SQL as a condition."""
    return sqlglot.parse_one(sql, dialect="duckdb")


def as_sql(written: Condition) -> str:
    """Return a condition as DuckDB SQL."""
    return written.sql("duckdb", normalize_functions=False)


def both(*conditions: Condition) -> Condition:
    """Return the condition that all of some conditions hold."""
    return exp.and_(*conditions)


def either(*conditions: Condition) -> Condition:
    """Return the condition that at least one of some conditions holds."""
    return exp.or_(*conditions)


def no(denied: Condition) -> Condition:
    """Return the condition that another does not hold."""
    return exp.not_(denied)


def known(uncertain: Condition, *, otherwise: bool = False) -> Condition:
    """Return a condition that has an answer even if a value it asks for is missing."""
    return call("coalesce", uncertain, exp.convert(otherwise))


def call(function: str, *arguments: Condition | str) -> Condition:
    """Return the call of a function of DuckDB.

    Args:
        function: its name.
        arguments: expressions, or their SQL.
    """
    return exp.Anonymous(this=function, expressions=[_expression(argument) for argument in arguments])


def _expression(given: Condition | str) -> Condition:
    if isinstance(given, exp.Expr):
        return given.copy()
    return exp.column(given) if given.isidentifier() else condition(given)


def either_way(asked: Callable[[str, str], Condition]) -> Condition:
    """Return the condition that something holds of the two records in one order or in the other.

    Args:
        asked: given the suffixes of the one and the other record, the condition.
    """
    return either(*(asked(one, other) for one, other in SIDES))


def equal(feature: str) -> Condition:
    """Return the condition that both records have the same value of a feature."""
    return exp.column(f"{feature}_l").eq(exp.column(f"{feature}_r"))


def differ(feature: str) -> Condition:
    """Return the condition that the records have two values of a feature."""
    return exp.column(f"{feature}_l").neq(exp.column(f"{feature}_r"))


def lacking(feature: str) -> Condition:
    """Return the condition that one of the records has no value of a feature."""
    return either(*(exp.column(f"{feature}_{side}").is_(exp.null()) for side in "lr"))


def shared(lists: str) -> Condition:
    """Return the condition that both records have an element of a list feature in common."""
    return call("list_has_any", f"{lists}_l", f"{lists}_r")


def empty(lists: str) -> Condition:
    """Return the condition that one of the records has nothing in a list feature."""
    return either(*(condition(f"len({lists}_{side}) = 0") for side in "lr"))


def held(lists: str) -> Condition:
    """Return the condition that both records have something in a list feature."""
    return both(*(condition(f"len({lists}_{side}) > 0") for side in "lr"))


def alike(one: Condition | str, other: Condition | str, least: float = CLOSE) -> Condition:
    """Return the condition that two words have at least a Jaro-Winkler similarity."""
    return exp.GTE(this=call("jaro_winkler_similarity", one, other), expression=exp.convert(least))


def close(one: Condition | str, other: Condition | str) -> Condition:
    """Return the condition that two words are one word mistyped or spelt otherwise.

    Args:
        one: a word, or SQL for it.
        other: the other.
    """
    words = {"one": _expression(one), "other": _expression(other)}
    # One edit leaves the first or the last letter as it was; asking so first spares most of the distances.
    one_edit = condition(f"""
        len(one) >= {SHORTEST_MISTYPED} AND len(other) >= {SHORTEST_MISTYPED} AND abs(len(one) - len(other)) <= 1
        AND (one[1] = other[1] OR one[-1] = other[-1]) AND damerau_levenshtein(one, other) = 1
    """)
    return either(alike(one, other), _with(one_edit, words))


def _with(written: Condition, columns: dict[str, Condition]) -> Condition:
    """Return an expression with other expressions in place of some of its columns."""
    return written.transform(
        lambda node: columns[node.name].copy() if isinstance(node, exp.Column) and node.name in columns else node
    )


def how_many(ones: str, others: str, asked: Condition) -> Condition:
    """Return how many elements `a` of one list satisfy a condition with some `b` of another."""
    filtered = condition("len(list_filter(ones, lambda a: len(list_filter(others, lambda b: asked)) > 0))")
    return _with(filtered, {"ones": exp.column(ones), "others": exp.column(others), "asked": exp.paren(asked)})


def some_pair(ones: str, others: str, asked: Condition) -> Condition:
    """Return the condition that an `a` of one list and a `b` of another satisfy a condition."""
    return exp.GT(this=how_many(ones, others, asked), expression=exp.convert(0))


def of_relations(asked: Condition) -> Condition:
    """Return a condition over columns suffixed `_l` and `_r` as one over the columns of relations `l` and `r`."""
    return asked.transform(lambda node: exp.column(node.name[:-2], table=node.name[-1]) if _is_feature(node) else node)


def _is_feature(node: Condition) -> bool:
    return isinstance(node, exp.Column) and node.name[-2:] in {"_l", "_r"}


def features_read(asked: Condition) -> set[str]:
    """Return the features that a condition reads of either record."""
    return {column.name[:-2] for column in asked.find_all(exp.Column) if _is_feature(column)}


_EITHER_ORDER = (exp.EQ, exp.NEQ, exp.ArrayOverlaps)


@cache
def meaning(sql: str) -> Hashable:
    """Return a value that is equal for two conditions that ask the same, however they are written.

    Line breaks, brackets that change nothing, the case of words, the order and grouping of what AND or OR joins, and
    the order of the two sides of `=`, `<>` and `list_has_any` do not matter.
    """
    return _asked(condition(sql))


def _asked(node: object) -> Hashable:
    node = node.unnest() if isinstance(node, exp.Expr) else node
    if isinstance(node, exp.Connector):
        return (type(node).__name__, frozenset(_asked(part) for part in _joined(node, type(node))))
    if isinstance(node, _EITHER_ORDER):
        return (type(node).__name__, frozenset((_asked(node.this), _asked(node.expression))))
    if isinstance(node, exp.Identifier):
        return node.name.lower()
    if isinstance(node, exp.Anonymous):
        return (node.name.lower(), *(_asked(part) for part in node.expressions))
    if isinstance(node, exp.Expr):
        return (type(node).__name__, *((name, _asked(part)) for name, part in sorted(node.args.items()) if part))
    return tuple(_asked(part) for part in node) if isinstance(node, list) else node


def _joined(node: Condition, by: type[exp.Connector]) -> Iterator[Condition]:
    node = node.unnest()
    if isinstance(node, by):
        yield from _joined(node.left, by)
        yield from _joined(node.right, by)
    else:
        yield node
