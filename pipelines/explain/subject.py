"""What holds a subject together, what is near it, and what it would be without each of its source systems."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from linkage_models import explain as explaining
from linkage_models import resolve
from linkage_models.relations import single_value
from pipelines.errors import WarehouseBusyError
from pipelines.explain.explanation import Explanation, subject_named
from pipelines.warehouse.database import reader
from pipelines.warehouse.lock import DECISION_SECONDS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from linkage_models.nominal import Bundle
    from pipelines.settings import Settings

MOST_NEAR = 5
"""Near misses of a subject that are described in words."""


def explain_subject(con: DuckDBPyConnection, settings: Settings, bundle: Bundle, given: str) -> Explanation:
    """Say what holds a subject together, what is near it, and what it would be without each of its sources.

    Args:
        con: the snapshot, with the view `scored` of its scored pairs.
        settings: the home.
        bundle: the model.
        given: a subject id, or the key of a record of the subject.

    Raises:
        ConfigurationError: there is no such record or subject; the message says what became of a retired one.
    """
    found = explaining.explain_subject(
        con, membership="linked.membership_history", edges="scored", subject_id=subject_named(con, given)
    )
    subject = {"id": found.subject_id}
    flags = single_value(con, "SELECT review_flags FROM linked.subject WHERE subject_id = $id", subject)
    near = con.execute(
        "SELECT record_l, record_r, round(match_weight, 1) FROM linked.link "
        "WHERE relation = 'near_miss' AND $id IN (subject_id_l, subject_id_r) "
        "ORDER BY match_weight DESC, record_l, record_r",
        subject,
    ).fetchall()
    said = [found.in_words()]
    withdrawn: tuple[explaining.Withdrawal, ...] = ()
    try:
        with reader(settings, patience=DECISION_SECONDS) as warehouse:
            withdrawn = explaining.without_each_system(
                warehouse,
                records="nominal.record",
                edges="linkage.edge",
                decisions="linkage.decision",
                thresholds=resolve.Thresholds.of(bundle.thresholds),
                keys=found.records,
            )
    except WarehouseBusyError:
        said.append("A run is writing now; ask again when it is done for what it would be without each source.")
    if flags:
        said.append(f"It is flagged for review: {'; '.join(f'{flag} ({resolve.FLAGS[flag]})' for flag in flags)}.")
    if near:
        listed = "; ".join(f"{left} and {right}, {weight:.1f}" for left, right, weight in near[:MOST_NEAR])
        more = f"; and {len(near) - MOST_NEAR} more" if len(near) > MOST_NEAR else ""
        said.append(f"Near misses beside it: {listed}{more}.")
    said += [withdrawal.in_words() for withdrawal in withdrawn if len(withdrawn) > 1]
    data = {
        **asdict(found),
        "review_flags": flags or [],
        "near_misses": [{"record_l": left, "record_r": right, "match_weight": w} for left, right, w in near],
        "withdrawals": [asdict(withdrawal) for withdrawal in withdrawn],
    }
    return Explanation("\n".join(said), data, found.weakest)
