"""The linked tables say of each subject what the warehouse knows, in one order."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.pipelines.publish.worlds import NIGHT, World, insert, small_world


def rows(world: World, folder: Path, sql: str, **values: Any) -> list[Any]:
    with duckdb.connect(str(world.publish(folder, **values).path), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_subject_is_called_what_most_of_its_records_call_it(tmp_path: Path) -> None:
    world = World()
    world.record("pnc:1", "AYAAN WARSAME", subject="S1")
    world.record("nomis:1", "Ayan Warsame", subject="S1")
    world.record("ndelius:1", "Ayan Warsame", subject="S1")
    assert rows(world, tmp_path, "SELECT display_name FROM linked.subject") == [("Ayan Warsame",)]


def test_records_that_write_one_name_differently_vote_together(tmp_path: Path) -> None:
    world = World()
    world.record("pnc:1", "ADIL RAHMAN", subject="S1")
    world.record("nomis:1", "Adil Rahman", subject="S1")
    world.record("ndelius:1", "Bilal Rahman", subject="S1")
    world.record("ndelius:2", "Adil  Rahman", subject="S1")
    world.record("nomis:2", "Bilal Rahman", subject="S1")
    assert rows(world, tmp_path, "SELECT display_name FROM linked.subject") == [("ADIL RAHMAN",)]


def test_first_of_january_loses_a_tie_between_dates_of_birth(tmp_path: Path) -> None:
    world = World()
    world.record("pnc:1", "A B", subject="S1", born="1985-01-01")
    world.record("nomis:1", "A B", subject="S1", born="1985-06-30")
    assert rows(world, tmp_path, "SELECT birth_date FROM linked.subject") == [(date(1985, 6, 30),)]


def test_a_year_or_month_of_birth_that_is_known_comes_with_the_systems_that_know_it(tmp_path: Path) -> None:
    world = World()
    world.record("pnc:1", "A B", subject="S1", born_in=["1962"])
    world.record("nomis:1", "A B", subject="S1", born_in=["1962-03", "1962"])
    assert rows(world, tmp_path, "SELECT birth_date, birth_dates, partial_birth_dates FROM linked.subject") == [
        (None, [], [
            {"birth_date": "1962", "source_systems": ["nomis", "pnc"]},
            {"birth_date": "1962-03", "source_systems": ["nomis"]},
        ]),
    ]  # fmt: skip


def test_sex_stays_empty_where_records_are_evenly_split(tmp_path: Path) -> None:
    world = World()
    world.record("pnc:1", "A B", subject="S1", sex="M")
    world.record("nomis:1", "A B", subject="S1", sex="F")
    assert rows(world, tmp_path, "SELECT sex FROM linked.subject") == [(None,)]


def test_every_name_date_identifier_and_address_comes_with_the_systems_that_hold_it(tmp_path: Path) -> None:
    (subject,) = rows(
        small_world(),
        tmp_path,
        "SELECT names, birth_dates, identifiers, addresses, source_systems, services, record_count"
        " FROM linked.subject WHERE subject_id = 'S00000001A'",
    )
    names, dates, identifiers, addresses, systems, services, count = subject
    assert [(n["name"], n["kinds"], n["source_systems"]) for n in names] == [
        ("ADEL REHMAN", ["primary"], ["pnc"]),
        ("ADIL AHMED RAHMAN", ["alias"], ["nomis"]),
        ("ADIL RAHMAN", ["primary"], ["ndelius", "nomis"]),
    ]
    assert [(d["birth_date"].isoformat(), d["source_systems"]) for d in dates] == [
        ("1990-01-01", ["pnc"]),
        ("1990-05-17", ["ndelius", "nomis"]),
        ("1991-05-17", ["ndelius"]),
    ]
    assert [(i["kind"], i["source_systems"]) for i in identifiers] == [
        ("crn", ["ndelius"]),
        ("noms", ["nomis"]),
        ("pnc", ["ndelius", "nomis"]),
    ]
    assert addresses == [{"address": "1 High Street", "postcode": "N168PH", "source_systems": ["nomis"]}]
    assert (systems, services, count) == (["ndelius", "nomis", "pnc"], ["police", "prison", "probation"], 3)


def test_the_weakest_link_is_the_weakest_on_the_strongest_tree(tmp_path: Path) -> None:
    found = rows(small_world(), tmp_path, "SELECT subject_id, weakest_link_weight FROM linked.subject")
    assert found == [("S00000001A", 9.0), ("S00000002B", 12.0), ("S00000003D", None)]


def test_a_link_a_person_decided_is_never_the_weakest(tmp_path: Path) -> None:
    world = World()
    for number in range(4):
        world.record(f"nomis:{number}", "A B", subject="S1")
    for one, other, weight in [(0, 1, 20.0), (1, 2, 3.0), (0, 2, 2.0), (2, 3, 11.0), (0, 3, 1.0)]:
        world.edge(f"nomis:{one}", f"nomis:{other}", weight)
    world.decide("nomis:1", "nomis:2", "same")
    world.record("pnc:1", "C D", subject="S2")
    world.record("pnc:2", "C D", subject="S2")
    world.decide("pnc:1", "pnc:2", "same")
    found = rows(world, tmp_path, "SELECT subject_id, weakest_link_weight FROM linked.subject")
    assert found == [("S1", 11.0), ("S2", None)]


def test_review_flags_of_records_are_flags_of_their_subject(tmp_path: Path) -> None:
    world = small_world()
    for record, flag in [("pnc:81/34U", "weak_bridge"), ("nomis:A1234BC", "conflict"), ("pnc:81/34U", "conflict")]:
        insert(world.con, "linkage.review_flag", record_key=record, flag=flag)
    found = rows(world, tmp_path, "SELECT review_flags FROM linked.subject")
    assert found == [(["conflict", "weak_bridge"],), ([],), ([],)]


def test_each_link_says_how_it_relates_to_its_subjects_and_who_decided(tmp_path: Path) -> None:
    world = small_world()
    world.record("pnc:77/1A", "Zoe Connor", subject="S00000004E")
    world.edge("pnc:77/1A", "ndelius:X100002", 8.0)
    world.decide("pnc:77/1A", "nomis:A2222BC", "different")
    world.edge("pnc:90/5X", "pnc:77/1A", 7.0)
    found = rows(world, tmp_path, "SELECT record_l, record_r, relation, decided_by, len(evidence) FROM linked.link")
    assert found == [
        ("ndelius:X100001", "nomis:A1234BC", "within", "identifier", 3),
        ("ndelius:X100001", "pnc:81/34U", "within", "model", 2),
        ("ndelius:X100002", "nomis:A2222BC", "within", "model", 2),
        ("ndelius:X100002", "pnc:77/1A", "kept_apart", "model", 2),
        ("nomis:A1234BC", "pnc:81/34U", "within", "model", 2),
        ("nomis:A2222BC", "pnc:77/1A", "kept_apart", "person", 0),
        ("nomis:A2222BC", "pnc:90/5X", "near_miss", "model", 2),
        ("pnc:77/1A", "pnc:90/5X", "kept_apart", "model", 2),
    ]


def test_the_evidence_of_a_scored_link_sums_to_its_weight(tmp_path: Path) -> None:
    off = rows(
        small_world(),
        tmp_path,
        "SELECT count(*) FROM linked.link WHERE abs(list_sum([e.weight FOR e IN evidence]) - match_weight) > 1e-6",
    )
    assert off == [(0,)]


def test_a_withdrawn_decision_decides_nothing(tmp_path: Path) -> None:
    world = small_world()
    world.decide("nomis:A2222BC", "pnc:90/5X", "different", withdrawn_at=NIGHT, withdrawn_by="x", withdrawn_reason="x")
    found = rows(world, tmp_path, "SELECT relation, decided_by FROM linked.link WHERE record_r = 'pnc:90/5X'")
    assert found == [("near_miss", "model")]


def test_coverage_has_a_row_for_every_system_also_where_it_knows_nothing(tmp_path: Path) -> None:
    found = rows(
        small_world(),
        tmp_path,
        "SELECT source_system, service, record_count, kinds, item_count FROM linked.coverage"
        " WHERE subject_id IN ('S00000001A', 'S00000003D')",
    )
    assert found == [
        ("ndelius", "probation", 1, ["registration"], 1),
        ("nomis", "prison", 1, ["alert", "custody"], 2),
        ("pnc", "police", 1, [], 0),
        ("ndelius", "probation", 0, [], 0),
        ("nomis", "prison", 0, [], 0),
        ("pnc", "police", 1, [], 0),
    ]


def test_a_record_that_left_its_source_is_in_the_history_alone(tmp_path: Path) -> None:
    world = small_world()
    world.con.execute("DELETE FROM nominal.record WHERE record_key = 'pnc:90/5X'")
    world.con.execute(
        "UPDATE linkage.membership SET until = ? WHERE record_key = 'pnc:90/5X'", [NIGHT + timedelta(days=1)]
    )
    assert rows(world, tmp_path, "SELECT count(*) FROM linked.subject") == [(2,)]
    assert rows(world, tmp_path, "SELECT count(*) FROM linked.subject_record") == [(5,)]
    history = "SELECT subject_id, until FROM linked.membership_history WHERE record_key = 'pnc:90/5X'"
    assert rows(world, tmp_path, history) == [("S00000003D", NIGHT + timedelta(days=1))]


@pytest.mark.parametrize(
    ("instant", "subject"),
    [(NIGHT - timedelta(days=1), None), (NIGHT, "S00000009L"), (NIGHT + timedelta(days=1), "S00000001A")],
)
def test_what_was_believed_at_an_instant_can_be_asked(tmp_path: Path, instant: datetime, subject: str | None) -> None:
    world = small_world()
    joined = NIGHT + timedelta(days=1)
    world.record("pnc:02/1K", "Adil Rahman", subject="S00000001A", since=joined)
    world.member("pnc:02/1K", "S00000009L", until=joined)
    found = rows(
        world,
        tmp_path,
        f"SELECT subject_id FROM linked.subject_as_of('{instant}') WHERE record_key = 'pnc:02/1K'"
        " AND source_system = 'pnc' AND source_record_id = '02/1K'",
    )
    assert found == ([(subject,)] if subject else [])


def test_a_retired_id_leads_to_every_subject_it_became(tmp_path: Path) -> None:
    world = small_world()
    world.event("merged", ["S00000007J", "S00000008K"], ["S00000008K"])
    world.event("merged", ["S00000008K", "S00000001A"], ["S00000001A"])
    world.event("split", ["S00000001A"], ["S00000001A", "S00000002B"])
    world.event("retired", ["S00000006H"], [])

    def current(id_: str) -> list[Any]:
        return rows(world, tmp_path, f"SELECT subject_id FROM linked.current_subject('{id_}')")

    assert current("S00000007J") == [("S00000001A",), ("S00000002B",)]
    assert current("S00000001A") == [("S00000001A",)]
    assert current("S00000006H") == []
    assert current("nobody") == []


def test_the_data_dictionary_describes_every_table_column_and_macro(tmp_path: Path) -> None:
    undescribed = rows(
        small_world(),
        tmp_path,
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'linked'"
        " EXCEPT SELECT table_name, column_name FROM linked.data_dictionary WHERE description <> ''",
    )
    assert undescribed == []
    macros = rows(small_world(), tmp_path, "SELECT table_name FROM linked.data_dictionary WHERE table_name LIKE '%(%'")
    assert [name.split("(")[0] for (name,) in macros] == [
        "current_subject",
        "find_subject",
        "fold_name",
        "subject_as_of",
    ]


def test_comments_travel_with_the_file(tmp_path: Path) -> None:
    bare = rows(
        small_world(),
        tmp_path,
        "SELECT count(*) FROM duckdb_columns() WHERE schema_name = 'linked' AND comment IS NULL",
    )
    assert bare == [(0,)]
