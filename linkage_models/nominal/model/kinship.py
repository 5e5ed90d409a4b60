"""Kin: pairs that agree on what families share, and by how much their weight is held back.

The comparisons are weighed as if they were independent given whether two records match. Twins, parent and child of one
name, and others of one household agree on surname, address and sometimes date of birth because they are family, so the
sum of those weights misleads. A pair with the signs of kin is therefore held at a ceiling; a shared valid identifier,
which families do not share, lifts it.
"""

from math import log2

from linkage_models.nominal.model.comparison import ELSE, Comparison, Level, close, shared, some_pair

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
"""SQL over an edge for whether its weight is a ceiling and no sum of evidence."""

DOUBTFUL = "known by another forename, or a twin"
"""The level of such a pair."""

FORENAME_AMONG_GIVEN = "(list_has_any(forenames_l, given_names_r) OR list_has_any(given_names_l, forenames_r))"
"""One record's forename, or an alias's, is a forename or middle name of the other. That both have the same middle name
is not enough: it is compared on its own, and brothers bear their father's."""

FORENAME_CLOSE = f"({close('forename_v_l', 'forename_v_r')} OR {shared('forename_symbols')})"
SURNAME_CLOSE = f"({close('surname_v_l', 'surname_v_r')} OR {shared('surname_symbols')})"

_SHARED_PHONE = "list_has_any(list_filter(contacts_l, lambda c: starts_with(c, 'phone:')), contacts_r)"
HOUSEHOLD_WORDS = 2
"""Words of an address that must be shared, beside a postcode that is a whole town's, for one household."""

ONE_ADDRESS = (
    f"({shared('unit_postcodes')} OR ({shared('postcodes')}"
    f" AND len(list_intersect(address_words_l, address_words_r)) >= {HOUSEHOLD_WORDS}))"
)
_HOUSEHOLD = f"({ONE_ADDRESS} OR {shared('sentence_dates')} OR {_SHARED_PHONE})"
_DISTRICT = f"(len(unit_postcodes_l) > 0 AND {shared('outcodes')})"
_FAMILY_NAME = f"({shared('surnames')} OR {SURNAME_CLOSE})"

_ALIKE = f"jaro_winkler_similarity({{}}, {{}}) >= {TWIN_FORENAMES_CLOSE}"
_SOME_GIVEN_CLOSE = " OR ".join(
    some_pair(ones, others, _ALIKE.format("a", "b"))
    for ones, others in (("forenames_l", "given_names_r"), ("forenames_r", "given_names_l"))
)
_FORENAME_OF = "split_part({}, chr(32), 1)"
_MISTYPED = (
    f"{_ALIKE.format(_FORENAME_OF.format('a'), _FORENAME_OF.format('b'))}"
    f" AND {close('split_part(a, chr(32), 2)', 'split_part(b, chr(32), 2)')}"
)
_ONE_FULL_NAME_WRITTEN = (
    f"({shared('full_names')} OR {some_pair('unsettled_names_l', 'full_names_r', _MISTYPED)}"
    f" OR {some_pair('unsettled_names_r', 'full_names_l', _MISTYPED)})"
)
"""Two primary names whose forenames many people bear each, such as Marcus and Marius, are no slips of one another."""

_FORENAME_IN_TWO_SCRIPTS = (
    f"({shared('forename_symbols')}"
    " AND (strlen(forename_l) > length(forename_l)) <> (strlen(forename_r) > length(forename_r)))"
)
"""Both forenames write one name, in two scripts. In one script a symbol is not enough where a twin would explain the
pair as well: Ming and Wing write one name, and are two brothers."""

_ONE_FULL_NAME = f"({_ONE_FULL_NAME_WRITTEN} OR ({_FORENAME_IN_TWO_SCRIPTS} AND {SURNAME_CLOSE}))"
"""A name or alias of one record is, but for a slip or script, one of the other: forename and surname together."""

_SURNAMES_UNLIKE = f"NOT ({SURNAME_CLOSE} OR contains(surname_l, surname_r) OR contains(surname_r, surname_l))"
"""The primary names have no surname in common, though an alias may."""


def _after_servant(side: str) -> str:
    return f"regexp_replace(middle_names_{side}, '^ABDUL', '')"


_MIDDLE_NAMES_UNLIKE = (
    "(NOT list_has_any(string_split(middle_names_l, ' '), string_split(middle_names_r, ' '))"
    # Two names in Abdul, servant of, are as unlike as what follows.
    f" AND NOT {close(_after_servant('l'), _after_servant('r'))}"
    " AND NOT (middle_names_l[1] = middle_names_r[1] AND (len(middle_names_l) = 1 OR len(middle_names_r) = 1)))"
)
"""Both have middle names, and not one in common, though it were mistyped or an initial."""

