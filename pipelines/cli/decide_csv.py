"""`conjoin decide export` and `import`: rulings as a CSV file, for a spreadsheet or another deployment."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linkage_models.words import counted
from pipelines.cli.decide import app, rule
from pipelines.cli.options import HomeOption
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["app"]

COLUMNS = (
    "decision_id", "record_a", "record_b", "verdict", "decided_by", "decided_at", "reason",
    "withdrawn_by", "withdrawn_at", "withdrawn_reason",
)  # fmt: skip
NEEDED = ("record_a", "record_b", "verdict", "decided_by", "reason")
WITHDRAWAL = ("withdrawn_by", "withdrawn_at", "withdrawn_reason")


@app.command(name="export")
def export_decisions(
    file: Annotated[Path, typer.Argument(help="CSV file to write; one that is there is replaced.")],
    who: Annotated[str, typer.Option("--who", help="Who asks, for the audit log.")] = "unnamed",
    home: HomeOption = None,
) -> None:
    """Write every ruling to a CSV file that can be imported.

    Those withdrawn are included; `conjoin decide import` reads the file.

    Example: conjoin decide export rulings.csv
    """
    from pipelines import audit
    from pipelines.settings import Settings
    from pipelines.warehouse.database import reader

    settings = Settings.load(home)
    with reader(settings) as con:
        rows = con.execute(
            f"SELECT {', '.join(COLUMNS)} FROM linkage.decision ORDER BY decided_at, decision_id"
        ).fetchall()
    try:
        with file.open("w", newline="", encoding="utf-8") as opened:
            writer = csv.writer(opened, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows([value.isoformat() if isinstance(value, datetime) else value for value in r] for r in rows)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written ({error.strerror}); name another file.") from None
    audit.record(settings, action="disclosure", who=who, what={"decisions": len(rows)}, why="conjoin decide export")
    typer.echo(f"Wrote {counted(len(rows), 'decision')} to {file}.")


@app.command(name="import")
def import_decisions(
    file: Annotated[Path, typer.Argument(help=f"CSV file: {', '.join(NEEDED)}, and what else an export has.")],
    home: HomeOption = None,
) -> None:
    """Take rulings from a CSV file: all of them, or none.

    None is taken where one of them makes no sense. What is held already is passed over.

    Example: conjoin decide import rulings.csv
    """
    from pipelines import audit
    from pipelines.settings import Settings
    from pipelines.warehouse.database import must_exist, transaction, writer
    from pipelines.warehouse.lock import run_lock

    settings = Settings.load(home)
    must_exist(settings)
    rows = _read(file)
    taken: list[tuple[str, dict[str, str]]] = []
    with run_lock(settings), writer(settings) as con, transaction(con):
        for line, row in rows:
            try:
                if decision := _take(con, row, settings.now()):
                    taken.append((decision, row))
            except ConfigurationError as error:
                raise ConfigurationError(f"{file}, line {line}: {error} Nothing of the file was taken.") from None
        # Before the commit: no ruling is in force that the audit log does not tell of.
        for decision, row in taken:
            audit.record(
                settings,
                action="alteration",
                who=row["decided_by"],
                what={"decision": decision, "verdict": row["verdict"], "imported": True},
                why=row["reason"],
            )
    typer.echo(
        f"Took {len(taken):,} of {counted(len(rows), 'decision')}; any other is held already. The next `conjoin run`"
        " takes them into account."
    )


def _read(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV file, each with its line and its values trimmed.

    Raises:
        ConfigurationError: the file cannot be read, lacks a column or has one that no export has.
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.DictReader(opened, strict=True)
            columns = reader.fieldnames or []
            if lacking := [column for column in NEEDED if column not in columns]:
                raise ConfigurationError(f"{file} lacks the column {', '.join(lacking)}; name it in the first line.")
            if unknown := [column for column in columns if column not in COLUMNS]:
                raise ConfigurationError(
                    f"{file} has the column {', '.join(map(repr, unknown))}, which no export has; its columns are "
                    f"{', '.join(COLUMNS)}."
                )
            rows = []
            for row in reader:
                if None in row or None in row.values():
                    raise ConfigurationError(
                        f"{file}, line {reader.line_num}: it has not as many fields as the first line; mend it."
                    )
                rows.append((reader.line_num, {name: value.strip() for name, value in row.items()}))
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{file} cannot be read as CSV in UTF-8 ({type(error).__name__}).") from None


def _take(con: DuckDBPyConnection, row: Mapping[str, str], now: datetime) -> str | None:
    """Insert a ruling as the file has it and return its id, or None where it is held already.

    Raises:
        ConfigurationError: a field is empty or cannot be read, or the ruling makes no sense beside those in force.
    """
    if empty := next((name for name in NEEDED if not row[name]), None):
        raise ConfigurationError(f"the field {empty} is empty; fill it in.")
    first, second = sorted((row["record_a"], row["record_b"]))
    decided = _instant(row, "decided_at") or now
    withdrawn = _instant(row, "withdrawn_at")
    given = {
        "a": first, "b": second, "verdict": row["verdict"], "by": row["decided_by"], "reason": row["reason"],
        "id": row.get("decision_id") or None,
    }  # fmt: skip
    held = con.execute(
        """
        SELECT decision_id, withdrawn_at,
            record_a = $a AND record_b = $b AND verdict = $verdict AND decided_by = $by AND reason = $reason
        FROM linkage.decision
        WHERE decision_id = $id OR ($id IS NULL AND record_a = $a AND record_b = $b AND verdict = $verdict
            AND decided_by = $by AND reason = $reason AND withdrawn_at IS NULL)
        """,
        given,
    ).fetchone()
    if held:
        if not held[2]:
            raise ConfigurationError(f"the decision {held[0]} is held and says something else; give it another id.")
        if withdrawn and held[1] is None:
            _withdraw(con, held[0], row, withdrawn)
            return str(held[0])
        return None
    decision = rule(
        con,
        (first, second),
        row["verdict"],
        by=row["decided_by"],
        reason=row["reason"],
        at=decided,
        known_as=given["id"],
        in_force=withdrawn is None,
    )
    if withdrawn:
        _withdraw(con, decision, row, withdrawn)
    return decision


def _withdraw(con: DuckDBPyConnection, decision: str, row: Mapping[str, str], at: datetime) -> None:
    for name in WITHDRAWAL:
        if not row.get(name):
            raise ConfigurationError(f"the field {name} is empty, though the decision is withdrawn; fill it in.")
    con.execute(
        "UPDATE linkage.decision SET withdrawn_by = $by, withdrawn_at = $at, withdrawn_reason = $reason "
        "WHERE decision_id = $id",
        {"by": row["withdrawn_by"], "at": at, "reason": row["withdrawn_reason"], "id": decision},
    )


def _instant(row: Mapping[str, str], name: str) -> datetime | None:
    text = row.get(name)
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"the field {name} is no instant; write it as 2026-03-02T14:05:00 in UTC.") from None
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
