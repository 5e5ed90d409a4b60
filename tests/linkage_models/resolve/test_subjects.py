"""Permanent subject ids: who keeps one, who gets a new one, and where an old one leads (design invariant 3)."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest

from linkage_models.resolve import Thresholds, assign_subjects, subject_id, successors
from tests.linkage_models.resolve.builders import Warehouse

S1, S2, S3, S4 = (subject_id(number) for number in (1, 2, 3, 4))


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse()


def test_ids_are_counted_in_the_order_of_the_smallest_records(warehouse: Warehouse) -> None:
    counts = warehouse.arrange("CD", "AE", "B")
    assert warehouse.subjects() == {"A": S1, "E": S1, "B": S2, "C": S3, "D": S3}
    assert (counts.subjects, counts.opened, counts.closed, counts.kept, counts.events.created) == (3, 5, 0, 0, 3)
    assert warehouse.events() == [("created", [], [subject], "new records") for subject in (S1, S2, S3)]


def test_a_subject_id_is_a_counter_and_its_check_letter() -> None:
    # 1 mod 23 = 1 -> A; 22 mod 23 = 22 -> Y; 23 mod 23 = 0 -> Z.
    assert [subject_id(number) for number in (1, 22, 23)] == ["S00000001A", "S00000022Y", "S00000023Z"]
    # A digit mistyped, and two in the wrong order, have another letter.
    assert not any(subject_id(number).endswith("Y") for number in (21, 202))


def test_the_same_partition_again_changes_nothing(warehouse: Warehouse) -> None:
    warehouse.arrange("AB", "C")
    before = warehouse.tables()
    counts = warehouse.arrange("AB", "C")
    assert warehouse.tables() == before
    assert (counts.opened, counts.closed, counts.kept) == (0, 0, 3)


def test_a_new_record_joins_without_an_event_and_the_others_keep_their_since(warehouse: Warehouse) -> None:
    warehouse.arrange("AB")
    before = warehouse.tables()
    warehouse.arrange("ABC")
    after = warehouse.tables()
    assert set(warehouse.subjects().values()) == {S1}
    assert after["subject_event"] == before["subject_event"]
    assert after["membership"][:2] == before["membership"]


def test_after_a_merge_the_larger_part_keeps_its_id(warehouse: Warehouse) -> None:
    warehouse.arrange("A", "BC")
    warehouse.arrange("ABC")
    assert set(warehouse.subjects().values()) == {S2}
    assert warehouse.events()[2:] == [("merged", [S1, S2], [S2], "records joined")]
    assert successors(warehouse.con, "subject_event", S1) == [S2]


def test_of_two_parts_of_one_size_the_older_id_stays(warehouse: Warehouse) -> None:
    warehouse.arrange("C", "A", "B")
    warehouse.arrange("ABC")
    assert set(warehouse.subjects().values()) == {S1}
    assert warehouse.events()[3:] == [("merged", [S1, S2, S3], [S1], "records joined")]


def test_after_a_split_the_larger_part_keeps_the_id(warehouse: Warehouse) -> None:
    warehouse.arrange("ABC")
    warehouse.arrange("A", "BC")
    assert warehouse.subjects() == {"A": S2, "B": S1, "C": S1}
    assert warehouse.events()[1:] == [("split", [S1], [S1, S2], "records separated")]
    assert successors(warehouse.con, "subject_event", S1) == [S1]


def test_a_record_that_moves_leaves_both_ids_in_place(warehouse: Warehouse) -> None:
    warehouse.arrange("ABC", "DE")
    warehouse.arrange("AB", "CDE")
    assert warehouse.subjects() == {"A": S1, "B": S1, "C": S2, "D": S2, "E": S2}
    assert warehouse.events()[2:] == [("split", [S1], [S1, S2], "records separated")]


def test_an_id_outbid_by_a_larger_share_stays_with_its_next_largest_part(warehouse: Warehouse) -> None:
    # S1 shares 4 with EFGH.., 3 with ABC..; S2 shares 2 with ABC..: the first takes S1, so S2 goes to the second.
    warehouse.arrange("ABCDEFG", "HI")
    warehouse.arrange("ABCHI", "DEFG")
    subjects = warehouse.subjects()
    assert (subjects["D"], subjects["A"]) == (S1, S2)
    assert warehouse.events()[2:] == [("split", [S1], [S1, S2], "records separated")]


def test_a_retired_id_leads_through_later_changes_to_the_live_ones(warehouse: Warehouse) -> None:
    warehouse.arrange("AB", "CDE")
    warehouse.arrange("ABCDE")
    warehouse.arrange("AB", "CDE")
    warehouse.arrange("ABCDE", "XYZUVW")
    warehouse.arrange("ABCDEXYZUVW")
    live = set(warehouse.subjects().values())
    assert len(live) == 1
    for number in range(1, 5):
        assert set(successors(warehouse.con, "subject_event", subject_id(number))) == live


def test_no_id_is_used_again_after_its_subject_is_gone(warehouse: Warehouse) -> None:
    warehouse.arrange("A", "B")
    warehouse.arrange("A")
    warehouse.con.execute("DELETE FROM membership WHERE record_key = 'B'")
    warehouse.arrange("A", "C")
    assert warehouse.subjects()["C"] == S3


def test_a_subject_without_records_is_retired_without_successor(warehouse: Warehouse) -> None:
    warehouse.arrange("A", "B")
    counts = warehouse.arrange("A")
    assert warehouse.events()[2:] == [("retired", [S2], [], "no records left")]
    assert successors(warehouse.con, "subject_event", S2) == []
    assert (counts.closed, counts.events.retired) == (1, 1)


def test_a_record_merged_in_its_source_leaves_no_subject_behind(warehouse: Warehouse) -> None:
    warehouse.arrange("A", "B", "C")
    warehouse.merged("A", "B")
    warehouse.merged("B", "C")
    warehouse.arrange("C")
    assert warehouse.subjects() == {"C": S3}
    assert warehouse.events()[3:] == [
        ("retired", [S1], [S3], "merged in source"),
        ("retired", [S2], [S3], "merged in source"),
    ]
    assert successors(warehouse.con, "subject_event", S1) == [S3]


def test_records_merged_to_and_fro_in_their_source_are_followed_to_an_end(warehouse: Warehouse) -> None:
    warehouse.arrange("A", "B")
    warehouse.merged("A", "B")
    warehouse.merged("B", "A")
    warehouse.arrange("C")
    assert [event[0] for event in warehouse.events()[2:]] == ["created", "retired", "retired"]


def test_a_record_that_comes_back_gets_a_new_id_that_names_the_old(warehouse: Warehouse) -> None:
    warehouse.arrange("A", "B")
    warehouse.merged("A", "B")
    warehouse.arrange("B")
    warehouse.arrange("A", "B")
    assert warehouse.subjects() == {"A": S3, "B": S2}
    assert warehouse.events()[-1] == ("created", [S1], [S3], "records came back")
    assert successors(warehouse.con, "subject_event", S1) == [S2, S3]


def test_a_subject_one_of_whose_records_came_back_as_another_lives_on(warehouse: Warehouse) -> None:
    warehouse.arrange("AB")
    warehouse.arrange("A")
    warehouse.arrange("A", "B")
    assert warehouse.subjects() == {"A": S1, "B": S2}
    assert warehouse.events()[-1] == ("created", [S1], [S2], "records came back")
    assert successors(warehouse.con, "subject_event", S1) == [S1]


def test_a_night_run_again_at_the_same_instant_leaves_no_trace_of_what_it_undid(warehouse: Warehouse) -> None:
    warehouse.arrange("AB", "C")
    before = warehouse.tables()["membership"]
    warehouse.arrange("A", "B", "C")
    warehouse.night -= 1
    counts = warehouse.arrange("AB", "C")
    assert sorted(warehouse.tables()["membership"]) == sorted(before)
    assert (counts.opened, counts.closed, counts.kept) == (1, 1, 2)
    # The id that was given and taken back at once still leads somewhere.
    assert successors(warehouse.con, "subject_event", S3) == [S1]


def test_what_a_successor_lost_before_it_took_over_is_not_followed(warehouse: Warehouse) -> None:
    warehouse.arrange("A", "BCDE")
    warehouse.arrange("A", "BCD", "E")
    warehouse.arrange("ABCD", "E", "UVWXYZ")
    warehouse.arrange("ABCDUVWXYZ", "E")
    assert successors(warehouse.con, "subject_event", S1) == [S4]
    assert successors(warehouse.con, "subject_event", S2) == [S3, S4]


def test_a_retired_id_leads_also_to_what_split_off_while_it_lived(warehouse: Warehouse) -> None:
    warehouse.arrange("ABC")
    warehouse.arrange("A", "BC")
    assert successors(warehouse.con, "subject_event", S1) == [S1]
    warehouse.arrange("A")
    assert successors(warehouse.con, "subject_event", S1) == [S2]


def test_strict_parts_are_numbered_by_size_and_the_wide_subject_bears_its_oldest_id() -> None:
    warehouse = Warehouse()
    warehouse.records("A", "B", "C", "D")
    warehouse.edges({"A-B": 8.0, "B-C": 14.0, "C-D": 3.0})
    warehouse.run()
    levels = warehouse.con.execute(
        "SELECT record_key, subject_id, strict_subject_id, wide_subject_id FROM membership ORDER BY 1"
    ).fetchall()
    assert levels == [
        ("A", S1, f"{S1}-2", S1),
        ("B", S1, f"{S1}-1", S1),
        ("C", S1, f"{S1}-1", S1),
        ("D", S2, S2, S1),
    ]


def test_other_strict_and_wide_thresholds_rename_the_levels_in_place() -> None:
    warehouse = Warehouse()
    warehouse.records("A", "B")
    warehouse.edges({"A-B": 8.0})
    warehouse.run()
    warehouse.cluster(Thresholds(strict=7.0, link=6.0, wide=2.0))
    counts = warehouse.assign()
    rows = warehouse.con.execute("SELECT strict_subject_id, until FROM membership").fetchall()
    assert rows == [(S1, None), (S1, None)]
    assert (counts.opened, counts.closed, len(warehouse.events())) == (0, 0, 1)


def assign_at(warehouse: Warehouse, at: datetime) -> None:
    assign_subjects(
        warehouse.con,
        partition="clusters",
        membership="membership",
        events="subject_event",
        merges="merge",
        at=at,
        run_id="by hand",
    )


def test_an_earlier_time_than_the_last_change_is_refused(warehouse: Warehouse) -> None:
    warehouse.arrange("A")
    with pytest.raises(ValueError, match="give a later time"):
        assign_at(warehouse, datetime(2026, 3, 1, tzinfo=UTC))


def test_times_with_a_zone_are_kept_in_utc(warehouse: Warehouse) -> None:
    warehouse.records("A")
    warehouse.cluster()
    assign_at(warehouse, datetime.fromisoformat("2026-06-01T02:00:00+01:00"))
    rows = warehouse.con.execute("SELECT since::VARCHAR FROM membership").fetchall()
    assert rows == [("2026-06-01 01:00:00",)]


def test_an_id_never_issued_has_no_successors_to_ask_for(warehouse: Warehouse) -> None:
    warehouse.arrange("A")
    with pytest.raises(LookupError, match="S00000004D"):
        successors(warehouse.con, "subject_event", S4)


def test_a_night_that_fails_says_why_and_leaves_nothing_to_the_next(warehouse: Warehouse) -> None:
    warehouse.records("A", "B")
    warehouse.edges({"A-B": 9.0})
    warehouse.run()
    warehouse.con.begin()
    warehouse.con.execute("UPDATE membership SET subject_id = 'odd'")
    with pytest.raises(duckdb.ConversionException, match="INT64"):
        warehouse.run()
    warehouse.con.rollback()
    assert warehouse.run().kept == 2
    tables = "SELECT table_name FROM duckdb_tables() WHERE temporary"
    views = "SELECT view_name FROM duckdb_views() WHERE NOT internal"
    assert warehouse.con.execute(f"{tables} UNION ALL {views}").fetchall() == []