_OTHER_NAME_IN_USE = f"(forename_v_l = '{PREFIX}' AND forename_v_r = '{PREFIX}' AND {_MIDDLE_NAMES_UNLIKE})"
_FORENAMES_DIFFER = "forename_v_l <> forename_v_r"
_SPELT_APART = "(forename_v_l = forename_v_r AND forename_l <> forename_r)"
"""One name in two spellings, as Patrick and Padraig."""

_ONE_WITHOUT_FORENAME = "((forename_l IS NULL) <> (forename_r IS NULL))"
_ONE_SLIP_IN_DATE = "(coalesce(dob_swapped_l = dob_text_r, false) OR damerau_levenshtein(dob_text_l, dob_text_r) = 1)"


def kinship(kinds: tuple[str, ...]) -> Comparison:
    """Return the comparison for kin.

    Args:
        kinds: the kinds of identifier the model compares.

    Returns:
        A comparison that is missing where a pair shows no sign. Its weights are small: what matters is the ceiling.
    """
    no_identifier_agrees = "".join(f" AND NOT {shared(kind + '_ids')}" for kind in kinds)
    some_identifier_differs = " OR ".join(
        ["false", *(f"(len({kind}_ids_l) > 0 AND len({kind}_ids_r) > 0)" for kind in kinds)]
    )
    # Twins may have left home; where both records name one birth place, that stands for it.
    born_together = (
        f"{_FAMILY_NAME} AND {shared('dobs')} AND ({_HOUSEHOLD} OR {_DISTRICT} OR birth_place_l = birth_place_r)"
    )
    twins = (
        f"{born_together}{no_identifier_agrees} AND ({_OTHER_NAME_IN_USE}"
        f" OR ({_SPELT_APART} AND ({some_identifier_differs})) OR ({_FORENAMES_DIFFER} AND ("
        f"(({some_identifier_differs}) AND NOT {shared('full_names')})"
        f" OR NOT ({FORENAME_AMONG_GIVEN} OR {_SOME_GIVEN_CLOSE} OR {_FORENAME_IN_TWO_SCRIPTS}))))"
    )
    # A household's surname without a forename is anyone's of the household, unless the date of birth tells.
    surname_alone = f"{_FAMILY_NAME} AND {_HOUSEHOLD} AND {_ONE_WITHOUT_FORENAME} AND NOT {shared('dobs')}"
    doubtful = (
        f"(({born_together} AND ({_ONE_WITHOUT_FORENAME} OR ({_SPELT_APART} AND {_MIDDLE_NAMES_UNLIKE})"
        f" OR ({_FORENAMES_DIFFER} AND ({some_identifier_differs}))"
        f" OR (({_FORENAMES_DIFFER} OR {_SURNAMES_UNLIKE}) AND NOT ({_ONE_FULL_NAME}))))"
        f" OR ({surname_alone} AND coalesce({_ONE_SLIP_IN_DATE}, true))){no_identifier_agrees}"
    )
    parent_and_child = (
        f"({FORENAME_CLOSE} AND {SURNAME_CLOSE} OR name_sorted_l = name_sorted_r)"
        f" AND abs(date_diff('year', dob_l, dob_r)) >= {PARENT_YEARS}"
        f" AND {_HOUSEHOLD} AND NOT {shared('dobs')}{no_identifier_agrees}"
    )
    relatives = (
        f"(({surname_alone} AND NOT {_ONE_SLIP_IN_DATE}) OR ({_FAMILY_NAME} AND {_HOUSEHOLD} AND NOT {shared('dobs')}"
        f" AND ({_OTHER_NAME_IN_USE} OR ({_FORENAMES_DIFFER} AND NOT {shared('full_names')}"
        f" AND NOT ({_ONE_FULL_NAME} AND {_ONE_SLIP_IN_DATE}))))){no_identifier_agrees}"
    )
    signs = (twins, doubtful, parent_and_child, relatives)
    return Comparison(
        NAME,
        " AND ".join(f"NOT coalesce({sign}, false)" for sign in signs),
        (
            Level("possible twins", twins, 0.001, 0.004),
            Level(DOUBTFUL, doubtful, 0.001, 0.0011),
            Level("possible parent and child", parent_and_child, 0.001, 0.003),
            Level("possible relatives", ELSE, 0.001, 0.002),
        ),
        fixed=True,
    )
