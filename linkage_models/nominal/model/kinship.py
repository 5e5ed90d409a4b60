"""Kin: pairs that agree on what families share, and by how much their weight is held back.

The comparisons are weighed as if they were independent given whether two records match. Twins, parent and child of one
name, and others of one household agree on surname, address and sometimes date of birth because they are family, so the
sum of those weights misleads. A pair with the signs of kin is therefore held at a ceiling; a shared valid identifier,
which families do not share, lifts it.
"""

from math import log2

from linkage_models.nominal.model.comparison import Comparison, Level
from linkage_models.nominal.model.condition import (
    Condition,
    alike,
    both,
    call,
    close,
    condition,
    differ,
    either,
    either_way,
    equal,
    held,
    known,
    no,
    shared,
    some_pair,
)

TWIN_FORENAMES_CLOSE = 0.9
"""Jaro-Winkler similarity below which forenames are unlike in the twin table of the production justice model. Ming and
Wing, Karen and Daren, Darius and Marius are unlike, though one edit apart: twins were found who were joined for it."""

TWIN_SHARE = 0.03
"""Share of people who are a twin: about 15 of 1,000 maternities in England and Wales give more than one child (Office
for National Statistics, Birth characteristics). Among people of one surname, date of birth and household, odds for one
person cannot exceed the odds against a twin, until something agrees that twins do not share."""

TWIN_ODDS_WEIGHT = round(log2((1 - TWIN_SHARE) / TWIN_SHARE), 6)
"""Ceiling, in bits, of pairs whose forenames neither agree nor tell two people apart: about 32 to 1."""

PARENT_YEARS = 15
"""Years between two dates of birth from which two people of one name at one address may be parent and child."""

PREFIX = "MOHAMMED"
"""A forename that is often given for blessing, with the second name in daily use; as `forename_v` has it."""

NAME = "kinship"
DOUBT = "twin_doubt"
"""The name in the evidence of a pair that is held at `TWIN_ODDS_WEIGHT`: it may be joined through other records, as
those that look like kin may not. Those are held below every linking threshold, under `NAME`."""

HELD = f"list_has_any(list_transform(evidence, lambda part: part.comparison), ['{NAME}', '{DOUBT}'])"
"""SQL over an edge for whether its weight is a ceiling and not a sum of evidence."""

DOUBTFUL = "known by another forename, or a twin"
"""The level of such a pair."""

FORENAME_AMONG_GIVEN = either_way(lambda one, other: call("list_has_any", f"forenames_{one}", f"given_names_{other}"))
"""One record's forename, or an alias's, is a forename or middle name of the other. That both have the same middle name
is not enough: it is compared on its own, and brothers often have their father's."""

FORENAME_CLOSE = either(close("forename_v_l", "forename_v_r"), shared("forename_symbols"))
SURNAME_CLOSE = either(close("surname_v_l", "surname_v_r"), shared("surname_symbols"))

_SHARED_PHONE = condition("list_has_any(list_filter(contacts_l, lambda c: starts_with(c, 'phone:')), contacts_r)")

HOUSEHOLD_WORDS = 2
"""Words of an address that must be shared, beside a postcode that is a whole town's, for one household."""

_WORDS_SHARED = condition(f"len(list_intersect(address_words_l, address_words_r)) >= {HOUSEHOLD_WORDS}")

ONE_ADDRESS = either(shared("unit_postcodes"), both(shared("postcodes"), _WORDS_SHARED))
_HOUSEHOLD = either(ONE_ADDRESS, shared("sentence_dates"), _SHARED_PHONE)
_DISTRICT = both(condition("len(unit_postcodes_l) > 0"), shared("outcodes"))
_FAMILY_NAME = either(shared("surnames"), SURNAME_CLOSE)

_SOME_GIVEN_CLOSE = either_way(
    lambda one, other: some_pair(f"forenames_{one}", f"given_names_{other}", alike("a", "b", TWIN_FORENAMES_CLOSE))
)

_MISTYPED = both(
    alike("split_part(a, chr(32), 1)", "split_part(b, chr(32), 1)", TWIN_FORENAMES_CLOSE),
    close("split_part(a, chr(32), 2)", "split_part(b, chr(32), 2)"),
)
"""Of two full names, the forenames are alike and the surnames close."""

_ONE_FULL_NAME_WRITTEN = either(
    shared("full_names"),
    either_way(lambda one, other: some_pair(f"unsettled_names_{one}", f"full_names_{other}", _MISTYPED)),
)
"""Two primary names whose forenames many people have, such as Marcus and Marius, are not slips of one another."""

_FORENAME_IN_TWO_SCRIPTS = both(
    shared("forename_symbols"),
    condition("(strlen(forename_l) > length(forename_l)) <> (strlen(forename_r) > length(forename_r))"),
)
"""Both forenames write one name, in two scripts. In one script a symbol is not enough if a twin would explain the
pair as well: Ming and Wing write one name, and are two brothers."""

_ONE_FULL_NAME = either(_ONE_FULL_NAME_WRITTEN, both(_FORENAME_IN_TWO_SCRIPTS, SURNAME_CLOSE))
"""A name or alias of one record is one of the other, apart from a slip or the script: forename and surname together."""

