"""What a comparison is: levels of agreement as data, and the pieces of SQL that their conditions are written in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a comparison; the first level whose condition holds is the pair's.

    Attributes:
        label: what the level means, as an analyst reads it in the evidence.
        condition: SQL over the two records' features, suffixed `_l` and `_r`, the same whichever record is which.
        m: starting share among pairs of one person.
        u: starting share among pairs of two people.
        term_frequency: the feature whose frequency adjusts the weight, if any. The adjustment is made against u of the
            level that asks for its equality alone, so it is nil for a value of average frequency.
        term_weight: how much of the adjustment applies, 0 to 1: in full where the value itself is shared, half where
            the pair agrees on only part of it.
        u_stated: whether u stays as stated, being too rare for sampling to see.
    """

    label: str
    condition: str
    m: float
    u: float
    term_frequency: str | None = None
    term_weight: float = 1.0
    u_stated: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one aspect of two records is compared.

    Attributes:
        name: the comparison, as it is named in the evidence.
        missing: SQL for 'cannot be compared'; such a pair gets no weight from this comparison.
        levels: from most to least alike; the last takes what the others leave.
        fixed: whether training leaves m and u as they are.
        alike: a feature on which u is counted among the pairs of two people that share it, where the aspect depends on
            it: of two strangers called Dwayne, more share a middle name or a place of birth than of two at random.
    """

    name: str
    missing: str
    levels: tuple[Level, ...]
    fixed: bool = False
    alike: str | None = None


ELSE = "ELSE"

CLOSE = 0.88
"""Jaro-Winkler similarity from which two words are taken for one word mistyped or spelt otherwise."""

SHORTEST_MISTYPED = 4
"""Letters a word must have to be close at one edit: REZA and RRZA are, although their Jaro-Winkler similarity is low,
and three letters one apart are as often two names."""


def shared(lists: str) -> str:
    """Return the condition that both records have an element of a list feature in common."""
    return f"list_has_any({lists}_l, {lists}_r)"


def empty(lists: str) -> str:
    """Return the condition that one of the records has nothing in a list feature."""
    return f"len({lists}_l) = 0 OR len({lists}_r) = 0"


def close(one: str, other: str) -> str:
    """Return the condition that two words are one word mistyped or spelt otherwise.

    Args:
        one: SQL for a word.
        other: SQL for the other.
    """
    return (
        f"(jaro_winkler_similarity({one}, {other}) >= {CLOSE} OR (len({one}) >= {SHORTEST_MISTYPED} AND "
        f"len({other}) >= {SHORTEST_MISTYPED} AND abs(len({one}) - len({other})) <= 1 AND "
        # One edit leaves the first or the last letter as it was; asking so first spares most of the distances.
        f"({one}[1] = {other}[1] OR {one}[-1] = {other}[-1]) AND "
        f"damerau_levenshtein({one}, {other}) = 1))"
    )


def some_pair(ones: str, others: str, condition: str) -> str:
    """Return the condition that an `a` of one list and a `b` of another satisfy a condition."""
    return f"len(list_filter({ones}, lambda a: len(list_filter({others}, lambda b: {condition})) > 0)) > 0"
