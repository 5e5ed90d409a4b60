"""Why records are, or are not, one person, answered from the published snapshot and the warehouse behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines import audit
from pipelines.deployment import Deployment
from pipelines.explain.explanation import Explanation
from pipelines.explain.pair import explain_pair
from pipelines.explain.subject import explain_subject
from pipelines.publish import chosen_audience
from pipelines.publish.current import open_snapshot

if TYPE_CHECKING:
    from pipelines.settings import Settings

__all__ = ["Explanation", "explain"]


def explain(
    settings: Settings, first: str, second: str | None = None, *, who: str, audience: str | None = None
) -> Explanation:
    """Say why records are, or are not, together; the audit log records who asked.

    Args:
        settings: the home.
        first: a record key or, if it is all that is given, a subject id.
        second: the other record's key; None explains the subject.
        who: who asks.
        audience: whose snapshot answers; None takes the deployment's default.

    Raises:
        ConfigurationError: there is no such record, subject or audience; the message says what became of a retired one.
        NothingPublishedError: no run has published yet.
    """
    deployment = Deployment.load(settings)
    readers = chosen_audience(deployment.audiences, audience).name
    with open_snapshot(settings, readers) as con:
        con.execute("CREATE TEMP VIEW scored AS SELECT * FROM linked.link WHERE match_weight IS NOT NULL")
        bundle = deployment.bundle
        if second is None:
            explanation = explain_subject(con, settings, bundle, first)
        else:
            explanation = explain_pair(con, settings, bundle, first, second)
    audit.record(
        settings,
        action="consultation",
        who=who,
        what={"explained": first, "with": second, "audience": readers},
        why="conjoin explain",
    )
    return explanation
