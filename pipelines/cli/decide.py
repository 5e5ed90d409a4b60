"""`conjoin decide`: a person's rulings that two records are, or are not, of one person."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

app = typer.Typer(
    help="Rule that two records are, or are not, of one person.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RecordArgument = Annotated[str, typer.Argument(help="Record key, for example nomis:A1234BC.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why.")]


@app.command()
def same(
    record_a: RecordArgument, record_b: RecordArgument, by: ByOption, reason: ReasonOption, home: HomeOption = None
) -> None:
    """Rule that two records are of one person (must-link).

    Example: conjoin decide same nomis:A1234BC ndelius:X123456 --by j.smith --reason "Same fingerprints"
    """
    _decide(record_a, record_b, "same", by, reason, home)


@app.command()
def different(
    record_a: RecordArgument, record_b: RecordArgument, by: ByOption, reason: ReasonOption, home: HomeOption = None
) -> None:
    """Rule that two records are of two people (cannot-link).

    Example: conjoin decide different nomis:A1234BC nomis:B2345CD --by j.smith --reason "Twin brothers"
    """
    _decide(record_a, record_b, "different", by, reason, home)


@app.command()
def withdraw(
    decision: Annotated[str, typer.Argument(help="The decision's id, as `conjoin decide list` shows it.")],
    by: ByOption,
    reason: ReasonOption,
    home: HomeOption = None,
) -> None:
    """Withdraw a ruling; the next run goes by evidence alone again.

    Example: conjoin decide withdraw D3f2a91c07b4e --by j.smith --reason "Fingerprints were mixed up"
    """
    from pipelines import audit
    from pipelines.settings import Settings
    from pipelines.warehouse.database import must_exist, transaction, writer
    from pipelines.warehouse.lock import run_lock

    settings = Settings.load(home)
    must_exist(settings)
    with run_lock(settings), writer(settings) as con:
        held = con.execute(
            "SELECT withdrawn_at IS NULL FROM linkage.decision WHERE decision_id = $id", {"id": decision}
        ).fetchone()
        if held is None:
            raise ConfigurationError(f"There is no decision {decision}; `conjoin decide list` shows them.")
        if not held[0]:
            raise ConfigurationError(f"The decision {decision} is withdrawn already; nothing was changed.")
        with transaction(con):
            con.execute(
                "UPDATE linkage.decision SET withdrawn_by = $by, withdrawn_at = $at, withdrawn_reason = $reason "
                "WHERE decision_id = $id",
                {"by": by, "at": settings.now(), "reason": reason, "id": decision},
            )
            what = {"decision": decision, "withdrawn": True}
            audit.record(settings, action="alteration", who=by, what=what, why=reason)
    typer.echo(f"Withdrew {decision}; the next `conjoin run` takes it into account.")


@app.command(name="list")
def list_decisions(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every ruling, those withdrawn included.

    Example: conjoin decide list --json
    """
    from pipelines.settings import Settings
    from pipelines.warehouse.database import reader

    with reader(Settings.load(home)) as con:
        found = con.execute("FROM linkage.decision ORDER BY decided_at, decision_id")
        names = [description[0] for description in found.description or ()]
        decisions: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    if as_json:
        print_json(decisions)
        return
    for decision in decisions:
        state = f", withdrawn by {decision['withdrawn_by']}" if decision["withdrawn_at"] else ""
        typer.echo(
            f"{decision['decision_id']}  {decision['record_a']} and {decision['record_b']} are {decision['verdict']}: "
            f"{decision['decided_by']}, {decision['decided_at']:%Y-%m-%d}{state}. {decision['reason']}"
        )
    if not decisions:
        typer.echo("No decisions have been made.")


def _decide(record_a: str, record_b: str, verdict: str, by: str, reason: str, home: Path | None) -> None:
    from pipelines import audit
    from pipelines.settings import Settings
    from pipelines.warehouse.database import must_exist, transaction, writer
    from pipelines.warehouse.lock import run_lock

    settings = Settings.load(home)
    must_exist(settings)
    with run_lock(settings), writer(settings) as con, transaction(con):
        decision = rule(con, (record_a, record_b), verdict, by=by, reason=reason, at=settings.now())
        # Before the commit: no ruling is in force that the audit log does not tell of.
        audit.record(settings, action="alteration", who=by, what={"decision": decision, "verdict": verdict}, why=reason)
    typer.echo(f"Recorded {decision}; the next `conjoin run` takes it into account.")


def rule(
    con: DuckDBPyConnection,
    pair: tuple[str, str],
    verdict: str,
    *,
    by: str,
    reason: str,
    at: datetime,
    known_as: str | None = None,
    in_force: bool = True,
) -> str:
    """Insert a ruling and return its id.

    Args:
        con: the warehouse, in a transaction.
        pair: the two record keys.
        verdict: `same` or `different`.
        by: who decides.
        reason: why.
        at: when (UTC).
        known_as: the id it has elsewhere (default: a new one).
        in_force: whether it is to bind; one that was withdrawn may contradict those that do.

    Raises:
        ConfigurationError: a record is not there, or the ruling makes no sense, by itself or beside those in force.
    """
    from linkage_models import resolve

    first, second = sorted(pair)
    for key in (first, second):
        if con.execute("SELECT 1 FROM nominal.record WHERE record_key = $key", {"key": key}).fetchone() is None:
            raise ConfigurationError(f"No source system holds the record {key}; look it up in linked.subject_record.")
    try:
        resolve.check_ruling(first, second, verdict)
        if in_force:
            resolve.check_decision(con, "linkage.decision", first, second, verdict)
    except (resolve.ContradictoryDecision, ValueError) as error:
        raise ConfigurationError(str(error)) from None
    decision = known_as or _decision_id(first, second, verdict, at, _made(con))
    con.execute(
        "INSERT INTO linkage.decision VALUES ($id, $a, $b, $verdict, $by, $at, $reason, NULL, NULL, NULL)",
        {"id": decision, "a": first, "b": second, "verdict": verdict, "by": by, "at": at, "reason": reason},
    )
    return decision


def _made(con: DuckDBPyConnection) -> int:
    counted = con.execute("SELECT count(*) FROM linkage.decision").fetchone()
    return int(counted[0]) if counted else 0


def _decision_id(first: str, second: str, verdict: str, at: datetime, made: int) -> str:
    """Return an id that no earlier decision has: the count of those made before is part of what is hashed."""
    digest = hashlib.sha256(f"{first}|{second}|{verdict}|{at.isoformat()}|{made}".encode()).hexdigest()
    return f"D{digest[:12]}"
