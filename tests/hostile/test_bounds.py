"""Deliveries whose cost a comparison of all with all would square: each is a night with a bound of time and memory.

A night of nothing but the two small systems takes about 15 s and 380 MB on two idle cores.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hostile.crowds import Person, night, person

pytestmark = pytest.mark.hostile

RECORDS = 5_000
ALIASES = 10_000
LETTERS = 100_000
MERGES = 5_000

SECONDS, MEGABYTES = 300, 1_500
"""What a night of any of these may cost, on a machine that does other things as well."""


def word(number: int) -> str:
    """Return a number in letters, for names hold no digits."""
    text = ""
    while number or not text:
        number, letter = divmod(number, 26)
        text = string.ascii_lowercase[letter] + text
    return text


def names_without_end() -> Iterator[Person]:
    for number in range(20):
        yield person(number, surname="ab" * (LETTERS // 2) + word(number))
        yield person(100 + number, surname="Plain", aliases=["ab " * (LETTERS // 3) + word(number)])


def records_of_one_content() -> Iterator[Person]:
    return (person(number) for number in range(RECORDS))


def namesakes_with_a_number_each() -> Iterator[Person]:
    return (person(number, noms=f"A{number:04}BC") for number in range(RECORDS))


def namesakes_with_a_telephone_each() -> Iterator[Person]:
    return (person(number, phones=[f"077009{number:05}"]) for number in range(RECORDS))


def namesakes_at_an_address_each() -> Iterator[Person]:
    return (person(number, addresses=[f"{number} Mill Lane, Leeds"]) for number in range(RECORDS))


def aliases_without_end() -> Iterator[Person]:
    aliases = [f"Alias{word(number)}" for number in range(ALIASES)]
    return (person(number, aliases=aliases[number:]) for number in range(20))


def addresses_without_end() -> Iterator[Person]:
    addresses = [f"{number} Mill Lane, Flat {number}, Little Town, Near Leeds" for number in range(ALIASES)]
    return (person(number, addresses=addresses[number:]) for number in range(20))


def merges_that_part_and_meet() -> Iterator[Person]:
    for number in range(MERGES):
        into = [f"r{other:05}" for other in (number - 1, number - 2) if other >= 0]
        yield person(number, surname=f"Merged{word(number)}", merged=into)


def one_chain_of_merges() -> Iterator[Person]:
    return (person(n, surname=f"Chain{word(n)}", merged=[f"r{n - 1:05}"] if n else []) for n in range(MERGES))


CROWDS: dict[Callable[[], Iterator[Person]], tuple[int, int]] = {
    names_without_end: (0, 20),
    records_of_one_content: (1, RECORDS),
    namesakes_with_a_number_each: (1, RECORDS),
    namesakes_with_a_telephone_each: (1, RECORDS),
    namesakes_at_an_address_each: (1, RECORDS),
    aliases_without_end: (1, 20),
    addresses_without_end: (1, 20),
    merges_that_part_and_meet: (1, 1),
    one_chain_of_merges: (1, 1),
}
"""For each crowd how many subjects of the register come of it at least, and how many records at most."""


@pytest.mark.parametrize("crowd", CROWDS, ids=lambda crowd: crowd.__name__)
def test_a_night_costs_what_it_is_given_and_not_its_square(
    crowd: Callable[[], Iterator[Person]], tmp_path: Path
) -> None:
    figures = night(tmp_path, crowd())
    ((records, subjects),) = figures.ask(
        "SELECT count(*), count(DISTINCT subject_id) FROM linkage.membership "
        "WHERE until IS NULL AND record_key LIKE 'register:%'"
    )
    ((edges,),) = figures.ask("SELECT count(*) FROM linkage.edge")
    print(  # noqa: T201
        f"{crowd.__name__}: {figures.seconds:.0f} s of {SECONDS}, {figures.megabytes:.0f} MB of {MEGABYTES}; "
        f"{records:,} records, {subjects:,} subjects, {edges:,} edges"
    )
    least_subjects, most_records = CROWDS[crowd]
    assert records <= most_records
    assert subjects >= least_subjects
    assert edges <= 20 * RECORDS
    assert figures.seconds < SECONDS
    assert figures.megabytes < MEGABYTES
