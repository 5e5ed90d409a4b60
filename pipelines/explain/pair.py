"""Why two nominal records are, or are not, of one person."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from linkage_models import explain as explaining
from linkage_models.explain.settle import in_words
from pipelines.errors import ConfigurationError, WarehouseBusyError
from pipelines.explain.explanation import Explanation, subject_of
from pipelines.warehouse.database import reader
from pipelines.warehouse.lock import DECISION_SECONDS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from linkage_models.nominal import Bundle
    from pipelines.settings import Settings


def explain_pair(con: DuckDBPyConnection, settings: Settings, bundle: Bundle, first: str, second: str) -> Explanation:
    """Say what two records share, what decided, and which single field would settle a doubt.

    Two that no run has compared are compared on the spot.

    Args:
        con: the snapshot, with the view `scored` of its scored pairs.
        settings: the home.
        bundle: the model.
        first: one record's key.
        second: the other's.

    Raises:
        ConfigurationError: a record is not there, or both are one.
    """
    own, other = subject_of(con, first), subject_of(con, second)
    said = [_verdict(con, first, second, own, other, bundle.thresholds.link)]
    afresh: explaining.Afresh | None = None
    try:
        found = explaining.explain_pair(con, edges="scored", record_a=first, record_b=second)
        said.append(found.in_words())
        if found.direct is None:
            with reader(settings, patience=DECISION_SECONDS) as warehouse:
                afresh = explaining.score_afresh(warehouse, "nominal.record", bundle, first, second)
            said += [afresh.in_words(), afresh.pair.in_words()]
    except WarehouseBusyError:
        said.append("A run is writing now, so the two cannot be compared on the spot; ask again when it is done.")
    except LookupError as error:
        raise ConfigurationError(str(error.args[0])) from None
    pair = found.direct or (afresh.pair if afresh else None)
    fields: tuple[explaining.Settling, ...] = ()
    if pair:
        said.append(in_words(bundle, pair.match_weight, pair.evidence))
        fields = explaining.what_would_settle(bundle, pair.evidence)
    data = {
        "verdict": said[0],
        **asdict(found),
        "afresh": asdict(afresh) if afresh else None,
        "would_settle": [asdict(field) for field in fields],
    }
    return Explanation("\n".join(said), data, pair)


def _verdict(con: DuckDBPyConnection, first: str, second: str, own: str, other: str, link: float) -> str:
    """Return whether two records are one subject, and what decided it, in a sentence or two."""
    together = own == other
    said = f"{first} and {second} are one subject, {own}." if together else f"They are two subjects, {own} and {other}."
    pair = con.execute(
        "SELECT relation, decided_by, match_weight FROM linked.link WHERE record_l = $l AND record_r = $r",
        {"l": min(first, second), "r": max(first, second)},
    ).fetchone()
    if pair is None:
        return said
    relation, decided_by, weight = pair
    if decided_by == "person":
        return f"{said} A person ruled that they are {'the same person' if together else 'different people'}."
    if relation == "near_miss":
        return f"{said} Their weight, {weight:.1f}, is below {link:.1f}, from which records are linked: a near miss."
    if relation == "kept_apart":
        found = con.execute(
            "SELECT DISTINCT unnest(review_flags) AS flag FROM linked.subject WHERE subject_id IN ($own, $other) "
            "ORDER BY flag",
            {"own": own, "other": other},
        )
        flags = ", ".join(flag for (flag,) in found.fetchall())
        why = f" (flagged: {flags})" if flags else ""
        return (
            f"{said} Their weight, {weight:.1f}, would link them, but two numbers of a kind that a person has once, "
            f"the records around them, or a ruling about others, keep them apart{why}."
        )
    if weight < link:
        return f"{said} Their own weight, {weight:.1f}, is below {link:.1f}, but other records connect them."
    return said
