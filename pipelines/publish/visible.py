"""What an audience may see of the warehouse: the temporary relations every statement of `linked/` reads.

    publish_marking      the markings at or below the ceiling
    publish_shows(name)  whether the audience may see the records of a source system
    publish_system       the configured source systems it may see, with their service
    publish_member       the records that are in a subject now and that the audience may see
    publish_withheld     what those records must not show, because only items above the ceiling say it
    publish_record       those records, whole, without what is withheld
    publish_item         the information items at or below the ceiling, with their subject
    publish_hidden_subject  the subjects that have only ever held records it may not see

A marking that is missing or unknown means deny, so it is in none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

from linkage_models.relations import Temporaries, literal, single_value, statement
from pipelines.publish.audience import Audience


@contextmanager
def visible_to(
    con: DuckDBPyConnection,
    audience: Audience,
    services: Mapping[str, str],
    record_markings: Mapping[str, str | None] | None,
) -> Iterator[None]:
    """Make the temporary relations of this module's docstring for as long as the context lasts.

    Args:
        con: the warehouse, outside a transaction.
        audience: whose ceiling applies.
        services: service of each configured source system.
        record_markings: marking of what each source system's records themselves say; None where records are not marked.
    """
    shown = {
        system: service
        for system, service in sorted(services.items())
        if record_markings is None or record_markings.get(system) in audience.visible_markings
    }
    shows = "true"
    if record_markings is not None:
        shows = f"list_contains([{', '.join(map(literal, shown))}]::VARCHAR[], source_system)"
    with Temporaries(con) as own:
        own.table("publish_marking", "SELECT unnest($visible) AS marking", {"visible": list(audience.visible_markings)})
        own.table(
            "publish_system",
            "SELECT unnest($systems::VARCHAR[]) AS source_system, unnest($services::VARCHAR[]) AS service",
            {"systems": list(shown), "services": list(shown.values())},
        )
        own.macro("publish_shows", "source_system", shows)
        own.table("publish_member", statement(__file__, "visible/member"))
        own.table("publish_withheld", statement(__file__, "visible/withheld"))
        own.view("publish_record", statement(__file__, "visible/record"))
        own.view("publish_item", statement(__file__, "visible/item"))
        own.table("publish_hidden_subject", statement(__file__, "visible/hidden_subject"))
        yield


def withheld_counts(con: DuckDBPyConnection) -> dict[str, int]:
    """Return how many information items and gap findings of the warehouse stay out of the file for their marking."""
    return {
        noun: single_value(con, f"SELECT count(*) FROM {table} WHERE (marking IN (FROM publish_marking)) IS NOT TRUE")
        for noun, table in (("information", "nominal.information_item"), ("information_gap", "gap.finding"))
    }
