"""Ceilings under attack: worlds in which hidden data makes links, and every value of it sought in the files."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.pipelines.visible.generated import KINDS, LOW, changed, generate, night, seen_by, told, told_now, warehouse

WAREHOUSES = 20
"""Warehouses made, each of `WORLDS` small worlds."""

WORLDS = 100
"""Worlds of one person's records in a warehouse; in six of ten hidden data alone joins two of them."""

NIGHTS = 4
"""Warehouses that go on for another night, on which markings change."""

LINKS, PLANTED = 200, 20_000
"""Links made by hidden data, and values that only it holds, each sought in the bytes of the file: at least."""

pytestmark = pytest.mark.hostile


def test_hidden_data_decides_nothing_in_any_world(tmp_path: Path) -> None:
    planted = links = 0
    differing: list[int] = []
    leaked: list[str] = []
    for seed in range(WAREHOUSES):
        world = generate(1000 + seed, WORLDS)
        with warehouse() as con, warehouse() as without:
            read = night(con, world.persons, [LOW], tmp_path / "all")["low"]
            expected = night(without, seen_by(LOW, world.persons), [LOW], tmp_path / "seen")["low"]
            differing += [seed] if told(read) != told(expected) else []
            held = read.read_bytes()
            leaked += [token for token in world.tokens if token.encode() in held]
            planted += len(world.tokens)
            links += _made_by_hidden_data(con)
            if seed < NIGHTS:
                world.persons = changed(world)
                read = night(con, world.persons, [LOW], tmp_path / "all", 1)["low"]
                expected = night(without, seen_by(LOW, world.persons), [LOW], tmp_path / "seen", 1)["low"]
                differing += [seed] if told_now(read) != told_now(expected) else []
    print(  # noqa: T201 - the figures are what this suite is run for
        f"{WAREHOUSES * WORLDS} worlds of {len(KINDS)} kinds in {WAREHOUSES} warehouses, {NIGHTS} of them for a second"
        f" night: {links} subjects that hidden data made, {len(differing)} files that differ from those without it;"
        f" {planted} values planted, {len(leaked)} found"
    )
    assert links >= LINKS
    assert planted >= PLANTED
    assert (differing, leaked) == ([], [])


def _made_by_hidden_data(con: duckdb.DuckDBPyConnection) -> int:
    """Return how many subjects of everybody are several for the audience."""
    found = con.execute("""
        SELECT whole.subject_id
        FROM linkage.membership AS whole
        INNER JOIN audience.membership AS seen USING (record_key)
        WHERE whole.until IS NULL AND seen.until IS NULL
        GROUP BY whole.subject_id
        HAVING count(DISTINCT seen.subject_id) > 1
    """).fetchall()
    return len(found)
