"""When two names are alike: the conditions that the levels of `names` are made of.

The cheap questions stand first in every condition, so that a pair which fails them pays for no other.
"""

from sqlglot import exp

from linkage_models.nominal.model.condition import (
    Condition,
    both,
    condition,
    either,
    either_way,
    equal,
    known,
    lacking,
    no,
    shared,
    some_pair,
)

SHORTEST_MISTYPED = 4
"""Letters a word must have to be close at one edit: three letters one apart are as often two names."""

ANY_LETTER = 6
"""Letters from which the first may be the wrong one: Ming and Wing, Karen and Daren are two. It may always be missing,
as in Rian for Brian."""

ONE_EDIT = 0.84
"""Jaro-Winkler similarity that no two words one edit apart fall below. It costs a tenth of the distance."""

VERY_ALIKE = 0.92
"""Jaro-Winkler similarity from which two words are close at two edits: KATHERINE and KATHRIN, not MYONGSIK and
MYONGGUK."""


SERVANT = "ABDUL"
"""How many names begin, as servant of; two of them are as unlike as what follows."""


def if_so(cheap: Condition, costly: Condition | None = None) -> Condition:
    """Return the condition that both of two hold, with the second asked only of pairs for which the first does.

    It has an answer even if a value is missing. DuckDB asks the parts of an AND in an order of its own, and inside
    `coalesce` all of them.
    """
    asked = exp.true() if costly is None else costly.copy()
    return exp.Case(ifs=[exp.If(this=cheap.copy(), true=asked)], default=exp.false())


def of_several(lists: str, least: int) -> Condition:
    """Return the condition that one record has more than so many words: fewer are compared as texts."""
    return condition(f"len({lists}_l) > {least} OR len({lists}_r) > {least}")


def _not_servants(one: str, other: str) -> str:
    return f"NOT (starts_with({one}, '{SERVANT}') AND starts_with({other}, '{SERVANT}'))"


def near(one: str, other: str) -> Condition:
    """Return the condition that two words are one word mistyped: one edit apart, or two in a long one."""
    return condition(f"""
        CASE WHEN abs(strlen({one}) - strlen({other})) <= 2
            AND (
                ascii({one}) = ascii({other})
                OR ({one}[-1] = {other}[-1] AND least(strlen({one}), strlen({other})) >= {ANY_LETTER})
                OR {one}[2:] = {other} OR {one} = {other}[2:]
            )
            AND least(strlen({one}), strlen({other})) >= {SHORTEST_MISTYPED}
            AND jaro_winkler_similarity({one}, {other}) >= {ONE_EDIT}
        THEN
            damerau_levenshtein({one}, {other}) <= 1
            OR (
                jaro_winkler_similarity({one}, {other}) >= {VERY_ALIKE}
                AND damerau_levenshtein({one}, {other}) = 2
                AND {_not_servants(one, other)}
            )
        ELSE FALSE END
    """)


def somewhat(one: str, other: str) -> Condition:
    """Return the condition that two words are alike, and a third of their letters at most are not."""
    return condition(f"""
        CASE WHEN jaro_winkler_similarity({one}, {other}) >= 0.8
            AND (ascii({one}) = ascii({other}) OR least(strlen({one}), strlen({other})) >= {ANY_LETTER})
            AND {_not_servants(one, other)}
        THEN 3 * damerau_levenshtein({one}, {other}) <= greatest(strlen({one}), strlen({other}))
        ELSE FALSE END
    """)


def _in_two_scripts(part: str) -> Condition:
    """Return the condition that one record writes a name without vowels whose consonants the other's has."""
    return either_way(lambda one, other: condition(f"{part}_abjad_{one} = {part}_consonants_{other}"))


# A boy and a girl are often called by one name in two genders, as Gabriel and Gabrielle.
SEXES_AGREE = known(condition("sex_l = sex_r"), otherwise=True)

_SURNAME_SAME = either(
    equal("surname_v"),
    either_way(lambda one, other: condition(f"list_contains(surname_forms_{one}, surname_v_{other})")),
)
"""One surname, or one record has the other's among several."""

