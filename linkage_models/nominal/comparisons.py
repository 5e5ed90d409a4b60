"""The comparisons of the model: what each field's agreement, part agreement and disagreement looks like, as data.

Each level carries starting values of m (its share among pairs of one person) and u (among pairs of two people). They
come from the published parameters of the production justice model where it gives them (`domain` section 4) and are
judgements elsewhere; training replaces them wherever its data shows the level, and they stand where it does not.
"""

from dataclasses import dataclass

from linkage_models.nominal.features import IDENTIFIER_KINDS


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
    """

    label: str
    condition: str
    m: float
    u: float
    term_frequency: str | None = None
    term_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one aspect of two records is compared.

    Attributes:
        name: the comparison, as it is named in the evidence.
        missing: SQL for 'cannot be compared'; such a pair gets no weight from this comparison.
        levels: from most to least alike; the last takes what the others leave.
        fixed: whether training leaves m and u as they are.
    """

    name: str
    missing: str
    levels: tuple[Level, ...]
    fixed: bool = False


ELSE = "ELSE"


def _shared(lists: str) -> str:
    return f"list_has_any({lists}_l, {lists}_r)"


def _empty(lists: str) -> str:
    return f"len({lists}_l) = 0 OR len({lists}_r) = 0"


CLOSE = 0.88
"""Jaro-Winkler similarity from which two words are taken for one word mistyped or spelt otherwise."""

SHORTEST_MISTYPED = 4
"""Letters a word must have to be close at one edit: REZA and RRZA are, although their Jaro-Winkler similarity is low,
and three letters one apart are as often two names."""


def _close(one: str, other: str, similarity: float = CLOSE) -> str:
    return (
        f"(jaro_winkler_similarity({one}, {other}) >= {similarity} OR (len({one}) >= {SHORTEST_MISTYPED} AND "
        f"len({other}) >= {SHORTEST_MISTYPED} AND damerau_levenshtein({one}, {other}) = 1))"
    )


FORENAME_CLOSE = _close("forename_v_l", "forename_v_r")
SURNAME_CLOSE = _close("surname_v_l", "surname_v_r")

FORENAME_AMONG_GIVEN = "(list_has_any(forenames_l, given_names_r) OR list_has_any(given_names_l, forenames_r))"
"""One record's forename, or an alias's, is a forename or middle name of the other. That both have the same middle name
is not enough: it is compared on its own, and brothers bear their father's."""

NAME = Comparison(
    "name",
    "(forename_l IS NULL AND surname_l IS NULL) OR (forename_r IS NULL AND surname_r IS NULL)",
    (
        Level("same forename and surname", "full_name_l = full_name_r", 0.86, 2e-5, "full_name"),
        Level(
            "same words in another order or spelling",
            "name_sorted_l = name_sorted_r OR (forename_v_l = forename_v_r AND surname_v_l = surname_v_r)"
            " OR (forename_v_l = surname_v_r AND surname_v_l = forename_v_r)",
            0.02,
            5e-6,
            "full_name",
            0.5,
        ),
        Level(
            "close forename and surname",
            f"{FORENAME_CLOSE} AND {SURNAME_CLOSE}",
            0.05,
            1e-5,
            "full_name",
            0.5,
        ),
        Level("same through an alias", _shared("full_names"), 0.02, 1e-5),
        Level(
            "surname shared, forename among the other's given names",
            f"({_shared('surnames')} OR {SURNAME_CLOSE}) AND {FORENAME_AMONG_GIVEN}",
            0.015,
            1e-4,
            "surname_v",
            0.5,
        ),
        Level(
            "same surname, forename somewhat close or an initial",
            "surname_v_l = surname_v_r AND (jaro_winkler_similarity(forename_v_l, forename_v_r) >= 0.8 OR "
            "((len(forename_l) = 1 OR len(forename_r) = 1) AND forename_l[1] = forename_r[1]))",
            0.008,
            1e-4,
            "surname_v",
            0.5,
        ),
        Level("same surname only", "surname_v_l = surname_v_r", 0.005, 2e-3, "surname_v", 0.5),
        Level("a surname shared, one close or an alias", f"{_shared('surnames')} OR {SURNAME_CLOSE}", 0.003, 2e-3),
        Level("same forename only", "forename_v_l = forename_v_r", 0.01, 8e-3, "forename_v", 0.5),
        Level("forename among the other's given names", FORENAME_AMONG_GIVEN, 0.004, 1e-2),
        Level("unlike", ELSE, 0.008, 0.97),
    ),
)

