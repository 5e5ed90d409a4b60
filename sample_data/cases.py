"""Terrorist-risk cases: who they are, what is true of each, and which gaps are planted in which of them.

Every system that holds a case agrees on it; a plant is one deliberate departure from that.
"""

from dataclasses import dataclass, field

import numpy as np

from sample_data.codes import CTNM, FOREVER, NDELIUS, NO_DAY, NOMIS, OASYS, PNC, RMS, SYSTEMS, VISOR, Ints
from sample_data.names.index import NameIndex
from sample_data.people import FEMALE, People
from sample_data.records import Membership

CASE_SHARE, MOST_CASES = 0.014, 250
"""Cases by size of the population: enough of them in a small sample, as few as in life in a large one."""

PRISON, LICENCE, SUSPECT, POLICE, REMAND = "prison", "licence", "suspect", "police", "remand"
_PROFILES: tuple[tuple[str, float], ...] = (
    (PRISON, 0.42), (LICENCE, 0.26), (SUSPECT, 0.13), (POLICE, 0.11), (REMAND, 0.08),
)  # fmt: skip
_SYSTEMS: dict[str, tuple[int, ...]] = {
    PRISON: (PNC, CTNM, VISOR, NOMIS, NDELIUS),
    LICENCE: (PNC, CTNM, VISOR, NOMIS, NDELIUS),
    SUSPECT: (PNC, CTNM, NOMIS, NDELIUS),
    POLICE: (PNC, RMS, CTNM),
    REMAND: (PNC, NOMIS, NDELIUS),
}
LISTS_ALIASES = (PNC, RMS, CTNM, VISOR, NOMIS, NDELIUS)
_LISTS_DATES = (PNC, RMS, CTNM, NOMIS, NDELIUS)


@dataclass(frozen=True, slots=True)
class Plant:
    """A gap put there on purpose: seen from one night to another."""

    rule: str
    matter: str
    first_night: int = 1
    last_night: int = FOREVER


@dataclass(frozen=True, slots=True)
class KnownAs:
    """An alias, and the systems that list it.

    Attributes:
        systems: the systems that list it.
        name: another (forename, surname).
        birth: another date of birth.
        own: whether it is the person's own alias from the population, in place of `name`.
    """

    systems: tuple[int, ...]
    name: tuple[str, str] | None = None
    birth: int = NO_DAY
    own: bool = False


@dataclass(slots=True)
class Case:
    """One terrorist-risk case: what is true, and what each system is allowed to know.

    Days are counted from 1970-01-01, `NO_DAY` if there is none. Nights are ranges of (first, last).

    Attributes:
        row: row of the person in the chunk.
        profile: how the person is held.
        systems: the systems that hold the person.
        level: MAPPA level.
        alert_level: level that the prison's alert shows.
        xtact: nights on which the terrorism alert is active.
        rtao: nights on which the terrorism registration is open.
        release: true release date, as the prison holds it.
        probation_release: what probation expects.
        ctnm_release: nights on which CTNM holds the date.
        known_as: other names and dates.
        details: (contact kind, which one of the person's) that probation and CTNM hold.
        withheld: categories of details that CTNM does not know.
        new_address_night: night from which probation holds one more address that CTNM does not know, 0 for never.
        plants: the gaps planted.
    """

    row: int
    profile: str
    systems: set[int]
    level: int
    alert_level: int
    xtact: tuple[int, int]
    rtao: tuple[int, int]
    release: int
    probation_release: int
    ctnm_release: tuple[int, int]
    known_as: list[KnownAs] = field(default_factory=list)
    details: list[tuple[int, int]] = field(default_factory=list)
    withheld: set[str] = field(default_factory=set)
    new_address_night: int = 0
    plants: list[Plant] = field(default_factory=list)

    @property
    def terrorist_sentence(self) -> bool:
        """Whether the person was sentenced for a terrorist offence."""
        return self.profile in {PRISON, LICENCE}

    @property
    def managed(self) -> bool:
        """Whether the person is under MAPPA category 4 in probation."""
        return self.terrorist_sentence and NDELIUS in self.systems

    @property
    def in_custody(self) -> bool:
        """Whether the person is in prison now."""
        return self.profile in {PRISON, SUSPECT, REMAND}