_PARTICLES_JOINED = either_way(
    lambda one, other: both(
        condition(f"surname_joined_{one} IS NOT NULL AND surname_joined_{other} IS NULL"),
        near(f"surname_joined_{one}", f"surname_{other}"),
    )
)
"""One record writes particles apart, the other joined and otherwise: van der Berg, Vandenberg."""

SURNAME_NEAR = either(
    near("surname_v_l", "surname_v_r"), _PARTICLES_JOINED, _in_two_scripts("surname"), shared("surname_symbols")
)
SURNAME_SHARED = either(equal("surname_v"), both(of_several("surnames", 1), shared("surnames")))
SURNAME_SAME_OR_NEAR = either(_SURNAME_SAME, SURNAME_NEAR)

_BOTH_IN_USE = condition("forename_common_l AND forename_common_r")
"""A slip seldom makes of one name in common use another: Marcus and Marius are two people's."""

FORENAME_NEAR = both(
    SEXES_AGREE,
    no(if_so(_BOTH_IN_USE)),
    either(near("forename_v_l", "forename_v_r"), _in_two_scripts("forename"), shared("forename_symbols")),
)
SHORT_FORM = both(SEXES_AGREE, shared("forename_forms"))
"""One forename stands for the other, or both for a third; or the given names of one are one word of the other's."""

INITIALS_FIT = both(
    condition("in_initials_l OR in_initials_r"),
    either_way(lambda one, other: condition(f"starts_with(initials_{one}, initials_{other})")),
)

_FORENAME_FITS = either(equal("forename_v"), INITIALS_FIT, SHORT_FORM, FORENAME_NEAR)

AMONG_GIVEN = either(
    equal("forename_v"),
    both(
        of_several("given_names", 1),
        either_way(lambda one, other: condition(f"list_has_any(forenames_{one}, given_names_{other})")),
    ),
)
"""One record's forename, or an alias's, is a forename or middle name of the other. That both have the same middle name
is not enough: it is compared on its own, and brothers often have their father's."""

_MIDDLE_INITIALS_FIT = both(
    condition("middles_in_initials_l OR middles_in_initials_r"),
    either_way(lambda one, other: condition(f"starts_with(initials_{one}[2:], initials_{other}[2:])")),
)
MIDDLES_FIT = either(
    shared("middles"), _MIDDLE_INITIALS_FIT, near("middle_names_l", "middle_names_r"), equal("name_whole")
)

OTHERS_CONTRADICT = if_so(
    condition("middle_names_l <> middle_names_r AND forename_v_l = forename_v_r AND surname_v_l = surname_v_r"),
    no(if_so(MIDDLES_FIT)),
)
"""Of several given names only the first is shared: it is not the whole name."""

ONE_NAME = if_so(both(_FORENAME_FITS, SURNAME_SAME_OR_NEAR))

ALIAS_NEAR = either_way(lambda one, other: some_pair(f"unsettled_names_{one}", f"full_names_{other}", near("a", "b")))
"""A full name of one record is close to one of the other, and its primary name, if it is that, not in common use."""

SAME_WORDS = either(
    equal("name_sorted"),
    equal("name_whole"),
    condition("name_whole_l = name_turned_r OR name_turned_l = name_whole_r"),
    # One word that is the whole name has no `name_whole`: two records of one single name are no better than that.
    condition("name_turned_l = name_turned_r AND (name_whole_l IS NOT NULL OR name_whole_r IS NOT NULL)"),
    both(equal("forename_v"), equal("surname_v")),
    condition("forename_v_l = surname_v_r AND surname_v_l = forename_v_r"),
)

NEAR_EXCHANGED = both(near("forename_v_l", "surname_v_r"), near("surname_v_l", "forename_v_r"))

SINGLE = lacking("forename")
SINGLE_NEAR = either(
    near("surname_v_l", "surname_v_r"), near("surname_v_l", "forename_v_r"), near("forename_v_l", "surname_v_r")
)

MAIN_NAME_SHARED = either(
    equal("forename_v"),
    equal("surname_v"),
    condition("forename_v_l = surname_v_r OR surname_v_l = forename_v_r"),
    both(
        of_several("name_words", 2),
        either_way(lambda one, other: condition(f"list_has_any(main_names_{one}, name_words_{other})")),
    ),
)
"""A word of both names that is not a middle name of both: those are weighed on their own."""
