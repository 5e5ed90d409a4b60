"""Editing what a chunk's records say before it is delivered, so that one generator makes worlds of many kinds.

An edit is an SQL file beside this module, over the tables that `sample_data.state` describes; `scripts` also needs
every name in its other scripts. What it draws follows from the seed and the record alone, so it is the same on every
night and in every chunk. Edits that spoil leave terrorist-risk cases as they are: every system has these consistently.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from sample_data.life import Chunk
from sample_data.names.script import in_arabic, in_cyrillic, in_greek

_PEOPLE_A_HOSTEL = 150
"""People of the population for each hostel; as three in ten live in one, some 45 share an address."""

_NAMES = "select distinct unnest([forename, middle, second_middle, surname]) from nominal order by 1"


def edit(connection: duckdb.DuckDBPyConnection, chunk: Chunk, edits: Iterable[str], people: int) -> None:
    """Edit the chunk that is loaded.

    Args:
        connection: where the chunk's state is, with its variable `seed`.
        chunk: the chunk.
        edits: names of the edits, in their order.
        people: how many people the whole sample has.
    """
    for number, name in enumerate(edits):
        if not number:
            _prepare(connection, chunk, people)
        if name == "scripts":
            _write_spellings(connection)
        connection.execute(_sql(name))


def _sql(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")


def _prepare(connection: duckdb.DuckDBPyConnection, chunk: Chunk, people: int) -> None:
    connection.execute("set variable today = $1::date", [chunk.today])
    connection.execute("set variable hostels = $1", [1 + people // _PEOPLE_A_HOSTEL])
    connection.execute(_sql("draws"))
    cases = pa.table({"person": np.flatnonzero(chunk.cases)})
    connection.register("incoming", cases)
    connection.execute("create or replace temp table steady as select * from incoming")
    connection.unregister("incoming")


def _write_spellings(connection: duckdb.DuckDBPyConnection) -> None:
    names = [name for (name,) in connection.execute(_NAMES).fetchall() if name is not None]
    connection.register("incoming", pa.table({
        "name": names,
        "cyrillic": [in_cyrillic(name) for name in names],
        "greek": [in_greek(name) for name in names],
        "arabic": [in_arabic(name) for name in names],
    }))  # fmt: skip
    connection.execute("create or replace temp table spelling as select * from incoming")
    connection.unregister("incoming")