MIDDLE_NAMES = Comparison(
    "middle_names",
    "middle_names_l IS NULL OR middle_names_r IS NULL",
    (
        Level("same", "middle_names_l = middle_names_r", 0.93, 0.012),
        Level(
            "close, an initial or one of several",
            "((len(middle_names_l) = 1 OR len(middle_names_r) = 1) AND middle_names_l[1] = middle_names_r[1]) OR "
            f"{_close('middle_names_l', 'middle_names_r')} OR list_has_any(string_split(middle_names_l, ' '), "
            "string_split(middle_names_r, ' '))",
            0.05,
            0.02,
        ),
        Level("unlike", ELSE, 0.02, 0.968),
    ),
)

DAYS_IN_FIVE_YEARS = 1826

DATE_OF_BIRTH = Comparison(
    "date_of_birth",
    "dob_l IS NULL OR dob_r IS NULL",
    (
        # 1 January is over-represented: it is what people type for 'some time that year'.
        Level("same, 1 January", "dob_text_l = dob_text_r AND dob_text_l[5:] = '0101'", 0.008, 2e-6),
        Level("same", "dob_text_l = dob_text_r", 0.94, 5e-5),
        Level("same through an alias date", _shared("dobs"), 0.017, 5e-6),
        Level("day and month exchanged", "dob_swapped_l = dob_text_r", 0.004, 2.5e-5),
        Level(
            "one character apart, within five years",
            f"abs(date_diff('day', dob_l, dob_r)) <= {DAYS_IN_FIVE_YEARS} "
            "AND damerau_levenshtein(dob_text_l, dob_text_r) = 1",
            0.017,
            1e-3,
        ),
        Level("within five years", f"abs(date_diff('day', dob_l, dob_r)) <= {DAYS_IN_FIVE_YEARS}", 0.01, 0.18),
        Level("further apart", ELSE, 0.004, 0.82),
    ),
)

MANY_POSTCODES = 4
"""From so many postcodes on a record, sharing one of them says less: a person who moves often meets many others."""

POSTCODE = Comparison(
    "postcode",
    _empty("postcodes"),
    (
        Level(
            "one shared, of few",
            f"{_shared('rare_postcodes')} AND len(postcodes_l) < {MANY_POSTCODES} "
            f"AND len(postcodes_r) < {MANY_POSTCODES}",
            0.65,
            2e-5,
        ),
        Level("one shared, of many", _shared("rare_postcodes"), 0.05, 1e-5),
        Level("one shared, where many people live", _shared("postcodes"), 0.008, 1e-5),
        Level("district shared", _shared("outcodes"), 0.092, 0.003),
        Level("none shared", ELSE, 0.2, 0.997),
    ),
)

SEX = Comparison(
    "sex",
    "sex_l IS NULL OR sex_r IS NULL",
    (Level("same", "sex_l = sex_r", 0.998, 0.85), Level("different", ELSE, 0.002, 0.15)),
)

IDENTIFIER_U = 1e-7
"""Share of pairs of two people who yet hold one valid identifier: another person's number written down by mistake.

Sampling cannot see so rare an event. At most one record in a thousand bears another person's number, and that number is
then shared with a few records of some hundred thousand or more, which is of this order.
"""

IDENTIFIERS = tuple(
    Comparison(
        kind,
        # The scalar is named beside the list so that training on pairs that share it leaves this comparison out.
        f"{kind}_l IS NULL OR {kind}_r IS NULL",
        (
            Level("one shared", f"{kind}_l = {kind}_r OR {_shared(kind + 's')}", 0.96, IDENTIFIER_U),
            Level("all different", ELSE, 0.04, 1 - IDENTIFIER_U),
        ),
    )
    for kind in IDENTIFIER_KINDS
)

CROSSED = "list_has_any(pnc_serials_l, cro_serials_r) OR list_has_any(cro_serials_l, pnc_serials_r)"

POLICE_SERIAL = Comparison(
    "police_serial",
    f"NOT ({CROSSED})",
    (
        # One true pair in twenty shows it; two people show it where year and serial happen to agree, or by mistake.
        Level("number of one kind in the other's field", CROSSED, 0.046, 1e-5),
        Level("not crossed", ELSE, 0.954, 1 - 1e-5),
    ),
    fixed=True,
)

MANY_SENTENCES = 4
"""From so many dates of sentence on a record, sharing one of them says less: courts sentence many on one day."""

SENTENCE_DATE = Comparison(
    "sentence_date",
    _empty("sentence_dates"),
    (
        Level(
            "one shared, of few",
            f"{_shared('sentence_dates')} AND len(sentence_dates_l) < {MANY_SENTENCES} "
            f"AND len(sentence_dates_r) < {MANY_SENTENCES}",
            0.65,
            1e-3,
        ),
        Level("one shared, of many", _shared("sentence_dates"), 0.05, 1e-3),
        Level("none shared", ELSE, 0.3, 0.999),
    ),
)

