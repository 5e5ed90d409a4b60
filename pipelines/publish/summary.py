"""The figures of a published snapshot: what was read, linked and missing, all from SQL on its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkage_models.relations import named_rows, statement
from pipelines.publish.current import current_snapshot, open_snapshot

if TYPE_CHECKING:
    from pipelines.publish.audience import Audience
    from pipelines.settings import Settings


def summarise(settings: Settings, audience: Audience | None) -> dict[str, Any]:
    """Return the figures of a snapshot: sources, subjects, open gaps by severity, three example gaps.

    Args:
        settings: the home.
        audience: whose snapshot; None if several are published and none is the default: then there are no figures.

    Raises:
        NothingPublishedError: no run has published one for it yet.
    """
    if audience is None:
        return {"audience": None}
    with open_snapshot(settings, audience.name) as con:
        (subjects,) = named_rows(con, statement(__file__, "summary/subjects"), {"across": list(audience.across)})
        (changes,) = named_rows(con, statement(__file__, "summary/changes"))
        return {
            "audience": audience.name,
            "snapshot": str(current_snapshot(settings, audience.name)),
            "sources": named_rows(con, statement(__file__, "summary/sources")),
            "subjects": subjects,
            "changes": changes,
            "gaps": named_rows(con, statement(__file__, "summary/gaps")),
            "examples": named_rows(con, statement(__file__, "summary/examples")),
        }
