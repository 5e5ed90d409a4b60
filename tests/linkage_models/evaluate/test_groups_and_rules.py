"""Recall by group of people and by blocking rule, worked by hand on records that are built for it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from linkage_models.evaluate import Group, largest_disparity, recall_by_group, recall_by_rule
from linkage_models.evaluate.groups import SMALLEST
from linkage_models.intervals import Interval
from linkage_models.nominal.model.blocking import catalogue, identifier_rule
from tests.linkage_models.nominal.builders import Given, Warehouse

if TYPE_CHECKING:
    import duckdb

TODAY = date(2026, 3, 2)


def judged(people: dict[str, tuple[Given, Given, bool]], origins: dict[str, str] | None = None) -> Warehouse:
    """Return a warehouse of people of two records each, with whether the two were linked."""
    records: dict[str, Given] = {}
    for name, (one, other, _) in people.items():
        records |= {f"pnc:{name}": one, f"nomis:{name}": other}
    warehouse = Warehouse(records)
    con = warehouse.con
    con.execute("""
        CREATE TABLE predicted (record_key VARCHAR, source_system VARCHAR, subject_id VARCHAR);
        CREATE TABLE truth (record_key VARCHAR, person_id VARCHAR);
        CREATE TABLE origin (person_id VARCHAR, name_origin VARCHAR);
    """)
    for name, (*_, linked) in people.items():
        for system in ("pnc", "nomis"):
            subject = name if linked else f"{name} in {system}"
            con.execute("INSERT INTO predicted VALUES (?, ?, ?)", [f"{system}:{name}", system, subject])
            con.execute("INSERT INTO truth VALUES (?, ?)", [f"{system}:{name}", name])
    for name, origin in (origins or {}).items():
        con.execute("INSERT INTO origin VALUES (?, ?)", [name, origin])
    return warehouse


def groups(con: duckdb.DuckDBPyConnection, *, origins: bool = False) -> dict[tuple[str, str], Group]:
    found = recall_by_group(
        con, predicted="predicted", truth="truth", records="record", today=TODAY, origins="origin" if origins else None
    )
    return {(group.dimension, group.group): group for group in found}


def many(times: int, linked: int, **given: object) -> dict[str, tuple[Given, Given, bool]]:
    """Return so many people of one description, the first of them linked."""
    label = "".join(str(value) for value in given.values())
    return {
        f"{label}{number}": ({"name": "Ann Lee"} | given, {"name": "Ann Lee"} | given, number < linked)
        for number in range(times)
    }


@pytest.mark.parametrize(
    ("dimension", "given", "group"),
    [
        ("sex", {"sex": "F"}, "F"),
        ("sex", {}, "not recorded"),
        ("age band", {"born": "2008-03-03"}, "under 18"),
        ("age band", {"born": "2008-03-02"}, "18 to 24"),
        ("age band", {"born": "2000-01-02"}, "25 to 34"),
        ("age band", {"born": "1980-01-02"}, "35 to 49"),
        ("age band", {"born": "1950-01-02"}, "50 and over"),
        ("age band", {}, "not recorded"),
        ("ethnicity", {"ethnicity": "W1"}, "White"),
        ("ethnicity", {"ethnicity": "IC3"}, "Black"),
        ("ethnicity", {"ethnicity": "A2"}, "Asian"),
        ("ethnicity", {"ethnicity": "M1"}, "Mixed"),
        ("ethnicity", {"ethnicity": "O9"}, "Chinese or other"),
        ("ethnicity", {}, "not recorded"),
        ("name structure", {"name": "Suharto"}, "one word on some record"),
        ("name structure", {"name": "Omar bin Laith"}, "particle or patronymic"),
        ("name structure", {"name": "Harpreet Kaur"}, "shared surname"),
        ("name structure", {"name": "Maria Lopez-Garcia"}, "several surnames"),
        ("name structure", {"name": "Brian Featherstone"}, "plain"),
        ("identifier kinds", {}, "none"),
        ("identifier kinds", {"pnc": "81/34U"}, "one kind"),
        ("identifier kinds", {"pnc": "81/34U", "noms": "A1234BC"}, "several kinds"),
    ],
)
def test_people_are_counted_in_the_group_their_records_put_them_in(dimension: str, given: Given, group: str) -> None:
    found = groups(judged(many(20, 15, **given)).con)
    assert {name for of, name in found if of == dimension} == {group}
    counted = found[dimension, group]
    assert (counted.people, counted.true_links) == (20, 20)
    assert counted.recall is not None
    assert counted.recall.value == pytest.approx(0.75)
    assert counted.recall.low < 0.75 < counted.recall.high


def test_a_small_group_is_hidden_and_so_is_the_one_it_would_follow_from() -> None:
    people = many(30, 30, sex="M") | many(20, 20, sex="F") | many(SMALLEST - 1, 0)
    found = groups(judged(people).con)
    hidden = {group for (dimension, group), cell in found.items() if dimension == "sex" and cell.recall is None}
    assert hidden == {"not recorded", "F"}
    for group in hidden:
        assert found["sex", group] == Group("sex", group, None, None, None)
    assert found["sex", "M"].people == 30


def test_name_origin_is_measured_where_the_truth_tells_it_and_the_largest_disparity_is_named() -> None:
    people = many(40, 40, sex="M") | many(40, 20, sex="F")
    origins = {name: "British" if name.startswith("M") else "Yoruba" for name in people}
    found = groups(judged(people, origins).con, origins=True)
    assert {name for of, name in found if of == "name origin"} == {"British", "Yoruba"}
    disparity = largest_disparity(tuple(found.values()))
    assert disparity is not None
    assert (disparity.dimension, disparity.best, disparity.worst) == ("sex", "M", "F")
    assert disparity.difference.value == pytest.approx(0.5)
    assert "recall of 'F' is 0.5000 below that of 'M'" in disparity.in_words()


def test_where_no_dimension_has_two_groups_no_disparity_is_named() -> None:
    assert largest_disparity(()) is None
    assert largest_disparity((Group("sex", "M", 20, 20, Interval(1.0, 0.9, 1.0)),)) is None


RULES = tuple(
    rule
    for rule in catalogue()
    if rule.name in {"pnc shared", "police serial shared", "date of birth and a name word shared"}
)


def test_each_rule_is_measured_by_what_it_finds_what_it_alone_finds_and_what_it_costs() -> None:
    people: dict[str, tuple[Given, Given, bool]] = {
        # Found by the number alone; by date and name words; by nothing.
        "P": ({"name": "Aled Pritchard", "pnc": "81/34U"}, {"name": "Tomasz Nowak", "pnc": "81/34U"}, True),
        "Q": ({"name": "Aisha Rahman", "born": "1987-02-03"}, {"name": "Aisha Malik", "born": "1987-02-03"}, True),
        "R": ({"name": "Haruto Tanaka", "born": "1994-05-06"}, {"name": "Ion Popescu", "born": "1985-02-01"}, False),
        # Two people who share a date and a word cost a comparison and are no true pair.
        "S": ({"name": "Aisha Lis", "born": "1987-02-03"}, {"name": "Zofia Vaughan", "born": "1999-02-01"}, False),
    }
    con = judged(people).con
    together, *each = recall_by_rule(con, predicted="predicted", truth="truth", records="record", rules=RULES)
    by_name = {rule.name: rule for rule in each}
    number, word = by_name["pnc shared"], by_name["date of birth and a name word shared"]
    assert (together.true_pairs, together.found) == (4, 2)
    assert together.recall.value == pytest.approx(0.5)
    # "police serial shared" finds the number as well.
    assert (number.found, number.only, number.comparisons) == (1, 0, 1)
    assert (word.found, word.only, word.comparisons) == (1, 1, 3)
    assert together.comparisons == sum(rule.comparisons for rule in each)
    assert all(rule.true_pairs == 4 for rule in each)


def test_a_rule_that_alone_finds_a_pair_is_seen_when_the_other_is_left_out() -> None:
    people: dict[str, tuple[Given, Given, bool]] = {
        "P": ({"name": "Aled Pritchard", "pnc": "81/34U"}, {"name": "Tomasz Nowak", "pnc": "81/34U"}, True)
    }
    together, number = recall_by_rule(
        judged(people).con, predicted="predicted", truth="truth", records="record", rules=(identifier_rule("pnc"),)
    )
    assert (number.found, number.only) == (1, 1)
    assert together.found == 1
