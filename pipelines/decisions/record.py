"""Recording decisions: all that are given or none, each checked against the records and the rulings in force."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from linkage_models import resolve
from linkage_models.relations import DECISION, Temporaries, statement
from pipelines import audit
from pipelines.errors import ConfigurationError
from pipelines.warehouse.database import must_exist, transaction, writer
from pipelines.warehouse.lock import run_lock

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings

_KEY = re.compile(r"[a-z][a-z0-9_]*:\S+|D[0-9a-f]{12}")
"""A record's key, or the id that a decision is given."""

_PROBLEMS = {
    "held": "the decision {} is held and says something else; give it another id.",
    "unknown": "No source system holds the record {}; look it up in linked.subject_record.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's ruling on two nominal records; each attribute is the column of `linkage.decision` of its name.

    Attributes:
        decision_id: its id; empty for one that has none yet.
        record_a: key of one record.
        record_b: key of the other.
        verdict: `same` or `different`.
        decided_by: who decided.
        decided_at: when (UTC).
        reason: why.
        withdrawn_by: who withdrew it; None while it is in force.
        withdrawn_at: when it was withdrawn (UTC).
        withdrawn_reason: why it was withdrawn.
    """

    decision_id: str = ""
    record_a: str
    record_b: str
    verdict: str
    decided_by: str
    decided_at: datetime
    reason: str
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: str | None = None


class Recorded(NamedTuple):
    """What became of a decision that was given: its id, and whether it changed anything or was known already."""

    decision_id: str
    changed: bool


@contextmanager
def alteration(settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse to alter what people decided: under the run lock, in one transaction.

    Raises:
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is at work.
    """
    must_exist(settings)
    with run_lock(settings), writer(settings) as con, transaction(con):
        yield con


def decisions_in(con: DuckDBPyConnection) -> list[Decision]:
    """Return every decision of the warehouse, including withdrawn ones, oldest first."""
    names = DECISION.column_names
    rows = con.execute(f"SELECT {', '.join(names)} FROM linkage.decision ORDER BY decided_at, decision_id").fetchall()
    return [Decision(**dict(zip(names, row, strict=True))) for row in rows]


def record(
    con: DuckDBPyConnection, settings: Settings, given: Sequence[Decision], lines: Sequence[int] = (), **noted: bool
) -> list[Recorded]:
    """Record decisions; before the commit, the audit log gets an entry for each that changes anything.

    A decision that is known already is skipped, unless it brings a withdrawal that is not known. A decision with an id
    is the decision of that id; one without is a decision in force that says the same.

    Args:
        con: the warehouse, as `alteration` opens it.
        settings: where the audit log lies.
        given: the decisions.
        lines: the line of a file that each was read from, if they were.
        noted: what the audit entries say beside the decision.

    Returns:
        What became of each, in order.

    Raises:
        ConfigurationError: a decision's records are not there, or it makes no sense, by itself or beside those in
            force; the message begins with its line, if there is one.
    """

    def refusal(position: int, problem: str) -> ConfigurationError:
        return ConfigurationError(f"line {lines[position]}: {problem}" if lines else problem)

    for position, ruling in enumerate(given):
        try:
            resolve.check_ruling(ruling.record_a, ruling.record_b, ruling.verdict)
        except ValueError as error:
            raise refusal(position, str(error)) from None
    with Temporaries(con) as temporaries:
        temporaries.empty("given", f"position BIGINT, {DECISION.definition}")
        columns = {name: [getattr(ruling, name) for ruling in given] for name in DECISION.column_names}
        temporaries.rows("given_rows", pa.table({"position": range(len(given)), **columns}))
        con.execute("INSERT INTO given BY NAME FROM given_rows")
        temporaries.table("ruling", statement(__file__, "ruling", ("held", "said", "found")))
        problem = con.execute(statement(__file__, "problem")).fetchone()
        if problem:
            position, kind, what = problem
            # In a file whose columns are shifted, anything may stand where a key belongs.
            raise refusal(
                position, _PROBLEMS[kind].format(what if not lines or _KEY.fullmatch(what) else "named there")
            )
        con.execute(statement(__file__, "withdraw"))
        binding = con.execute(statement(__file__, "binding")).fetchall()
        named = [(f"of line {lines[position]}" if lines else name, *pair) for position, name, *pair in binding]
        try:
            resolve.check_decisions(con, "linkage.decision", [resolve.Ruling(*ruling) for ruling in named])
        except resolve.ContradictoryDecision as error:
            raise refusal(binding[error.ruling][0], str(error)) from None
        con.execute(statement(__file__, "insert"))
        rulings = con.execute(
            "SELECT decision_id, verdict, is_new, decided_by, reason, withdraws, withdrawn_by, withdrawn_reason "
            "FROM ruling ORDER BY position"
        ).fetchall()
    acts = []
    for decision, verdict, is_new, by, why, withdraws, withdrawn_by, withdrawn_why in rulings:
        if is_new:
            acts.append(audit.Act("alteration", by, {"decision": decision, "verdict": verdict, **noted}, why))
        if withdraws:
            what = {"decision": decision, "withdrawn": True, **noted}
            acts.append(audit.Act("alteration", withdrawn_by, what, withdrawn_why))
    audit.record_all(settings, acts, kept_in=con)
    return [Recorded(decision, is_new or withdraws) for decision, _, is_new, _, _, withdraws, *_ in rulings]
