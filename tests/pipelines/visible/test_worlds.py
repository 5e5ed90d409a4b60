"""What an audience reads is the same whether hidden data exists or not: links, ids, gaps, counts and all."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.visible.sight import AudienceSight
from pipelines.visible.world import VISIBLE, visible_world
from tests.pipelines.publish.worlds import insert
from tests.pipelines.visible.generated import (
    HIGH,
    KINDS,
    LOW,
    changed,
    generate,
    night,
    seen_by,
    told,
    told_now,
    warehouse,
)


def test_hidden_data_decides_nothing_that_an_audience_reads(tmp_path: Path) -> None:
    world = generate(4, len(KINDS))
    with warehouse() as con, warehouse() as without:
        read = night(con, world.persons, [LOW, HIGH], tmp_path / "all")
        expected = night(without, seen_by(LOW, world.persons), [LOW], tmp_path / "seen")
        made = con.execute("SELECT count(DISTINCT subject_id) FROM linkage.membership").fetchone()
    assert told(read["low"]) == told(expected["low"])
    held = read["low"].read_bytes()
    assert [token for token in world.tokens if token.encode() in held] == []
    with duckdb.connect(str(read["low"]), read_only=True) as con:
        subjects = con.execute("SELECT count(*) FROM linked.subject").fetchone()
    assert made is not None
    assert subjects is not None
    assert made[0] < subjects[0], "hidden data has made links here, or the world proves nothing"


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_it_decides_nothing_whatever_becomes_of_markings_from_night_to_night(tmp_path: Path, seed: int) -> None:
    world = generate(seed, len(KINDS))
    with warehouse() as con, warehouse() as without:
        for number in range(3):
            read = night(con, world.persons, [LOW], tmp_path / "all", number)["low"]
            expected = night(without, seen_by(LOW, world.persons), [LOW], tmp_path / "seen", number)["low"]
            assert told_now(read) == told_now(expected), f"night {number}"
            world.persons = changed(world)


@pytest.mark.long
def test_a_night_without_changes_changes_nothing_for_an_audience(tmp_path: Path) -> None:
    world = generate(5, len(KINDS))
    with warehouse() as con:
        before = told(night(con, world.persons, [LOW], tmp_path)["low"])
        assert told(night(con, world.persons, [LOW], tmp_path, 1)["low"]) == before


def test_a_hidden_item_takes_the_part_of_a_date_of_birth_that_it_alone_tells() -> None:
    with warehouse() as con:
        insert(
            con, "nominal.record", record_key="pnc:1", source_system="pnc", source_record_id="1", names=[],
            birth_dates=[], identifiers=[], addresses=[], contact_points=[], sentence_dates=[],
            partial_birth_dates=["1962", "1963-04", "1964"], own_partial_birth_date="1962",
        )  # fmt: skip
        for key, kind, marking, part in (
            ("i1", "birth_date", "OFFICIAL", "1963-04"), ("i2", "name", "SECRET", "1964"),
        ):  # fmt: skip
            insert(
                con, "nominal.information_item", item_key=key, record_key="pnc:1", source_system="pnc", kind=kind,
                detail=json.dumps({"birth_date": part}), marking=marking, originator="pnc", resource="items",
                landed_row=1,
            )  # fmt: skip
        with visible_world(con, AudienceSight("low", ("OFFICIAL",), None)):
            seen = con.execute(f"SELECT partial_birth_dates FROM {VISIBLE}.sight.seen_less").fetchall()
    assert seen == [(["1962", "1963-04"],)]