ALWAYS = (1, FOREVER)
NEVER = (0, -1)


def choose_cases(rng: np.random.Generator, names: NameIndex, people: People, total: int) -> Ints:
    """Choose the rows of the people who are cases: grown up, not of a family in the sample, mostly men."""
    wanted = min(round(CASE_SHARE * total), MOST_CASES)
    share = np.array([table.origin.case_share / table.origin.share for table in names.origins])
    weight = share[people.origin] * np.where(people.sex == FEMALE, 0.3, 1.0)
    age = (people.birth.max() - people.birth) / 365.25
    weight = np.where(people.in_family | (people.forename < 0) | (age < 5) | (age > 50), 0.0, weight)
    wanted = min(wanted, int((weight > 0).sum()))
    if not wanted:
        return np.zeros(0, dtype=np.int64)
    return np.sort(rng.choice(len(people), wanted, replace=False, p=weight / weight.sum()))


def draw_cases(rng: np.random.Generator, people: People, rows: Ints, today: int) -> list[Case]:
    """Draw what is true of the case of each of these people, with no gap in it."""
    kinds = [profile for profile, _ in _PROFILES]
    shares = np.array([share for _, share in _PROFILES])
    # Profiles are dealt out in their shares, so that even a small sample has some of each.
    dealt = np.repeat(np.arange(len(kinds)), np.ceil(shares * len(rows)).astype(np.int64))
    dealt = rng.permutation(rng.permutation(dealt)[: len(rows)])
    return [_draw_case(rng, people, int(row), kinds[kind], today) for row, kind in zip(rows, dealt, strict=True)]


def _draw_case(rng: np.random.Generator, people: People, row: int, profile: str, today: int) -> Case:
    systems = set(_SYSTEMS[profile])
    if rng.random() < 0.75:
        systems.add(RMS)
    if NDELIUS in systems and rng.random() < 0.8:
        systems.add(OASYS)
    level = int(rng.integers(1, 4))
    if profile == LICENCE:
        release = today - int(rng.integers(60, 900))
    elif profile in {POLICE, REMAND}:
        release = NO_DAY
    else:
        release = today + int(rng.integers(200, 2500))
        if rng.random() < 0.2:
            release = today + int(rng.integers(8, 25))
    # A release on a weekend is brought forward, and not every system says so: a day's difference is no gap.
    near = int(rng.random() < 0.2) if release != NO_DAY else 0
    case = Case(
        row=row,
        profile=profile,
        systems=systems,
        level=level,
        alert_level=level,
        xtact=NEVER if profile == POLICE else ALWAYS,
        rtao=NEVER if profile == POLICE else ALWAYS,
        release=release,
        probation_release=release + near,
        ctnm_release=ALWAYS if release != NO_DAY else NEVER,
    )
    case.details = [(0, 0)]
    case.details += [(kind, 0) for kind, share in ((1, 0.4), (2, 0.5), (3, 0.4)) if rng.random() < share]
    if rng.random() < 0.3:
        case.details.append((0, 1))
    _draw_aliases(rng, people, case)
    return case


def _draw_aliases(rng: np.random.Generator, people: People, case: Case) -> None:
    """List the person's aliases in at least two systems, CTNM among them if it has a case."""
    for has, listing, is_name in (
        (people.alias_kind[case.row] > 0, LISTS_ALIASES, True),
        (people.alias_birth[case.row] != NO_DAY, _LISTS_DATES, False),
    ):
        if not has:
            continue
        holders = [system for system in listing if system in case.systems]
        first = [CTNM] if CTNM in holders else holders[:1]
        others = [system for system in holders if system not in first]
        more = rng.permutation(others)[: int(rng.integers(1, len(others) + 1))]
        systems = tuple(sorted({*first, *(int(system) for system in more)}))
        birth = NO_DAY if is_name else int(people.alias_birth[case.row])
        case.known_as.append(KnownAs(systems, birth=birth, own=is_name))


def hold(membership: Membership, cases: list[Case]) -> None:
    """Put the cases into their systems, replacing what was drawn at random for those people."""
    for case in cases:
        membership.held[:, case.row] = [int(system in case.systems) for system in range(len(SYSTEMS))]
        membership.mappa_category[case.row] = 0
        membership.mappa_level[case.row] = 0
