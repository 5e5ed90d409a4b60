"""Drawing the population: names, dates of birth, addresses and aliases of one chunk of people."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from sample_data.codes import NO_DAY, Ints, day, first_of_january
from sample_data.families import USUAL_FAMILIES, Families, draw_relatives, relate
from sample_data.names.index import NO_NAME, NameIndex
from sample_data.people import (
    ALIAS_DAILY,
    ALIAS_KUNYA,
    ALIAS_NICKNAME,
    ALIAS_NONE,
    ALIAS_OTHER,
    ALIAS_SHORT,
    ALIAS_SURNAME,
    FEMALE,
    MALE,
    OLDEST,
    YEAR,
    YOUNGEST,
    People,
)
from sample_data.places import draw_addresses, draw_near

_FEMALE_SHARE = 0.19
_MIDDLE_SHARE = 0.56
_SECOND_MIDDLE_SHARE = 0.06
_NEW_YEAR_SHARE = 0.008
"""Share of people whose papers never gave a day of birth, so that every system holds 1 January."""


def draw_people(
    rng: np.random.Generator,
    names: NameIndex,
    first: int,
    count: int,
    today: date,
    families: Families = USUAL_FAMILIES,
) -> People:
    """Draw `count` people, numbered from `first`, with families, twins and namesakes among them."""
    shares = np.array([origin.origin.share for origin in names.origins])
    origin = np.searchsorted(np.cumsum(shares / shares.sum()), rng.random(count)).clip(max=len(shares) - 1)
    home = draw_addresses(rng, count)
    elsewhere = draw_addresses(rng, count)
    people = People(
        number=np.arange(first, first + count),
        origin=origin.astype(np.int64),
        sex=(rng.random(count) < _FEMALE_SHARE).astype(np.int64),
        birth=_births(rng, count, today),
        forename=np.full(count, NO_NAME),
        middle=np.full(count, NO_NAME),
        second_middle=np.full(count, NO_NAME),
        surname=np.full(count, NO_NAME),
        second_surname=np.full(count, NO_NAME),
        hyphen=np.zeros(count, dtype=bool),
        alias_kind=np.zeros(count, dtype=np.int64),
        alias_forename=np.full(count, NO_NAME),
        alias_surname=np.full(count, NO_NAME),
        alias_birth=np.full(count, NO_DAY),
        home=home,
        previous=np.where(rng.random(count) < 0.32, draw_near(rng, home), elsewhere),
        next_home=np.where(rng.random(count) < 0.35, draw_near(rng, home), draw_addresses(rng, count)),
        ethnicity=np.zeros(count, dtype=np.int64),
        place=np.zeros(count, dtype=np.int64),
        twin_of=np.full(count, -1),
        in_family=np.zeros(count, dtype=bool),
    )
    family = draw_relatives(rng, people, families)
    _name(rng, names, people)
    relate(rng, names, people, family, today, families)
    _keep_of_age(rng, people, day(today))
    _aliases(rng, names, people)
    return people


def _births(rng: np.random.Generator, count: int, today: date) -> Ints:
    age = YOUNGEST + rng.gamma(4.0, 6.1, count)
    birth = (day(today) - np.minimum(age, OLDEST - 2.0) * YEAR).astype(np.int64) - rng.integers(0, 365, count)
    papers_lost = rng.random(count) < _NEW_YEAR_SHARE
    return np.where(papers_lost, first_of_january(birth), birth)


def _keep_of_age(rng: np.random.Generator, people: People, today: int) -> None:
    """Move relatives who would be too young, or too old, for any of the systems to an age that is not."""
    age = (today - people.birth) / YEAR
    count = len(people)
    people.birth = np.where(
        age < YOUNGEST, today - rng.integers(int(YOUNGEST * YEAR), int(21 * YEAR), count), people.birth
    )
    people.birth = np.where(age > OLDEST, today - rng.integers(int(70 * YEAR), int(OLDEST * YEAR), count), people.birth)


def _name(rng: np.random.Generator, names: NameIndex, people: People) -> None:
    for number, table in enumerate(names.origins):
        origin = table.origin
        rows = np.flatnonzero(people.origin == number)
        count = len(rows)
        men = people.sex[rows] == MALE
        male = table.male.names[table.male.draw(rng, count)]
        female = table.female.names[table.female.draw(rng, count)]
        people.forename[rows] = np.where(men, male, female)
        second = np.where(
            men | np.full(count, origin.patronymic),
            table.male.names[table.male.draw(rng, count)],
            table.female.names[table.female.draw(rng, count)],
        )
        has_middle = rng.random(count) < (0.85 if origin.patronymic else _MIDDLE_SHARE)
        people.middle[rows] = np.where(has_middle, second, NO_NAME)
        third = table.male.names[table.male.draw(rng, count)]
        people.second_middle[rows] = np.where(
            has_middle & men & (rng.random(count) < _SECOND_MIDDLE_SHARE), third, NO_NAME
        )
        prefixed = men & (rng.random(count) < origin.mohammed)
        people.middle[rows] = np.where(prefixed, male, people.middle[rows])
        group = names.mohammed.names[names.mohammed.draw(rng, count)]
        people.forename[rows] = np.where(prefixed, group, people.forename[rows])
        people.surname[rows] = _surnames(rng, people, rows, number, names)
        doubled = rng.random(count) < origin.two_surnames
        another = table.surnames.names[table.surnames.draw(rng, count)]
        people.second_surname[rows] = np.where(doubled, another, NO_NAME)
        people.hyphen[rows] = origin.joiner == "-"
        single = rng.random(count) < origin.mononym
        people.forename[rows] = np.where(single, NO_NAME, people.forename[rows])
        people.middle[rows] = np.where(single, NO_NAME, people.middle[rows])
        people.second_middle[rows] = np.where(single, NO_NAME, people.second_middle[rows])
        people.ethnicity[rows] = _choice(rng, np.array([share for _, share in origin.ethnicity]), count)
        people.place[rows] = _choice(rng, np.array([share for *_, share in origin.places]), count)


def _choice(rng: np.random.Generator, shares: NDArray[np.float64], count: int) -> Ints:
    cumulated = np.cumsum(shares / shares.sum())
    return np.searchsorted(cumulated, rng.random(count)).clip(max=len(shares) - 1).astype(np.int64)


def _surnames(rng: np.random.Generator, people: People, rows: Ints, number: int, names: NameIndex) -> Ints:
    table = names.origins[number]
    position = table.surnames.draw(rng, len(rows))
    men = people.sex[rows] == MALE
    surname = np.where(men, table.surnames.names[position], table.feminine[position])
    for own, sex, share in (
        (table.female_surnames, ~men, table.origin.female_surnames[1]),
        (table.male_surnames, men, table.origin.male_surnames[1]),
    ):
        if len(own):
            bears = sex & (rng.random(len(rows)) < share)
            surname = np.where(bears, own[(rng.random(len(rows)) ** 2 * len(own)).astype(np.int64)], surname)
    return surname


def _aliases(rng: np.random.Generator, names: NameIndex, people: People) -> None:
    count = len(people)
    draw = rng.random(count)
    women, men = people.sex == FEMALE, people.sex == MALE
    kunya_share = np.array([table.origin.kunya for table in names.origins])[people.origin]
    in_group = np.isin(people.forename, names.mohammed.names) & (people.middle != NO_NAME)
    kind = np.select(
        [
            men & (draw < kunya_share),
            in_group & (draw < 0.75),
            (people.second_surname != NO_NAME) & (draw < 0.5),
            women & (draw < 0.2),
            names.nicknames.has(people.forename) & (draw < 0.34),
            draw > 0.93,
        ],
        [ALIAS_KUNYA, ALIAS_DAILY, ALIAS_SHORT, ALIAS_SURNAME, ALIAS_NICKNAME, ALIAS_OTHER],
        default=ALIAS_NONE,
    )
    kind = np.where(people.forename == NO_NAME, ALIAS_NONE, kind)
    forename = np.full(count, NO_NAME)
    other_forename, other_surname = np.full(count, NO_NAME), np.full(count, NO_NAME)
    for number, table in enumerate(names.origins):
        rows = np.flatnonzero(people.origin == number)
        pool = np.where(
            men[rows],
            table.male.names[table.male.draw(rng, len(rows))],
            table.female.names[table.female.draw(rng, len(rows))],
        )
        other_forename[rows] = pool
        other_surname[rows] = _surnames(rng, people, rows, number, names)
    forename = np.select(
        [kind == ALIAS_NICKNAME, kind == ALIAS_DAILY, kind == ALIAS_KUNYA, kind == ALIAS_OTHER],
        [
            names.nicknames.draw(rng, people.forename),
            people.middle,
            np.full(count, names.abu),
            other_forename,
        ],
        default=people.forename,
    )
    surname = np.select(
        [kind == ALIAS_KUNYA, (kind == ALIAS_SURNAME) | (kind == ALIAS_OTHER)],
        [names.kunyas[rng.integers(0, len(names.kunyas), count)], other_surname],
        default=people.surname,
    )
    people.alias_kind = kind
    people.alias_forename = np.where(kind == ALIAS_NONE, NO_NAME, forename)
    people.alias_surname = np.where(kind == ALIAS_NONE, NO_NAME, surname)
    shift = rng.integers(-1500, 1500, count)
    holds_date = rng.random(count) < 0.07
    people.alias_birth = np.where(holds_date & (shift != 0), people.birth + shift, NO_DAY)
