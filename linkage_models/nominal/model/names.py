"""How names are compared: the levels of NAME and MIDDLE_NAMES.

What a word may stand for was read when features were made; here only texts, flags and short lists meet. The cheap
questions stand first in every condition, so that a pair which fails them pays for no other.
"""

from types import MappingProxyType

from sqlglot import exp

from linkage_models.nominal.model.comparison import Comparison, Level, of_households
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

SURNAME = "surname"
"""What a household has in common where a level says no more of the forenames than chance would."""

ALIKE = "surname alike"
"""The same, where the surname is close, one of several or an alias's: counted by itself, since two people chosen for
one surname never show it."""

CLOSE = "name alike"
"""Names alike, as those of Maria and Marie in one family."""

SIMILAR = "forenames of one sound"
"""Brothers' and sisters' forenames that were chosen to go together: Darren and Darryl, Marius and Darius."""

ALIAS = "name through an alias"
"""A relative's name, given as one's own."""

EXCHANGED = "given names exchanged"
"""What twins have who bear each other's first and middle name."""

FIRST_GIVEN = "first given name"
"""What brothers and sisters have in common whose given names begin alike: Jean-Paul and Jean-Pierre, Jia Wei and Jia
Ming. Families that do so do so by custom, far above chance."""

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


def _if_so(cheap: Condition, costly: Condition | None = None) -> Condition:
    """Return the condition that both of two hold, with the second asked only of pairs for which the first does.

    It has an answer even if a value is missing. DuckDB asks the parts of an AND in an order of its own, and inside
    `coalesce` all of them.
    """
    asked = exp.true() if costly is None else costly.copy()
    return exp.Case(ifs=[exp.If(this=cheap.copy(), true=asked)], default=exp.false())


def _of_several(lists: str, least: int) -> Condition:
    """Return the condition that one record has more than so many words: fewer are compared as texts."""
    return condition(f"len({lists}_l) > {least} OR len({lists}_r) > {least}")


def _not_servants(one: str, other: str) -> str:
    return f"NOT (starts_with({one}, '{SERVANT}') AND starts_with({other}, '{SERVANT}'))"


def _near(one: str, other: str) -> Condition:
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


def _somewhat(one: str, other: str) -> Condition:
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
_SEXES_AGREE = known(condition("sex_l = sex_r"), otherwise=True)

_SURNAME_SAME = either(
    equal("surname_v"),
    either_way(lambda one, other: condition(f"list_contains(surname_forms_{one}, surname_v_{other})")),
)
"""One surname, or one record has the other's among several."""

_PARTICLES_JOINED = either_way(
    lambda one, other: both(
        condition(f"surname_joined_{one} IS NOT NULL AND surname_joined_{other} IS NULL"),
        _near(f"surname_joined_{one}", f"surname_{other}"),
    )
)
"""One record writes particles apart, the other joined and otherwise: van der Berg, Vandenberg."""

_SURNAME_NEAR = either(
    _near("surname_v_l", "surname_v_r"), _PARTICLES_JOINED, _in_two_scripts("surname"), shared("surname_symbols")
)
_SURNAME_SHARED = either(equal("surname_v"), both(_of_several("surnames", 1), shared("surnames")))
_SURNAME_SAME_OR_NEAR = either(_SURNAME_SAME, _SURNAME_NEAR)

_BOTH_IN_USE = condition("forename_common_l AND forename_common_r")
"""A slip seldom makes of one name in common use another: Marcus and Marius are two people's."""

_FORENAME_NEAR = both(
    _SEXES_AGREE,
    no(_if_so(_BOTH_IN_USE)),
    either(_near("forename_v_l", "forename_v_r"), _in_two_scripts("forename"), shared("forename_symbols")),
)
_SHORT_FORM = both(_SEXES_AGREE, shared("forename_forms"))
"""One forename stands for the other, or both for a third; or the given names of one are one word of the other's."""

_INITIALS_FIT = both(
    condition("in_initials_l OR in_initials_r"),
    either_way(lambda one, other: condition(f"starts_with(initials_{one}, initials_{other})")),
)

_FORENAME_FITS = either(equal("forename_v"), _INITIALS_FIT, _SHORT_FORM, _FORENAME_NEAR)

_AMONG_GIVEN = either(
    equal("forename_v"),
    both(
        _of_several("given_names", 1),
        either_way(lambda one, other: condition(f"list_has_any(forenames_{one}, given_names_{other})")),
    ),
)
"""One record's forename, or an alias's, is a forename or middle name of the other. That both have the same middle name
is not enough: it is compared on its own, and brothers often have their father's."""

