"""What an audience's file is filled from: its visible world, and the temporary relations every statement reads there.

    publish_system  the configured source systems it may see, with their service
    publish_member  the records that are in a subject now
    publish_record  those records, whole
    publish_item    the information items, with their subject

Inside, `nominal.record` and the like are those of the world: nothing that is hidden can be read by mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

from linkage_models.relations import Temporaries, single_value, statement
from pipelines.visible import AudienceSight, visible_world


@contextmanager
def visible_to(con: DuckDBPyConnection, sight: AudienceSight, services: Mapping[str, str]) -> Iterator[None]:
    """Go into the audience's world, with the temporary relations of this module's docstring, while the context lasts.

    Args:
        con: the warehouse, outside a transaction.
        sight: what the audience may see.
        services: service of each configured source system.

    Raises:
        CheckFailedError: the audience's subjects were resolved from other markings than those of now.
    """
    shown = {name: service for name, service in sorted(services.items()) if sight.shows(name)}
    with visible_world(con, sight) as world, world.inside(), Temporaries(con) as own:
        world.check_account()
        for name in ("rule", "finding"):
            kept = "audience" if name == "finding" and not world.whole else "gap"
            con.execute(f"INSERT INTO gap.{name} BY NAME FROM everything_{kept}.{name}")
        own.table(
            "publish_system",
            "SELECT unnest($systems::VARCHAR[]) AS source_system, unnest($services::VARCHAR[]) AS service",
            {"systems": list(shown), "services": list(shown.values())},
        )
        own.view("publish_run_count", statement(__file__, f"visible/{'whole' if world.whole else 'own'}_run_count"))
        own.table("publish_member", statement(__file__, "visible/member"))
        own.view("publish_record", statement(__file__, "visible/record"))
        own.view("publish_item", statement(__file__, "visible/item"))
        yield


def withheld_counts(con: DuckDBPyConnection) -> dict[str, int]:
    """Return how many information items and gap findings stay out of the file for their marking; asked in the world."""
    return {
        noun: single_value(con, f"SELECT count(*) FROM {table} WHERE (marking IN (FROM sight.marking)) IS NOT TRUE")
        for noun, table in (
            ("information", "everything_nominal.information_item"),
            ("information_gap", "everything_gap.finding"),
        )
    }
