"""What the warehouse knows of a source's loads: the newest of them, and the one in force, wherever the landing is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linkage_models.relations import single_value
from pipelines.landing.manifest import Load, order_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NEWEST = "ORDER BY split_part(load_id, '-', 2)::BIGINT DESC, load_id DESC LIMIT 1"


class InForce(NamedTuple):
    """The load that a source's records come from, as far as the warehouse tells of it, and what it was applied with."""

    load: Load
    mapping_hash: str


def last_number(con: DuckDBPyConnection, system: str) -> int:
    """Return the greatest running number of a load of the source, refused ones included; 0 where there is none."""
    known = "SELECT load_id FROM nominal.load WHERE source_system = $system UNION ALL SELECT '-0' "
    newest: str = single_value(con, f"SELECT load_id FROM ({known}) {_NEWEST}", {"system": system})
    return order_of(newest)[0]


def in_force(con: DuckDBPyConnection, system: str) -> InForce | None:
    """Return the load that the source's records come from; None where none is in force."""
    row = con.execute(
        "SELECT mapping_hash, load_id, checksum, delivered_at, last_seen_at FROM nominal.load "
        f"WHERE source_system = $system AND refused IS NULL {_NEWEST}",
        {"system": system},
    ).fetchone()
    if row is None:
        return None
    mapping, load_id, checksum, delivered_at, last_seen_at = row
    return InForce(Load(load_id, system, checksum, "", delivered_at, last_seen_at, {}, {}, 0.0), mapping)
