"""The gaps of each audience, where something is hidden from it: found in what it sees, and kept from night to night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from linkage_models.relations import named_rows, single_value, statement
from pipelines.visible.world import visible_world
from pipelines.warehouse.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import duckdb

    from pipelines.visible.sight import AudienceSight

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class AudienceFindings(Generic[Found]):
    """What was found in an audience's world.

    Attributes:
        found: what finding gaps returned.
        totals: how many records, edges, subjects and flagged records the audience sees.
    """

    found: Found
    totals: dict[str, int]


def keep_findings(
    con: duckdb.DuckDBPyConnection, sight: AudienceSight, at: datetime, find: Callable[[], Found]
) -> AudienceFindings[Found] | None:
    """Bring the findings of an audience up to date, unless everybody's are its own as nothing is hidden from it.

    Args:
        con: the warehouse, outside a transaction.
        sight: what the audience may see.
        at: the instant of the run, naive UTC.
        find: finds the gaps of the warehouse, and writes `gap.finding` and `gap.rule`; called where these, and all that
            they follow from, are the audience's.

    Returns:
        What `find` returned, and what the audience sees; None where it was not called.
    """
    with visible_world(con, sight) as world:
        if world.whole:
            return None
        with world.inside(), transaction(con):
            con.execute("INSERT INTO gap.finding BY NAME FROM everything_audience.finding")
            # The first time, gaps that it sees as everybody does keep their dates. The others were never its own.
            first = not single_value(con, "SELECT count(*) FROM gap.finding")
            if first:
                earlier = "FROM everything_gap.finding WHERE status = 'open' AND first_seen < $at"
                con.execute(f"INSERT INTO gap.finding BY NAME {earlier}", {"at": at})
            found = find()
            (totals,) = named_rows(con, statement(__file__, "world/totals"))
            if first:
                con.execute("DELETE FROM gap.finding WHERE status <> 'open'")
        with transaction(con):
            con.execute("DELETE FROM audience.finding WHERE audience = $audience", {"audience": sight.audience})
            con.execute(
                "INSERT INTO audience.finding BY NAME "
                "SELECT $audience AS audience, * FROM visible.gap.finding ORDER BY gap_id",
                {"audience": sight.audience},
            )
    return AudienceFindings(found, totals)
