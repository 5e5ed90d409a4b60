"""Equal content gives equal rows in equal order, whatever the thread count and however the warehouse was filled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.warehouse.catalogue import LINKED
from tests.pipelines.publish.worlds import World, fill_large


def contents(path: Path) -> dict[str, list[Any]]:
    """Return every row of every table but `run`, in the order they lie in the file."""
    with duckdb.connect(str(path), read_only=True, config={"threads": 1}) as con:
        return {
            table.name: con.execute(f"FROM {table.qualified}").fetchall() for table in LINKED if table.name != "run"
        }


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_linked_tables_do_not_depend_on_threads_or_row_order(tmp_path: Path, threads: int) -> None:
    one = World(threads=1)
    fill_large(one.con, 5000)
    first = contents(one.publish(tmp_path / "one").path)

    other = World(threads=threads)
    fill_large(other.con, 5000)
    for table in ("nominal.record", "nominal.information_item", "linkage.edge", "linkage.membership"):
        other.con.execute(f"CREATE TEMP TABLE shuffled AS SELECT * FROM {table} ORDER BY hash({table.split('.')[1]})")
        other.con.execute(f"DELETE FROM {table}")
        other.con.execute(f"INSERT INTO {table} FROM shuffled")
        other.con.execute("DROP TABLE shuffled")
    other.con.execute("SET preserve_insertion_order = false")
    assert contents(other.publish(tmp_path / "other", run_id="another").path) == first


def test_every_table_lies_in_order_of_its_key(tmp_path: Path) -> None:
    world = World(threads=2)
    fill_large(world.con, 3000)
    with duckdb.connect(str(world.publish(tmp_path).path), read_only=True) as con:
        for table in LINKED:
            key = ", ".join(f'"{name}"' for name in table.key)
            rows = con.execute(f"SELECT {key} FROM {table.qualified}").fetchall()
            assert rows == sorted(rows), table.name
