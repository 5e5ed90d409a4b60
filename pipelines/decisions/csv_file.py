"""Decisions as a CSV file, for a spreadsheet or another deployment."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from linkage_models.instants import naive_utc
from linkage_models.relations import DECISION
from linkage_models.words import counted
from pipelines import audit
from pipelines.decisions.record import Decision, alteration, record
from pipelines.decisions.rulings import decisions
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.settings import Settings

COLUMNS = DECISION.column_names
"""The columns of an export, in order."""

NEEDED = ("record_a", "record_b", "verdict", "decided_by", "reason")
"""The columns that a file to import must have."""

_FORMULA = tuple("=+-@|%\uff0b\uff0d\uff1d\uff20")
"""What a text begins with that a spreadsheet would run."""

_OF_A_WITHDRAWAL = ("withdrawn_by", "withdrawn_reason")


@dataclass(frozen=True, slots=True)
class Import:
    """What an import did: the decisions in the file, and how many of them are new."""

    given: int
    taken: int


def export_csv(settings: Settings, file: Path, *, who: str) -> int:
    """Write every decision, including withdrawn ones, to a file that `import_csv` reads; the audit log records it.

    Args:
        settings: the home.
        file: the file; one that is there is replaced.
        who: who asks.

    Returns:
        The number of decisions.

    Raises:
        ConfigurationError: the file cannot be written.
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is writing to it.
    """
    held = decisions(settings)
    try:
        with file.open("w", newline="", encoding="utf-8") as opened:
            writer = csv.writer(opened, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(COLUMNS)
            for decision in held:
                writer.writerow(map(_cell, astuple(decision)))
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written ({error.strerror}); name another file.") from None
    audit.record(settings, action="disclosure", who=who, what={"decisions": len(held)}, why="conjoin decide export")
    return len(held)


def import_csv(settings: Settings, file: Path) -> Import:
    """Import decisions from a CSV file: all of them, or none if one makes no sense. Known decisions are skipped.

    Args:
        settings: the home.
        file: the file, with a line of headings.

    Raises:
        ConfigurationError: the file cannot be read, or a decision in it cannot be taken; the message names the line.
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is at work.
    """
    now = settings.now()
    with alteration(settings) as con:
        rows = list(_rows(file))
        try:
            given = [_decision(row, line, now) for line, row in rows]
            recorded = record(con, settings, given, [line for line, _ in rows], imported=True)
        except ConfigurationError as error:
            raise ConfigurationError(f"{file}, {error} Nothing of the file was taken.") from None
    return Import(len(rows), sum(decision.changed for decision in recorded))


def _cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula: an apostrophe goes before what might be one."""
    text = value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
    return f"'{text}" if _is_unsafe(text) else text


def _value(cell: str) -> str:
    """Return the value of a cell: without its apostrophe where it was made safe, else trimmed."""
    return cell[1:] if cell.startswith("'") and _is_unsafe(cell) else cell.strip()


def _is_unsafe(text: str) -> bool:
    """Tell whether a text may be taken for a formula, or would be trimmed; apostrophes before it change nothing."""
    bare = text.lstrip("'")
    return bare.startswith(_FORMULA) or bare != bare.strip()


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a file, each with its line and its values trimmed.

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
                    f"{file} has {counted(len(unknown), 'column')} that no export has; its columns are "
                    f"{', '.join(COLUMNS)}."
                )
            for row in reader:
                if None in row or None in row.values():
                    raise ConfigurationError(
                        f"{file}, line {reader.line_num}: it has not as many fields as the first line; correct it."
                    )
                yield reader.line_num, {name: _value(cell) for name, cell in row.items()}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{file} cannot be read as CSV in UTF-8 ({type(error).__name__}).") from None


def _decision(row: Mapping[str, str], line: int, now: datetime) -> Decision:
    """Return a row as a decision; one without a time was made now.

    Raises:
        ConfigurationError: a field is empty or cannot be read.
    """
    withdrawn_at = _instant(row, "withdrawn_at", line)
    for name in (*NEEDED, *(_OF_A_WITHDRAWAL if withdrawn_at else ())):
        if not row.get(name):
            where = ", though the decision is withdrawn" if name in _OF_A_WITHDRAWAL else ""
            raise ConfigurationError(f"line {line}: the field {name} is empty{where}; fill it in.")
    return Decision(
        **{name: row[name] for name in NEEDED},
        decision_id=row.get("decision_id", ""),
        decided_at=_instant(row, "decided_at", line) or now,
        withdrawn_by=row.get("withdrawn_by") or None,
        withdrawn_at=withdrawn_at,
        withdrawn_reason=row.get("withdrawn_reason") or None,
    )


def _instant(row: Mapping[str, str], name: str, line: int) -> datetime | None:
    text = row.get(name)
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            f"line {line}: the field {name} is no instant; write it as 2026-03-02T14:05:00 in UTC."
        ) from None
    return naive_utc(instant)