_MIDDLE_INITIALS_FIT = both(
    condition("middles_in_initials_l OR middles_in_initials_r"),
    either_way(lambda one, other: condition(f"starts_with(initials_{one}[2:], initials_{other}[2:])")),
)
_MIDDLES_FIT = either(
    shared("middles"), _MIDDLE_INITIALS_FIT, _near("middle_names_l", "middle_names_r"), equal("name_whole")
)

_OTHERS_CONTRADICT = _if_so(
    condition("middle_names_l <> middle_names_r AND forename_v_l = forename_v_r AND surname_v_l = surname_v_r"),
    no(_if_so(_MIDDLES_FIT)),
)
"""Of several given names only the first is shared: it is not the whole name."""

_ONE_NAME = _if_so(both(_FORENAME_FITS, _SURNAME_SAME_OR_NEAR))

_I_IS_A_NUMBER = either_way(
    lambda one, other: condition(
        f"generation_{one} IS NOT NULL AND generation_{other} IS NULL AND middle_names_{other} = 'I'"
    )
)
"""Morris I Klein is the first where another is the second; else it is an initial."""

_SAME_WORDS = either(
    equal("name_sorted"),
    equal("name_whole"),
    condition("name_whole_l = name_turned_r OR name_turned_l = name_whole_r"),
    # One word that is the whole name has no `name_whole`: two records of one single name are no better than that.
    condition("name_turned_l = name_turned_r AND (name_whole_l IS NOT NULL OR name_whole_r IS NOT NULL)"),
    both(equal("forename_v"), equal("surname_v")),
    condition("forename_v_l = surname_v_r AND surname_v_l = forename_v_r"),
)

_NEAR_EXCHANGED = both(_near("forename_v_l", "surname_v_r"), _near("surname_v_l", "forename_v_r"))

_SINGLE = lacking("forename")
_SINGLE_NEAR = either(
    _near("surname_v_l", "surname_v_r"), _near("surname_v_l", "forename_v_r"), _near("forename_v_l", "surname_v_r")
)

_MAIN_NAME_SHARED = either(
    equal("forename_v"),
    equal("surname_v"),
    condition("forename_v_l = surname_v_r OR surname_v_l = forename_v_r"),
    both(
        _of_several("name_words", 2),
        either_way(lambda one, other: condition(f"list_has_any(main_names_{one}, name_words_{other})")),
    ),
)
"""A word of both names that is not a middle name of both: those are weighed on their own."""

