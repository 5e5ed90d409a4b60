"""Quality without a truth: what calibrated weights expect, and subjects that can hardly be one person."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_models import relations
from linkage_models.evaluate import estimate, implausible
from linkage_models.evaluate.estimate import poisson_binomial_interval
from linkage_models.nominal.bundle.calibration import UNCALIBRATED, Calibration

EVIDENCE = "[{{comparison: '{}', level: 'any', weight: 1.0}}]"


def scored(*pairs: tuple[str, str, float, str], weakest: dict[str, float | None]) -> duckdb.DuckDBPyConnection:
    """Return scored pairs of subjects, each with the last comparison of its evidence."""
    con = duckdb.connect()
    con.execute(f"""
        CREATE TABLE link (
            subject_id_l VARCHAR, subject_id_r VARCHAR, match_weight DOUBLE, evidence {relations.EVIDENCE});
        CREATE TABLE subject (subject_id VARCHAR, weakest_link_weight DOUBLE);
    """)
    for one, other, weight, last in pairs:
        con.execute(f"INSERT INTO link VALUES (?, ?, ?, {EVIDENCE.format(last)})", [one, other, weight])
    for item in weakest.items():
        con.execute("INSERT INTO subject VALUES (?, ?)", item)
    return con


def test_the_estimate_goes_by_calibrated_probabilities() -> None:
    con = scored(("A", "A", 6.0, "name"), ("A", "B", 6.0, "name"), weakest={"A": 6.0})
    raw = estimate(con, links="link", subjects="subject", calibration=UNCALIBRATED)
    assert raw.precision.value == pytest.approx(64 / 65)
    assert raw.missed.value == pytest.approx(64 / 65)
    corrected = estimate(con, links="link", subjects="subject", calibration=Calibration(-6.0, 1.0))
    assert corrected.precision.value == pytest.approx(0.5)
    assert corrected.missed.value == pytest.approx(0.5)


def test_a_weak_pair_counts_at_the_link_that_holds_it_in_its_subject() -> None:
    con = scored(("A", "A", -4.0, "name"), ("A", "A", 3.0, "name"), weakest={"A": 3.0})
    found = estimate(con, links="link", subjects="subject", calibration=UNCALIBRATED)
    assert found.links == 2
    assert found.precision.value == pytest.approx(8 / 9)


def test_a_pair_that_a_household_explains_counts_by_its_weight_as_any_other_does() -> None:
    con = scored(("A", "B", 0.0, "name"), ("A", "C", 0.0, "kinship"), weakest=dict.fromkeys("ABC"))
    found = estimate(con, links="link", subjects="subject", calibration=UNCALIBRATED)
    assert (found.near_misses, found.missed.value) == (2, 1.0)


def test_nothing_scored_is_no_error() -> None:
    found = estimate(scored(weakest={}), links="link", subjects="subject", calibration=UNCALIBRATED)
    assert (found.links, found.near_misses, found.missed.value) == (0, 0, 0)


@given(st.lists(st.tuples(st.floats(0.001, 0.999), st.integers(1, 6)), min_size=1, max_size=4))
def test_the_interval_is_that_of_adding_the_events_one_by_one(events: list[tuple[float, int]]) -> None:
    density = np.array([1.0])
    for probability, trials in events:
        for _ in range(trials):
            density = np.convolve(density, [1 - probability, probability])
    below = np.cumsum(density)
    found = poisson_binomial_interval(*(np.array(column, dtype=float) for column in zip(*events, strict=True)))
    assert found.value == pytest.approx(sum(p * n for p, n in events), abs=1e-5)
    for bound, tail in ((found.low, 0.025), (found.high, 0.975)):
        at = round(bound)
        assert below[at] >= tail - 1e-9
        assert at == 0 or below[at - 1] <= tail + 1e-9


@dataclass
class Person:
    """A published subject, as the checks read it."""

    born: tuple[str, ...] = ("1980-01-02",)
    sexes: tuple[str | None, ...] = ("M",)
    numbers: tuple[tuple[str, str, bool], ...] = ()
    items: tuple[tuple[str, str, str | None, str | None, str | None], ...] = field(default=())
    """Kind, code, from, to, and date of items of information."""
    records: int | None = None


def published(people: dict[str, Person]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("""
        CREATE TABLE run (as_of TIMESTAMP);
        INSERT INTO run VALUES ('2026-03-02'), ('2026-03-01');
        CREATE TABLE subject (subject_id VARCHAR, record_count BIGINT,
            birth_dates STRUCT(birth_date DATE)[], identifiers STRUCT(kind VARCHAR, value VARCHAR, valid BOOLEAN)[]);
        CREATE TABLE subject_record (subject_id VARCHAR, record_key VARCHAR);
        CREATE TABLE record (record_key VARCHAR, sex VARCHAR);
        CREATE TABLE information (subject_id VARCHAR, kind VARCHAR, code VARCHAR,
            from_date DATE, to_date DATE, item_date DATE);
    """)
    for subject, person in people.items():
        con.execute(
            "INSERT INTO subject VALUES ($id, $records, $born::STRUCT(birth_date DATE)[], "
            "$numbers::STRUCT(kind VARCHAR, value VARCHAR, valid BOOLEAN)[])",
            {
                "id": subject,
                "records": person.records or len(person.sexes),
                "born": [{"birth_date": born} for born in person.born],
                "numbers": [{"kind": kind, "value": value, "valid": valid} for kind, value, valid in person.numbers],
            },
        )
        for place, sex in enumerate(person.sexes):
            con.execute("INSERT INTO subject_record VALUES (?, ?)", [subject, f"{subject}:{place}"])
            con.execute("INSERT INTO record VALUES (?, ?)", [f"{subject}:{place}", sex])
        for item in person.items:
            con.execute("INSERT INTO information VALUES (?, ?, ?, ?, ?, ?)", [subject, *item])
    return con


def shown(people: dict[str, Person]) -> dict[str, tuple[str, ...]]:
    """Return the subjects that show each implausibility, those that none shows left out."""
    checks = implausible(published(people), linked="main", records="record")
    assert {check.of for check in checks} == {len(people)}
    return {check.name: check.examples for check in checks if check.subjects}


USUAL = {f"U{number:03}": Person() for number in range(5)}

LEEDS = ("custody", "LEI", "2025-01-01", "2025-06-30", None)


@pytest.mark.parametrize(
    ("person", "check"),
    [
        (Person(items=(LEEDS, ("custody", "WWI", "2025-02-01", None, None))), "in two prisons at once"),
        (
            Person(items=(("death", "X", None, None, "2025-01-01"), ("contact", "X", None, None, "2025-02-01"))),
            "recorded after death",
        ),
        (
            Person(items=(("death", "X", "2025-01-01", None, None), ("contact", "X", "2025-02-01", None, None))),
            "recorded after death",
        ),
        (Person(born=("1900-01-01",)), "a date of birth over 110 or under 10 years ago"),
        (Person(born=("2020-01-01",)), "a date of birth over 110 or under 10 years ago"),
        (Person(born=("1980-01-02", "1986-01-02")), "two dates of birth over five years apart"),
        (Person(sexes=("M", None, "F")), "different sexes"),
        (Person(numbers=(("pnc", "1981/0000034U", True), ("pnc", "1990/0000005X", True))), "two valid PNC numbers"),
        (Person(numbers=(("cro", "65656/91H", True), ("cro", "29906/12J", True))), "two valid CRO numbers"),
        (Person(records=9), "far more records than usual"),
    ],
)
def test_what_can_hardly_be_one_person_is_shown_by_its_check_alone(person: Person, check: str) -> None:
    usual = {f"U{number:04}": Person() for number in range(2000)} if person.records else USUAL
    assert shown(usual | {"S1": person}) == {check: ("S1",)}


@pytest.mark.parametrize(
    "person",
    [
        Person(items=(LEEDS, ("custody", "WWI", "2025-06-30", None, None))),
        Person(items=(LEEDS, LEEDS)),
        Person(items=(("death", "X", None, None, "2025-03-01"), ("contact", "X", None, None, "2025-02-01"))),
        Person(born=("1980-01-02", "1984-12-31")),
        Person(born=()),
        Person(sexes=("F", None)),
        Person(numbers=(("pnc", "1981/0000034U", True), ("pnc", "1990/0000005A", False), ("cro", "65656/91H", True))),
    ],
)
def test_what_one_person_may_show_is_passed_over(person: Person) -> None:
    assert shown(USUAL | {"S1": person}) == {}
