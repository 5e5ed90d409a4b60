"""`find_subject` finds people however their name is typed, best match first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.pipelines.publish.worlds import World


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    world = World()
    world.record("nomis:1", "Adil Ahmed Rahman", subject="adil", born="1990-05-17")
    world.record("pnc:1", "Adel Rehman", "Abu Zayd", subject="adil", born="1990-05-17")
    world.record("nomis:2", "Adila Rahman", subject="adila", born="1988-01-02")
    world.record("nomis:3", "Zoë O’Connor", subject="zoe", born=["1985-02-03", "1986-02-03"])
    world.record("nomis:4", "Brian McKenzie", subject="brian")
    world.record("nomis:5", "John Paul Smith", subject="john", born="1970-09-12")
    world.record("nomis:6", "John Smith", subject="other_john", born="1981-03-04")
    world.record("nomis:7", "Łukasz Strauß", subject="lukasz")
    # What canonicalise makes of letters that have no base and mark.
    world.con.execute(
        "UPDATE nominal.record SET names = [{'kind': 'primary', 'forename': 'LUKASZ', 'middle_names': NULL,"
        " 'surname': 'STRAUSS', 'as_given': 'Łukasz Strauß'}] WHERE record_key = 'nomis:7'"
    )
    world.record("nomis:8", "Иван Петров", subject="ivan")
    path = world.publish(tmp_path_factory.mktemp("published")).path
    with duckdb.connect(str(path), read_only=True) as opened:
        yield opened


def found(con: duckdb.DuckDBPyConnection, name: str, birth_date: str | None = None) -> list[str]:
    sql = "SELECT subject_id FROM linked.find_subject($name, birth_date := $birth_date)"
    return [subject for (subject,) in con.execute(sql, {"name": name, "birth_date": birth_date}).fetchall()]


@pytest.mark.parametrize(
    ("typed", "subject"),
    [
        ("Adil Ahmed Rahman", "adil"),
        ("RAHMAN, ADIL AHMED", "adil"),
        ("rahman adil", "adil"),
        ("abu zayd", "adil"),
        ("adel rehman", "adil"),
        ("adil rahmen", "adil"),
        ("Zoe O'Connor", "zoe"),
        ("zoë oconnor", "zoe"),
        ("O’CONNOR", "zoe"),
        ("Mc Kenzie, Brian", "brian"),
        ("rian mckenzie", "brian"),
        ("Lukasz Strauss", "lukasz"),
        ("ŁUKASZ STRAUß", "lukasz"),
        ("иван петров", "ivan"),
    ],
)
def test_a_name_is_found_however_it_is_typed(con: duckdb.DuckDBPyConnection, typed: str, subject: str) -> None:
    assert found(con, typed)[0] == subject


def test_exact_names_come_before_close_ones(con: duckdb.DuckDBPyConnection) -> None:
    assert found(con, "adila rahman") == ["adila", "adil"]
    assert found(con, "adil rahman") == ["adil", "adila"]
    assert found(con, "john smith") == ["other_john", "john"]


def test_one_part_of_three_may_be_missing(con: duckdb.DuckDBPyConnection) -> None:
    assert found(con, "john paul smith") == ["john", "other_john"]
    assert found(con, "john jones") == []


@pytest.mark.parametrize(
    ("birth_date", "subjects"),
    [
        (None, ["other_john", "john"]),
        ("1970-09-12", ["john"]),
        ("1970-12-09", ["john"]),
        ("1971-09-12", ["john"]),
        ("1950-01-01", []),
    ],
)
def test_a_date_of_birth_keeps_those_that_hold_or_nearly_hold_it(
    con: duckdb.DuckDBPyConnection, birth_date: str | None, subjects: list[str]
) -> None:
    assert found(con, "john smith", birth_date) == subjects


def test_a_subject_without_a_date_of_birth_is_not_ruled_out_by_one(con: duckdb.DuckDBPyConnection) -> None:
    assert found(con, "brian mckenzie", "1999-09-09") == ["brian"]


def test_any_date_of_birth_of_the_subject_serves(con: duckdb.DuckDBPyConnection) -> None:
    assert found(con, "zoe oconnor", "1986-02-03") == ["zoe"]


def test_the_answer_says_which_name_matched_and_how_well(con: duckdb.DuckDBPyConnection) -> None:
    row: Any = con.execute("FROM linked.find_subject('zayd abu')").fetchone()
    assert [column[0] for column in con.description or []] == [
        "subject_id", "display_name", "birth_date", "source_systems", "record_count", "matched_name", "score",
    ]  # fmt: skip
    assert row[0] == "adil"
    assert row[3:] == (["nomis", "pnc"], 2, "ABU ZAYD", 1.0)


@pytest.mark.parametrize("typed", ["", "   ", "123", "'", "nobody at all"])
def test_a_name_that_says_nothing_finds_nobody(con: duckdb.DuckDBPyConnection, typed: str) -> None:
    assert found(con, typed) == []


def test_the_number_of_answers_can_be_limited(con: duckdb.DuckDBPyConnection) -> None:
    assert len(con.execute("FROM linked.find_subject('john smith', max_rows := 1)").fetchall()) == 1
