"""Sets that nobody would wish for: training ends, says what it could not learn, and joins nothing without evidence."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from linkage_models import nominal
from tests.linkage_models.nominal.builders import FORENAMES, Given, Warehouse, shipped_bundle

SYLLABLES = ("bar", "den", "fos", "gil", "har", "kin", "lan", "mor", "nor", "pel", "ros", "tan", "wil")
ENDINGS = ("by", "ford", "ham", "ley", "man", "ton")
ONE_DATE, ONE_ADDRESS, ONE_POSTCODE = "1980-05-17", "Hope House, 12 Mill Lane, Leeds", "LS1 4AB"
ONE_SENTENCE = re.compile(r"[^.\n]+\.")


def people(count: int, seed: int, sources: tuple[str, ...] = ("pnc", "nomis")) -> dict[str, Given]:
    """Return records of people who are alike by chance only, each in every source with a slip here and there.

    What is after the colon in a key is the person; a letter after it tells rows of one source apart.
    """
    rng = random.Random(seed)  # noqa: S311 - a reproducible sample, not a secret
    records: dict[str, Given] = {}
    for person in range(count):
        surname = (rng.choice(SYLLABLES) + rng.choice(SYLLABLES) + rng.choice(ENDINGS)).title()
        born = date(1950, 1, 1) + timedelta(days=rng.randrange(20_000))
        given: Given = {
            "name": f"{rng.choice(FORENAMES)} {surname}",
            "born": born.isoformat(),
            "sex": rng.choice("MF"),
            "postcode": f"LS{rng.randint(1, 28)} {rng.randint(1, 9)}{rng.choice('ABDEFG')}{rng.choice('HJLNPQ')}",
            "address": f"{rng.randint(1, 200)} {rng.choice(SYLLABLES).title()} Street, Leeds",
        }
        for source in sources:
            held = dict(given)
            if rng.random() < 0.1:
                held["name"] = held["name"][:-2] + held["name"][-1]
            if rng.random() < 0.1:
                held.pop(rng.choice(("born", "postcode", "sex")))
            records[f"{source}:{person:04}"] = held
    return records


@dataclass(frozen=True)
class Outcome:
    """What came of a set: what training said, and the pairs that the model joins."""

    said: str
    unlearned: frozenset[str]
    joined: frozenset[tuple[str, str]]

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """Joined pairs of two people."""
        return sorted(pair for pair in self.joined if len({_person(key) for key in pair}) > 1)

    def recall(self, records: dict[str, Given]) -> float:
        """Share of the pairs of one person, in the order in which a crowd is compared, that are joined."""
        many: dict[str, int] = {}
        for key in records:
            many[_person(key)] = many.get(_person(key), 0) + 1
        return (len(self.joined) - len(self.wrong)) / sum(number * (number - 1) // 2 for number in many.values())


def _person(key: str) -> str:
    return key.split(":")[1].rstrip("abcdefghijklmnopqrstuvwxyz")


def outcome(records: dict[str, Given], sql: str | None = None) -> Outcome:
    """Train on a set and score it, with the shipped bundle where training says that it cannot learn from it.

    Args:
        records: the records.
        sql: a statement that gives them what the builders have no word for.
    """
    warehouse = Warehouse(records)
    if sql:
        warehouse.con.execute(sql)
    refused = ""
    try:
        bundle = nominal.train(warehouse.con, "record")
    except nominal.TrainingError as error:
        bundle, refused = shipped_bundle(), str(error)
    unlearned = frozenset(level.split(": ")[0] for level in bundle.recipe["not_seen"])
    assert not refused or ONE_SENTENCE.fullmatch(refused)
    assert refused or not unlearned or "Not seen" in bundle.card
    warehouse.score(bundle)
    link = bundle.thresholds.link
    return Outcome(
        refused or bundle.card,
        unlearned,
        frozenset(p for p, edge in warehouse.edges().items() if edge.match_weight >= link),
    )


def only(records: dict[str, Given], *fields: str) -> dict[str, Given]:
    return {key: {name: given[name] for name in fields if name in given} for key, given in records.items()}


@pytest.mark.parametrize("field", ["name", "born", "sex", "postcode", "address"])
def test_of_one_field_that_many_share_nothing_is_joined(field: str) -> None:
    few = people(150, seed=4)
    if field == "name":
        few = {key: {"name": f"{given['name'].split()[0]} Jones"} for key, given in few.items()}
    elif field == "born":
        few = {key: {"born": f"198{int(key[-1])}-06-1{int(key[-2])}"} for key in few}
    elif field in ("postcode", "address"):
        few = {key: {"postcode": f"LS1 {int(key[-1])}AB", "address": f"{int(key[-1])} Mill Lane, Leeds"} for key in few}
        few = only(few, field)
    else:
        few = only(few, field)
    found = outcome(few)
    assert found.said
    assert found.joined == frozenset()


def test_of_names_and_dates_alone_nothing_else_is_said_to_be_learned() -> None:
    records = only(people(200, seed=5), "name", "born")
    found = outcome(records)
    assert {"sex", "postcode"} <= found.unlearned
    assert not found.wrong
    assert found.recall(records) > 0.5


def test_a_thousand_rows_of_one_person_teach_nothing_and_are_one_person() -> None:
    (given, *_) = people(1, seed=6).values()
    found = outcome({f"pnc:0000{place:x}".translate(LETTERS): given for place in range(1000)})
    assert "too alike to learn from" in found.said
    assert found.joined
    assert not found.wrong


LETTERS = str.maketrans("0123456789", "ghijklmnop")


def test_of_people_of_whom_no_two_are_alike_nobody_is_joined() -> None:
    found = outcome(people(300, seed=7, sources=("pnc",)))
    assert found.joined == frozenset()
    assert "name" in found.unlearned


@pytest.mark.parametrize(
    ("same", "recall"),
    [
        pytest.param({"born": ONE_DATE}, 0.5, id="date"),
        pytest.param({"postcode": ONE_POSTCODE, "address": ONE_ADDRESS}, 0.7, id="hostel"),
        pytest.param({"phone": "07700 900123"}, 0.7, id="telephone"),
        pytest.param({"email": "info@example.org"}, 0.7, id="e-mail"),
    ],
)
def test_what_everybody_has_says_nothing_and_the_rest_still_links(same: Given, recall: float) -> None:
    records = {key: {**given, **same} for key, given in people(150, seed=8).items()}
    found = outcome(records)
    assert not found.wrong
    assert found.recall(records) > recall


def test_a_source_that_repeats_itself_wholly_is_joined_with_itself_and_with_nobody_else() -> None:
    once = people(150, seed=9, sources=("pnc",))
    records = {f"{key}{row}": given for key, given in once.items() for row in "ab"}
    found = outcome(records)
    assert not found.wrong
    assert found.recall(records) > 0.9


def test_an_identifier_that_is_a_row_number_joins_nobody_by_itself() -> None:
    # Row 17 of one source and row 17 of the other are two people, or nobody knows.
    records = people(150, seed=10)
    found = outcome(records, ROW_NUMBERS)
    assert not found.wrong
    assert found.recall(records) > 0.7


ROW_NUMBERS = """
    UPDATE record SET identifiers = [{
        'kind': 'reference', 'value': number.row::VARCHAR, 'valid': true, 'as_given': number.row::VARCHAR
    }]
    FROM (
        SELECT record_key, row_number() OVER (PARTITION BY source_system ORDER BY md5(record_key)) AS row FROM record
    ) AS number
    WHERE number.record_key = record.record_key
"""
"""Numbers each source's records in an order of its own, under one kind of identifier."""
