"""What an audience reads is the same whether hidden data exists or not: links, ids, gaps, counts and all."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

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
