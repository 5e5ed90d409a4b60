"""The comparisons of the model: as data: when a field agrees, agrees in part, or disagrees.

Each level carries starting values of m (its share among pairs of one person) and u (among pairs of two people). They
come from the published parameters of the production justice model where it gives them (`domain` section 4) and are
judgements elsewhere; training replaces them wherever its data shows the level, and they stand where it does not.
"""

from functools import cache

from linkage_models.nominal.model.comparison import Comparison, Level, of_households
from linkage_models.nominal.model.condition import (
    SIDES,
    Condition,
    alike,
    both,
    call,
    condition,
    either,
    either_way,
    empty,
    equal,
    how_many,
    known,
    lacking,
    no,
    shared,
    some_pair,
)
from linkage_models.nominal.model.dates import DATE_OF_BIRTH
from linkage_models.nominal.model.names import GENERATION, MIDDLE_NAMES, NAME
from linkage_models.standardise.identifiers import IDENTIFIER_KINDS

MANY_POSTCODES = 4
"""From so many postcodes on a record, sharing one of them says less: a person who moves often meets many others."""

_FEW_POSTCODES = condition(f"len(postcodes_l) < {MANY_POSTCODES} AND len(postcodes_r) < {MANY_POSTCODES}")

_POSTCODE_NEAR = condition(
    "(postcode_l[:2] = postcode_r[:2] OR (len(unit_postcodes_l) = 0 AND len(unit_postcodes_r) = 0))"
    " AND damerau_levenshtein(postcode_l, postcode_r) = 1"
)

POSTCODE = of_households(
    Comparison(
        "postcode",
        empty("outcodes"),
        (
            Level("one shared, of few", both(shared("postcodes"), _FEW_POSTCODES), 0.65, 2e-5),
            Level("one shared, of many", shared("postcodes"), 0.05, 1e-5),
            Level(
                "two characters exchanged",
                both(_POSTCODE_NEAR, condition("levenshtein(postcode_l, postcode_r) = 2")),
                0.01,
                1e-5,
            ),
            Level("one character apart", _POSTCODE_NEAR, 0.01, 1e-4),
            Level("district shared", shared("outcodes"), 0.092, 0.003),
            Level("none shared", None, 0.2, 0.997),
        ),
    ),
    (0.6, 0.06, 0.005, 0.005, 0.08, 0.25),
)

SEX = Comparison(
    "sex",
    lacking("sex"),
    (Level("same", equal("sex"), 0.998, 0.85), Level("different", None, 0.002, 0.15)),
)

LINES_ALIKE = 0.92
"""Jaro-Winkler similarity from which two lines or parts of an address are one."""


def _words_shared(bits: int) -> Condition:
    """Return the condition that the words two addresses share are together as rare as one in `2 ** bits`."""
    common = "list_intersect(address_tokens_l, address_tokens_r)"
    rarity = f"list_sum(list_transform({common}, lambda t: t[:2]::INTEGER))"
    return both(shared("address_tokens"), condition(f"{rarity} >= {bits}"))


def _parts_alike(least: int) -> Condition:
    """Return the condition that so many parts of each of two addresses are close to a part of the other."""
    return both(
        *(
            how_many(f"address_parts_{one}", f"address_parts_{other}", alike("a", "b", LINES_ALIKE)) >= least
            for one, other in SIDES
        )
    )


ADDRESS = of_households(
    Comparison(
        "address",
        # Where a full postcode is shared, its dozen or so doors say little that the postcode has not.
        either(empty("address_tokens"), shared("unit_postcodes")),
        (
            Level("words shared that one in a billion would share", _words_shared(30), 0.3, 2e-7),
            Level("words shared that one in four million would share", _words_shared(22), 0.15, 1e-6),
            Level("words shared that one in a hundred thousand would share", _words_shared(17), 0.1, 2e-5),
            Level("two parts alike", _parts_alike(2), 0.1, 1e-4),
            Level("words shared that one in two thousand would share", _words_shared(11), 0.1, 1e-3),
            Level(
                "first lines alike",
                both(
                    condition(
                        "address_line_l <> address_line_r"
                        " AND (len(common_addresses_l) = 0 OR len(common_addresses_r) = 0)"
                    ),
                    alike("address_line_l", "address_line_r", LINES_ALIKE),
                ),
                0.05,
                1e-4,
            ),
            Level("a part alike", _parts_alike(1), 0.05, 1e-2),
            Level("a word shared", shared("address_tokens"), 0.05, 1e-2),
            Level("nothing alike", None, 0.1, 0.98),
        ),
    ),
    (0.3, 0.12, 0.08, 0.08, 0.06, 0.04, 0.04, 0.05, 0.23),
)
"""Words of the addresses and whole parts of them, by how rare they are together. Words of one place go together, so a
level's u is counted among pairs of records and not taken from the rarity."""

HOUSE_NUMBER = of_households(
    Comparison(
        "house_number",
        either(empty("house_numbers"), shared("unit_postcodes")),
        (
            Level("one shared", shared("house_numbers"), 0.7, 0.015),
            Level("none shared", None, 0.3, 0.985),
        ),
    ),
    (0.7, 0.3),
)

