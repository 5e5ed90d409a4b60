"""Families in the population: who shares a name and an address, twins, and fathers with sons of the same name."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from sample_data.codes import Bools, Ints, day
from sample_data.names.index import NO_NAME, NameIndex
from sample_data.people import MALE, YEAR, YOUNGEST, People
from sample_data.places import draw_addresses

_TWIN, _NAMESAKE, _SIBLING, _CHILD, _SPOUSE = range(5)
_RENAMINGS = 3
"""How often a family is searched for forenames that occur twice; what is left then is as rare as in real life."""


@dataclass(frozen=True, slots=True)
class Families:
    """How many people are whose relatives.

    Attributes:
        share: share of people who are somebody's relative.
        shares: shares of twins, namesakes, siblings, children and spouses among them.
        heads: people whose relatives they are, for each of them.
        moved: share of relatives who live elsewhere.
    """

    share: float = 0.24
    shares: tuple[float, float, float, float, float] = (0.045, 0.02, 0.42, 0.3, 0.215)
    heads: float = 0.7
    moved: float = 0.3


USUAL_FAMILIES = Families()

Family = tuple[Ints, Ints, Ints]
"""Rows of relatives, the row of the person each is a relative of, and how."""


def draw_relatives(rng: np.random.Generator, people: People, families: Families) -> Family:
    """Choose who is whose relative, and give relatives what they share before anyone has a name."""
    order = rng.permutation(len(people))
    members = order[: int(len(people) * families.share)]
    rest = order[len(members) :]
    if not len(rest):
        return members[:0], members[:0], members[:0]
    heads = rest[
        (rng.random(len(members)) * min(len(rest), max(1, int(len(members) * families.heads)))).astype(np.int64)
    ]
    relation = np.searchsorted(np.cumsum(families.shares), rng.random(len(members))).clip(max=_SPOUSE)
    # One son at most is his father's namesake.
    again = np.ones(len(members), dtype=bool)
    again[np.unique(np.where(relation == _NAMESAKE, heads, -1), return_index=True)[1]] = False
    relation = np.where((relation == _NAMESAKE) & again, _SIBLING, relation)
    # Set before names are drawn: relatives share an origin, and a name depends on origin and sex.
    people.copy_fields(members, heads, ("origin", "home"))
    twin, namesake, spouse = relation == _TWIN, relation == _NAMESAKE, relation == _SPOUSE
    alike = (twin & (rng.random(len(members)) < 0.75)) | namesake
    people.sex[members[alike]] = people.sex[heads[alike]]
    people.sex[members[spouse]] = 1 - people.sex[heads[spouse]]
    people.in_family[members] = True
    people.in_family[heads] = True
    return members, heads, relation


def relate(
    rng: np.random.Generator,
    names: NameIndex,
    people: People,
    family: Family,
    today: date,
    families: Families,
) -> None:
    """Give relatives the names, dates of birth and addresses that go with how they are related."""
    members, heads, relation = family
    namesake = relation == _NAMESAKE
    apart = rng.integers(300, 3900, len(members)) * rng.choice(np.array([-1, 1]), len(members))
    generation = (rng.uniform(17.0, 38.0, len(members)) * YEAR).astype(np.int64)
    birth = people.birth[heads]
    # A child who would be too young to be known to any system is the parent instead.
    too_young = birth + generation > day(today) - YOUNGEST * YEAR
    people.birth[members] = np.select(
        [relation == _TWIN, relation == _SIBLING, relation == _SPOUSE],
        [birth, birth + apart, birth + apart],
        default=np.where(too_young, birth - generation, birth + generation),
    )
    same_sex = people.sex[members] == people.sex[heads]
    shares_name = same_sex | ~_has_feminine(names, people.origin[members])
    # Where women's surnames differ from men's (Kaur and Singh, -ova and -ov), a relative of the other sex keeps hers.
    takes = np.flatnonzero(shares_name)
    people.copy_fields(members[takes], heads[takes], ("surname", "second_surname"))
    son = np.flatnonzero(namesake & same_sex & (people.sex[members] == MALE))
    people.copy_fields(members[son], heads[son], ("forename",))
    twin = np.flatnonzero(relation == _TWIN)
    people.twin_of[members[twin]] = heads[twin]
    people.twin_of[heads[twin]] = members[twin]
    _give_each_a_forename(names, people, members, heads, namesake)
    moved = rng.random(len(members)) < families.moved
    people.home[members[moved]] = draw_addresses(rng, int(moved.sum()))


def _give_each_a_forename(names: NameIndex, people: People, members: Ints, heads: Ints, namesake: Bools) -> None:
    """Rename relatives who share a forename, in any spelling, unless one is a parent's namesake."""
    for _ in range(_RENAMINGS):
        row = np.concatenate([np.unique(heads), members])
        family = np.concatenate([np.unique(heads), heads])
        may_change = np.concatenate([np.zeros(len(row) - len(members), dtype=bool), ~namesake])
        called = names.called[people.forename[row]]
        order = np.lexsort((may_change, called, family))
        row, family, may_change, called = row[order], family[order], may_change[order], called[order]
        repeats = np.r_[False, (family[1:] == family[:-1]) & (called[1:] == called[:-1])]
        again = row[repeats & may_change & (people.forename[row] != NO_NAME)]
        people.forename[again] = _another_forename(names, people, again)


def _has_feminine(names: NameIndex, origin: Ints) -> Bools:
    table = np.array(
        [bool(o.origin.feminine or o.origin.female_surnames[0] or o.origin.male_surnames[0]) for o in names.origins]
    )
    return np.asarray(table[origin])


def _another_forename(names: NameIndex, people: People, rows: Ints) -> Ints:
    chosen = people.forename[rows].copy()
    for position, row in enumerate(rows):
        table = names.origins[people.origin[row]]
        pool = (table.male if people.sex[row] == MALE else table.female).names
        at = int(np.flatnonzero(pool == chosen[position])[0]) if (pool == chosen[position]).any() else 0
        others = np.roll(pool, -at - 1)
        chosen[position] = others[np.argmax(names.called[others] != names.called[chosen[position]])]
    return chosen
