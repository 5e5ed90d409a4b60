"""What a name origin is: its forenames, surnames, ethnicity and nationality, and how one table of words is read."""

from dataclasses import dataclass
from itertools import product


def words(text: str) -> tuple[str, ...]:
    """Split a table of names; an underscore stands for a space inside a name."""
    return tuple(word.replace("_", " ") for word in text.split())


def composed(roots: str, endings: str) -> tuple[str, ...]:
    """Every root with every ending, as surnames grow in most languages; doubled letters at the joint are merged."""
    made = []
    for root, ending in product(words(roots), words(endings)):
        stem = root[:-1] if root[-1].lower() == ending[0].lower() else root
        made.append(stem + ending)
    return tuple(dict.fromkeys(made))


@dataclass(frozen=True, slots=True)
class Surnames:
    """Surnames of one origin: a head in order of frequency, and a long tail that shares the remaining mass.

    Attributes:
        head: the commonest names, most frequent first.
        tail: rarer names, in no particular order.
        head_mass: share of people who bear a name of the head.
    """

    head: tuple[str, ...]
    tail: tuple[str, ...] = ()
    head_mass: float = 0.55


@dataclass(frozen=True, slots=True)
class Origin:
    """One name origin.

    Attributes:
        key: the name in `truth/person.csv`.
        share: share of the population.
        case_share: share of terrorist-risk cases.
        male: forenames of men, most frequent first.
        female: forenames of women, most frequent first.
        surnames: surnames, in the masculine form if there are two.
        ethnicity: (16+1 code, share) pairs.
        places: (place of birth, nationality, share) triples.
        feminine: endings of surnames that change for women, (masculine, feminine) pairs, the first that fits wins.
        female_surnames: surnames that women bear in place of the family's, and the share who do.
        male_surnames: the same for men.
        patronymic: whether the middle name is a father's forename.
        two_surnames: share of people with two surnames.
        joiner: what stands between two surnames.
        mononym: share of people with one name only.
        mohammed: share of men whose first name is of the Mohammed group, the second being in daily use.
        kunya: share of men with an "Abu X" among their aliases.
        cyrillic: whether papers from home are in Cyrillic letters.
    """

    key: str
    share: float
    case_share: float
    male: tuple[str, ...]
    female: tuple[str, ...]
    surnames: Surnames
    ethnicity: tuple[tuple[str, float], ...]
    places: tuple[tuple[str, str, float], ...]
    feminine: tuple[tuple[str, str], ...] = ()
    female_surnames: tuple[tuple[str, ...], float] = ((), 0.0)
    male_surnames: tuple[tuple[str, ...], float] = ((), 0.0)
    patronymic: bool = False
    two_surnames: float = 0.0
    joiner: str = " "
    mononym: float = 0.0
    mohammed: float = 0.0
    kunya: float = 0.0
    cyrillic: bool = False