BIRTH_PLACE = of_households(
    Comparison(
        "birth_place",
        lacking("birth_place"),
        (
            Level("same", equal("birth_place"), 0.9, 0.05),
            Level("different", None, 0.1, 0.95),
        ),
        alike="surname_v",
    ),
    (0.5, 0.5),
)

IDENTIFIER_U = 1e-7
"""Share of pairs of two people who yet hold one valid identifier: another person's number written down by mistake.

Sampling cannot see so rare an event. At most one record in a thousand bears another person's number, and that number is
then shared with a few records of some hundred thousand or more, which is of this order.
"""

IDENTIFIER_NEAR_U = 1e-5
"""Share of pairs of two people with numbers one character apart: of seven digits, some sixty in ten million."""

IDENTIFIER_SHARED = "a number shared"
"""The level by which an identifier's comparison is known."""

GIVEN_IN_ROW = ("noms", "crn", "visor")
"""Kinds of identifier without a check letter that an office gives out one after the other."""


def identifier(kind: str) -> Comparison:
    """Return the comparison of the identifiers of one kind: every value of one record with every value of the other.

    A value that fails its check is never 'shared' and never 'different': it may only be a slip of a valid one. Two
    valid numbers that were given out in a row, so that only their ends differ, are two numbers and no slip: brothers
    who came in together have such.
    """
    slip = condition("damerau_levenshtein(a, b) = 1")
    if kind in GIVEN_IN_ROW:
        slip = both(condition("a[:-3] <> b[:-3]"), slip)
    near = either(
        *(
            some_pair(f"{kind}_{ones}_l", f"{kind}_{others}_r", slip)
            for ones, others in (("ids", "texts"), ("texts", "ids"))
        )
    )
    compared = Comparison(
        kind,
        both(empty(f"{kind}_ids"), no(known(near))),
        (
            Level(IDENTIFIER_SHARED, shared(f"{kind}_ids"), 0.94, IDENTIFIER_U, u_stated=True),
            Level("one character apart", near, 0.02, IDENTIFIER_NEAR_U),
            Level("all different", None, 0.04, 1 - IDENTIFIER_U - IDENTIFIER_NEAR_U),
        ),
    )
    # Relatives use each other's numbers, and are given numbers in a row.
    return of_households(compared, (1e-4, 1e-3, 1 - 1e-4 - 1e-3))


CROSSED = either_way(lambda one, other: call("list_has_any", f"pnc_serials_{one}", f"cro_serials_{other}"))

POLICE_SERIAL = Comparison(
    "police_serial",
    no(CROSSED),
    (
        # One true pair in twenty shows it; two people show it where year and serial happen to agree, or by mistake.
        Level("number of one kind in the other's field", CROSSED, 0.046, 1e-5),
        Level("not crossed", None, 0.954, 1 - 1e-5),
    ),
    fixed=True,
)

MANY_SENTENCES = 4
"""From so many dates of sentence on a record, sharing one of them says less: courts sentence many on one day."""

SENTENCE_DATE = of_households(
    Comparison(
        "sentence_date",
        empty("sentence_dates"),
        (
            Level(
                "one shared, of few",
                both(
                    shared("sentence_dates"),
                    condition(f"len(sentence_dates_l) < {MANY_SENTENCES} AND len(sentence_dates_r) < {MANY_SENTENCES}"),
                ),
                0.65,
                1e-3,
            ),
            Level("one shared, of many", shared("sentence_dates"), 0.05, 1e-3),
            Level("none shared", None, 0.3, 0.999),
        ),
    ),
    (0.05, 0.01, 0.94),
)

CONTACT_POINT = of_households(
    Comparison(
        "contact_point",
        empty("contacts"),
        (
            Level("one shared", shared("contacts"), 0.5, 1e-5),
            Level(
                "an e-mail address one or two characters apart",
                both(
                    condition("abs(len(email_l) - len(email_r)) <= 2"),
                    condition("damerau_levenshtein(email_l, email_r) <= 2"),
                ),
                0.03,
                1e-6,
            ),
            Level("what is before the @ shared", equal("email_name"), 0.02, 1e-5),
            Level("what is before the @ alike", alike("email_name_l", "email_name_r", LINES_ALIKE), 0.03, 1e-4),
            Level(
                "a telephone number one digit apart", condition("damerau_levenshtein(phone_l, phone_r) = 1"), 0.02, 1e-5
            ),
            Level("none shared", None, 0.4, 1 - 2e-4),
        ),
    ),
    (0.4, 0.005, 0.005, 0.01, 0.01, 0.57),
)


@cache
def comparisons(kinds: tuple[str, ...] = IDENTIFIER_KINDS) -> tuple[Comparison, ...]:
    """Return the comparisons of the model, in the order of the evidence.

    Args:
        kinds: the kinds of identifier to compare, each on its own.
    """
    return (
        NAME,
        GENERATION,
        MIDDLE_NAMES,
        DATE_OF_BIRTH,
        POSTCODE,
        ADDRESS,
        HOUSE_NUMBER,
        BIRTH_PLACE,
        SEX,
        *(identifier(kind) for kind in kinds),
        POLICE_SERIAL,
        SENTENCE_DATE,
        CONTACT_POINT,
    )