NAME = Comparison(
    "name",
    condition("(forename_l IS NULL AND surname_l IS NULL) OR (forename_r IS NULL AND surname_r IS NULL)"),
    (
        Level(
            "same surname and first given name, the other given names contradict",
            _OTHERS_CONTRADICT,
            0.003,
            1e-5,
            "full_name",
            0.5,
            family=FIRST_GIVEN,
        ),
        Level("same forename and surname", equal("full_name"), 0.84, 2e-5, "full_name", family=SURNAME, exact=True),
        Level(
            "same given names in another order",
            condition(
                "surname_v_l = surname_v_r AND name_sorted_l = name_sorted_r AND forename_v_l <> forename_v_r"
                " AND NOT (in_initials_l OR in_initials_r)"
            ),
            0.004,
            1e-6,
            "full_name",
            0.5,
            family=EXCHANGED,
        ),
        Level(
            "same words in another order, division or spelling",
            _SAME_WORDS,
            0.025,
            5e-6,
            "full_name",
            0.5,
            family=ALIKE,
        ),
        Level(
            "close forename and surname",
            either(both(either(equal("forename_v"), _FORENAME_NEAR), _SURNAME_SAME_OR_NEAR), _NEAR_EXCHANGED),
            0.05,
            1e-5,
            "full_name",
            0.5,
            family=CLOSE,
        ),
        Level(
            "same through an alias",
            both(
                _of_several("full_names", 1),
                either(shared("full_names"), some_pair("full_names_l", "full_names_r", _near("a", "b"))),
            ),
            0.02,
            1e-5,
            family=ALIAS,
        ),
        Level(
            "one has a single name, the other's forename",
            condition(
                "(forename_l IS NULL AND surname_v_l = forename_v_r)"
                " OR (forename_r IS NULL AND surname_v_r = forename_v_l)"
            ),
            0.01,
            1e-4,
            "forename_v",
        ),
        Level(
            "one has a single name, which the other has",
            both(_SINGLE, shared("name_words")),
            0.015,
            2e-4,
            "surname_v",
            0.5,
            family=SURNAME,
        ),
        Level("one has a single name, close to one of the other's", both(_SINGLE, _SINGLE_NEAR), 0.002, 1e-4),
        Level("one has a single name, unlike the other's", _SINGLE, 0.001, 2e-2),
        Level(
            "same surname, one forename stands for the other",
            both(_SURNAME_SAME_OR_NEAR, _SHORT_FORM),
            0.02,
            6e-6,
            "full_name",
            0.5,
            family=ALIKE,
        ),
        Level(
            "same surname, initials that fit",
            both(_INITIALS_FIT, _SURNAME_SAME_OR_NEAR),
            0.01,
            2e-6,
            "surname_v",
            0.5,
            family=ALIKE,
        ),
        Level(
            "surname shared, forename among the other's given names",
            both(either(_SURNAME_SHARED, _SURNAME_NEAR), _AMONG_GIVEN),
            0.015,
            4e-5,
            "surname_v",
            0.5,
            family=ALIKE,
        ),
        Level(
            "same surname, forename somewhat close",
            both(equal("surname_v"), _SEXES_AGREE, _somewhat("forename_v_l", "forename_v_r")),
            0.006,
            3e-5,
            "surname_v",
            0.5,
            family=SIMILAR,
        ),
        Level("same surname only", equal("surname_v"), 0.005, 2e-3, "surname_v", 0.5, family=SURNAME),
        Level(
            "a surname shared, one close or an alias",
            either(_SURNAME_SHARED, _SURNAME_NEAR),
            0.003,
            2e-3,
            family=ALIKE,
        ),
        Level("same forename only", equal("forename_v"), 0.01, 8e-3, "forename_v", 0.5),
        Level("forename among the other's given names", _AMONG_GIVEN, 0.004, 1e-2),
        Level(
            "one name alike, in either field",
            either(
                _MAIN_NAME_SHARED,
                _FORENAME_NEAR,
                _near("forename_v_l", "surname_v_r"),
                _near("surname_v_l", "forename_v_r"),
            ),
            0.004,
            2e-2,
        ),
        Level("unlike", None, 0.008, 0.95),
    ),
    families=MappingProxyType(
        {SURNAME: 0.66, ALIKE: 0.08, CLOSE: 0.004, SIMILAR: 0.008, ALIAS: 0.002, EXCHANGED: 0.004, FIRST_GIVEN: 0.01}
    ),
    related=MappingProxyType({SURNAME: "surname_v"}),
)

GENERATION = of_households(
    Comparison(
        "generation",
        no(
            both(
                either(
                    _if_so(condition("generation_l IS NOT NULL AND generation_r IS NOT NULL")), _if_so(_I_IS_A_NUMBER)
                ),
                _ONE_NAME,
            )
        ),
        (
            Level("same", equal("generation"), 0.999999, 0.6),
            Level("different", None, 1e-6, 0.4),
        ),
        fixed=True,
    ),
    (0.1, 0.9),
)
"""Which bearer of one name somebody is, as Jr and Sr or II and III say; asked only of two records of one name. It is
written to tell two people apart, so it all but rules out one person: a shared identifier alone outweighs it."""

_FORENAME_IS_MIDDLE = condition(
    "forename_v_l <> forename_v_r"
    " AND (list_has_any([forename_v_l], given_names_r) OR list_has_any([forename_v_r], given_names_l))"
)

_AMONG_GIVEN_OTHERWISE = both(condition("forename_v_l <> forename_v_r"), _AMONG_GIVEN)

MIDDLE_NAMES = Comparison(
    "middle_names",
    # What the name comparison has weighed is not weighed a second time: a middle name that is the other's forename, and
    # given names that contradict beside one forename and surname.
    either(lacking("middle_names"), _if_so(_FORENAME_IS_MIDDLE), _if_so(_AMONG_GIVEN_OTHERWISE), _OTHERS_CONTRADICT),
    (
        Level("same", equal("middle_names"), 0.93, 0.012),
        Level("close, an initial or one of several", _MIDDLES_FIT, 0.05, 0.02),
        Level("unlike", None, 0.02, 0.968),
    ),
    alike="forename_v",
)
