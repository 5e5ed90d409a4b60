"""How names are compared: the levels of NAME and MIDDLE_NAMES.

What a word may stand for was read when features were made; here only texts, flags and short lists meet. The cheap
questions stand first in every condition, so that a pair which fails them pays for no other.
"""

from types import MappingProxyType

from linkage_models.nominal.model.comparison import Comparison, Level, of_households
from linkage_models.nominal.model.condition import (
    both,
    condition,
    either,
    equal,
    lacking,
    no,
    shared,
)
from linkage_models.nominal.model.names_alike import (
    ALIAS_NEAR,
    AMONG_GIVEN,
    FORENAME_NEAR,
    INITIALS_FIT,
    MAIN_NAME_SHARED,
    MIDDLES_FIT,
    NEAR_EXCHANGED,
    ONE_NAME,
    OTHERS_CONTRADICT,
    SAME_WORDS,
    SEXES_AGREE,
    SHORT_FORM,
    SINGLE,
    SINGLE_NEAR,
    SURNAME_NEAR,
    SURNAME_SAME_OR_NEAR,
    SURNAME_SHARED,
    if_so,
    near,
    of_several,
    somewhat,
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

NAME = Comparison(
    "name",
    condition("(forename_l IS NULL AND surname_l IS NULL) OR (forename_r IS NULL AND surname_r IS NULL)"),
    (
        Level(
            "same surname and first given name, the other given names contradict",
            OTHERS_CONTRADICT,
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
            SAME_WORDS,
            0.025,
            5e-6,
            "full_name",
            0.5,
            family=ALIKE,
        ),
        Level(
            "close forename and surname",
            either(both(either(equal("forename_v"), FORENAME_NEAR), SURNAME_SAME_OR_NEAR), NEAR_EXCHANGED),
            0.05,
            1e-5,
            "full_name",
            0.5,
            family=CLOSE,
        ),
        Level(
            "same through an alias",
            both(
                of_several("full_names", 1),
                either(shared("full_names"), both(SEXES_AGREE, ALIAS_NEAR)),
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
            both(SINGLE, shared("name_words")),
            0.015,
            2e-4,
            "surname_v",
            0.5,
            family=SURNAME,
        ),
        Level("one has a single name, close to one of the other's", both(SINGLE, SINGLE_NEAR), 0.002, 1e-4),
        Level("one has a single name, unlike the other's", SINGLE, 0.001, 2e-2),
        Level(
            "same surname, one forename stands for the other",
            both(SURNAME_SAME_OR_NEAR, SHORT_FORM),
            0.02,
            6e-6,
            "full_name",
            0.5,
            family=ALIKE,
        ),
        Level(
            "same surname, initials that fit",
            both(INITIALS_FIT, SURNAME_SAME_OR_NEAR),
            0.01,
            2e-6,
            "surname_v",
            0.5,
            family=ALIKE,
        ),
        Level(
            "surname shared, forename among the other's given names",
            both(either(SURNAME_SHARED, SURNAME_NEAR), AMONG_GIVEN),
            0.015,
            4e-5,
            "surname_v",
            0.5,
            family=ALIKE,
        ),
        Level(
            "same surname, forename somewhat close",
            both(equal("surname_v"), SEXES_AGREE, somewhat("forename_v_l", "forename_v_r")),
            0.006,
            3e-5,
            "surname_v",
            0.5,
            family=SIMILAR,
        ),
        Level("same surname only", equal("surname_v"), 0.005, 2e-3, "surname_v", 0.5, family=SURNAME),
        Level(
            "a surname shared, one close or an alias",
            either(SURNAME_SHARED, SURNAME_NEAR),
            0.003,
            2e-3,
            family=ALIKE,
        ),
        Level("same forename only", equal("forename_v"), 0.01, 8e-3, "forename_v", 0.5),
        Level("forename among the other's given names", AMONG_GIVEN, 0.004, 1e-2),
        Level(
            "one name alike, in either field",
            either(
                MAIN_NAME_SHARED,
                FORENAME_NEAR,
                near("forename_v_l", "surname_v_r"),
                near("surname_v_l", "forename_v_r"),
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
                if_so(condition("generation_l IS NOT NULL AND generation_r IS NOT NULL")),
                ONE_NAME,
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

_AMONG_GIVEN_OTHERWISE = both(condition("forename_v_l <> forename_v_r"), AMONG_GIVEN)

MIDDLE_NAMES = Comparison(
    "middle_names",
    # What the name comparison has weighed is not weighed a second time: a middle name that is the other's forename, and
    # given names that contradict beside one forename and surname.
    either(lacking("middle_names"), if_so(_FORENAME_IS_MIDDLE), if_so(_AMONG_GIVEN_OTHERWISE), OTHERS_CONTRADICT),
    (
        Level("same", equal("middle_names"), 0.93, 0.012),
        Level("close, an initial or one of several", MIDDLES_FIT, 0.05, 0.02),
        Level("unlike", None, 0.02, 0.968),
    ),
    alike="forename_v",
)