_SURNAMES_UNLIKE = no(
    either(SURNAME_CLOSE, either_way(lambda one, other: call("contains", f"surname_{one}", f"surname_{other}")))
)
"""The primary names have no surname in common, though an alias may."""

_MIDDLE_NAMES_UNLIKE = both(
    condition("NOT list_has_any(string_split(middle_names_l, ' '), string_split(middle_names_r, ' '))"),
    # Two names in Abdul, servant of, are as unlike as what follows.
    no(close(*(f"regexp_replace(middle_names_{side}, '^ABDUL', '')" for side in "lr"))),
    condition("NOT (middle_names_l[1] = middle_names_r[1] AND (len(middle_names_l) = 1 OR len(middle_names_r) = 1))"),
)
"""Both have middle names, and none in common, even if mistyped or an initial."""

_OTHER_NAME_IN_USE = both(condition(f"forename_v_l = '{PREFIX}' AND forename_v_r = '{PREFIX}'"), _MIDDLE_NAMES_UNLIKE)
_FORENAMES_DIFFER = differ("forename_v")
_SPELT_APART = both(equal("forename_v"), differ("forename"))
"""One name in two spellings, as Patrick and Padraig."""

_ONE_WITHOUT_FORENAME = condition("(forename_l IS NULL) <> (forename_r IS NULL)")
_ONE_SLIP_IN_DATE = either(
    known(condition("dob_swapped_l = dob_text_r")), condition("damerau_levenshtein(dob_text_l, dob_text_r) = 1")
)

# Twins may have left home; if both records name one birth place, that stands for it.
_BORN_TOGETHER = both(_FAMILY_NAME, shared("dobs"), either(_HOUSEHOLD, _DISTRICT, equal("birth_place")))

# A household's surname without a forename is anyone's of the household, unless the date of birth tells.
_SURNAME_ALONE = both(_FAMILY_NAME, _HOUSEHOLD, _ONE_WITHOUT_FORENAME, no(shared("dobs")))


def _twins(identifier_differs: Condition) -> Condition:
    """Return the signs of twins: born together, and known by another forename."""
    unlike = no(either(FORENAME_AMONG_GIVEN, _SOME_GIVEN_CLOSE, _FORENAME_IN_TWO_SCRIPTS))
    return both(
        _BORN_TOGETHER,
        either(
            _OTHER_NAME_IN_USE,
            both(_SPELT_APART, identifier_differs),
            both(_FORENAMES_DIFFER, either(both(identifier_differs, no(shared("full_names"))), unlike)),
        ),
    )


def _doubtful(identifier_differs: Condition) -> Condition:
    """Return the condition that a pair may be one person known by another forename, or twins."""
    return either(
        both(
            _BORN_TOGETHER,
            either(
                _ONE_WITHOUT_FORENAME,
                both(_SPELT_APART, _MIDDLE_NAMES_UNLIKE),
                both(_FORENAMES_DIFFER, identifier_differs),
                both(either(_FORENAMES_DIFFER, _SURNAMES_UNLIKE), no(_ONE_FULL_NAME)),
            ),
        ),
        both(_SURNAME_ALONE, known(_ONE_SLIP_IN_DATE, otherwise=True)),
    )


_PARENT_AND_CHILD = both(
    either(both(FORENAME_CLOSE, SURNAME_CLOSE), equal("name_sorted")),
    condition(f"abs(date_diff('year', dob_l, dob_r)) >= {PARENT_YEARS}"),
    _HOUSEHOLD,
    no(shared("dobs")),
)

_RELATIVES = either(
    both(_SURNAME_ALONE, no(_ONE_SLIP_IN_DATE)),
    both(
        _FAMILY_NAME,
        _HOUSEHOLD,
        no(shared("dobs")),
        either(
            _OTHER_NAME_IN_USE,
            both(_FORENAMES_DIFFER, no(shared("full_names")), no(both(_ONE_FULL_NAME, _ONE_SLIP_IN_DATE))),
        ),
    ),
)


def kinship(kinds: tuple[str, ...]) -> Comparison:
    """Return the comparison for kin.

    Args:
        kinds: the kinds of identifier the model compares.

    Returns:
        A comparison that is missing if a pair shows no sign. Its weights are small: what matters is the ceiling.
    """
    identifier_differs = either(condition("false"), *(held(f"{kind}_ids") for kind in kinds))
    no_identifier_agrees = [no(shared(f"{kind}_ids")) for kind in kinds]
    twins, doubtful, parent_and_child, relatives = (
        both(sign, *no_identifier_agrees)
        for sign in (_twins(identifier_differs), _doubtful(identifier_differs), _PARENT_AND_CHILD, _RELATIVES)
    )
    return Comparison(
        NAME,
        both(*(no(known(sign)) for sign in (twins, doubtful, parent_and_child, relatives))),
        (
            Level("possible twins", twins, 0.001, 0.004),
            Level(DOUBTFUL, doubtful, 0.001, 0.0011),
            Level("possible parent and child", parent_and_child, 0.001, 0.003),
            Level("possible relatives", None, 0.001, 0.002),
        ),
        fixed=True,
    )