CONTACT_POINT = Comparison(
    "contact_point",
    _empty("contacts"),
    (
        Level("one shared", _shared("contacts"), 0.5, 1e-5),
        Level("none shared", ELSE, 0.5, 1 - 1e-5),
    ),
)

TWIN_FORENAMES_CLOSE = 0.9
"""Jaro-Winkler similarity below which forenames are unlike in the twin table of the production justice model."""

_SHARED_PHONE = "list_has_any(list_filter(contacts_l, lambda c: starts_with(c, 'phone:')), contacts_r)"
_SAME_HOUSEHOLD = f"({_shared('postcodes')} OR {_shared('sentence_dates')} OR {_SHARED_PHONE})"
_NO_IDENTIFIER_AGREES = " AND ".join(f"NOT {_shared(kind + 's')}" for kind in IDENTIFIER_KINDS)
_SOME_IDENTIFIER_DIFFERS = " OR ".join(f"(len({kind}s_l) > 0 AND len({kind}s_r) > 0)" for kind in IDENTIFIER_KINDS)


def _some_close(ones: str, others: str) -> str:
    close = _close("a", "b", TWIN_FORENAMES_CLOSE)
    return f"len(list_filter({ones}, lambda a: len(list_filter({others}, lambda b: {close})) > 0)) > 0"


_GIVEN_NAMES_CLOSE = f"({_some_close('forenames_l', 'given_names_r')} OR {_some_close('forenames_r', 'given_names_l')})"
PARENT_YEARS = 15
"""Years between two dates of birth from which two people of one name at one address may be parent and child."""

_PREFIX = "MOHAMMED"
"""A forename that is often given for blessing, with the second name in daily use; as `forename_v` has it."""

_OTHER_NAME_IN_USE = (
    f"(forename_v_l = '{_PREFIX}' AND forename_v_r = '{_PREFIX}' AND middle_names_l IS NOT NULL"
    " AND middle_names_r IS NOT NULL AND NOT list_has_any(string_split(middle_names_l, ' '),"
    f" string_split(middle_names_r, ' ')) AND NOT {_close('middle_names_l', 'middle_names_r')})"
)
_SAME_FAMILY_NAME = f"({_shared('surnames')} OR {SURNAME_CLOSE})"
_TWINS = (
    f"{_SAME_FAMILY_NAME} AND {_shared('dobs')} AND ({_SAME_HOUSEHOLD} OR {_shared('outcodes')})"
    f" AND {_NO_IDENTIFIER_AGREES} AND ({_OTHER_NAME_IN_USE} OR (forename_v_l <> forename_v_r"
    f" AND NOT {FORENAME_AMONG_GIVEN} AND (({_SOME_IDENTIFIER_DIFFERS}) OR NOT {_GIVEN_NAMES_CLOSE})))"
)
_PARENT_AND_CHILD = (
    f"({FORENAME_CLOSE} AND {SURNAME_CLOSE} OR name_sorted_l = name_sorted_r)"
    f" AND abs(date_diff('year', dob_l, dob_r)) >= {PARENT_YEARS}"
    f" AND {_SAME_HOUSEHOLD} AND NOT {_shared('dobs')} AND {_NO_IDENTIFIER_AGREES}"
)

_RELATIVES = (
    f"{_SAME_FAMILY_NAME} AND {_SAME_HOUSEHOLD} AND NOT {_shared('dobs')} AND {_NO_IDENTIFIER_AGREES}"
    f" AND (({_OTHER_NAME_IN_USE}) OR (NOT {FORENAME_AMONG_GIVEN} AND NOT {_GIVEN_NAMES_CLOSE}))"
)

KINSHIP = Comparison(
    "kinship",
    " AND ".join(f"NOT coalesce({kin}, false)" for kin in (_TWINS, _PARENT_AND_CHILD, _RELATIVES)),
    (
        Level("possible twins", _TWINS, 0.001, 0.004),
        Level("possible parent and child", _PARENT_AND_CHILD, 0.001, 0.003),
        Level("possible relatives", ELSE, 0.001, 0.002),
    ),
    fixed=True,
)
"""Twins, parent and child of one name, and others of one household agree on what families share, so the weights of
those fields, which assume independence, mislead. The small weight here is not the point: scoring holds the weight of
such a pair below every linking threshold, where it is seen as a near miss. A pair without the signs gets nothing."""

COMPARISONS: tuple[Comparison, ...] = (
    NAME,
    MIDDLE_NAMES,
    DATE_OF_BIRTH,
    POSTCODE,
    SEX,
    *IDENTIFIERS,
    POLICE_SERIAL,
    SENTENCE_DATE,
    CONTACT_POINT,
    KINSHIP,
)
"""In the order of the evidence."""
