"""The checks that guard publishing: each finds what it is there to find, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linkage_models.relations import MEMBERSHIP, single_value, statement
from pipelines.defs import linkage
from pipelines.defs.checks import faults
from pipelines.defs.nightly import AT_TWO
from tests.pipelines.publish.worlds import NIGHT, World, insert, small_world

LATER = NIGHT + timedelta(days=1)


def found(world: World, check: str) -> int:
    return int(single_value(world.con, statement(linkage.__file__, check)))


def test_a_sound_warehouse_has_no_faults() -> None:
    world = small_world()
    assert [found(world, one) for one in ("one_subject_each", "decisions_hold", "ids_stay_retired")] == [0, 0, 0]
    assert faults(world.con, MEMBERSHIP) == []


def test_a_record_in_no_subject_in_two_or_long_gone_is_a_fault() -> None:
    world = small_world()
    world.record("pnc:99/9Z", "New Person", subject="", member=False)
    assert found(world, "one_subject_each") == 1
    world.member("pnc:99/9Z", "S00000005F")
    assert found(world, "one_subject_each") == 0
    world.member("pnc:99/9Z", "S00000006G", since=LATER)
    assert found(world, "one_subject_each") == 1
    world.member("pnc:gone", "S00000007H")
    assert found(world, "one_subject_each") == 2


@pytest.mark.parametrize(
    ("verdict", "flagged", "faulty"),
    [("same", False, 1), ("same", True, 0), ("different", False, 0)],
)
def test_a_must_link_apart_is_a_fault_unless_people_contradict_each_other(
    verdict: str, flagged: bool, faulty: int
) -> None:
    world = small_world()
    world.decide("nomis:A1234BC", "nomis:A2222BC", verdict)
    if flagged:
        insert(world.con, "linkage.review_flag", record_key="nomis:A1234BC", flag="contradictory_decisions")
    assert found(world, "decisions_hold") == faulty


def test_a_cannot_link_in_one_subject_is_a_fault_until_it_is_withdrawn() -> None:
    world = small_world()
    world.decide("nomis:A1234BC", "pnc:81/34U", "different")
    assert found(world, "decisions_hold") == 1
    world.con.execute("UPDATE linkage.decision SET withdrawn_at = decided_at")
    assert found(world, "decisions_hold") == 0


def test_a_retired_id_in_use_is_a_fault_and_one_that_records_came_back_from_is_none() -> None:
    world = small_world()
    world.event("created", ["S00000001A"], ["S00000004E"])
    assert found(world, "ids_stay_retired") == 0
    world.event("merged", ["S00000001A", "S00000004E"], ["S00000004E"])
    assert found(world, "ids_stay_retired") == 1


def test_a_table_with_other_columns_empty_cells_or_a_key_twice_says_which() -> None:
    world = small_world()
    world.con.execute("INSERT INTO linkage.membership SELECT * FROM linkage.membership WHERE subject_id = 'S00000001A'")
    (twice,) = faults(world.con, MEMBERSHIP)
    assert twice == "linkage.membership: 3 keys of record_key, subject_id, since in more than one row"
    world.con.execute("ALTER TABLE linkage.membership ALTER since DROP NOT NULL")
    assert faults(world.con, MEMBERSHIP) == ["linkage.membership: the columns since are not as the catalogue says"]


def test_the_night_is_at_two_in_london_summer_and_winter() -> None:
    assert (AT_TWO.cron_schedule, AT_TWO.execution_timezone) == ("0 2 * * *", "Europe/London")
