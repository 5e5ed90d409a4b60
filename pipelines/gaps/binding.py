"""Binding a rule's SQL: proving before any night that it is one SELECT and yields the columns it must."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.gaps.mentions import mentioned

AS_OF = "as_of"
"""The parameter `$as_of` every rule may use: the day of the run, a DATE."""

Value = int | float | str | date
"""What a rule's parameter may be."""

GAP_COLUMNS: dict[str, str] = {
    "subject_id": "VARCHAR",
    "trigger_date": "DATE",
    "held_by": "VARCHAR",
    "expected_in": "VARCHAR",
    "matter": "VARCHAR",
    "records": "VARCHAR[]",
    "items": "VARCHAR[]",
    "missing": "VARCHAR[]",
    "not_due_before": "DATE",
    "withheld": "BOOLEAN",
}
"""Columns of a rule's `sql` that the engine understands; any other is a value for the sentence."""

ANSWER_COLUMNS: dict[str, str] = {"gap_id": "VARCHAR", "record_key": "VARCHAR", "items": "VARCHAR[]"}
"""Columns of a rule's `answered_by`."""

RISK_COLUMNS: dict[str, str] = {"subject_id": "VARCHAR", "records": "VARCHAR[]", "items": "VARCHAR[]"}
"""Columns of the `sql` of `risk_subject.yaml`: a risk subject, and the records and items that make it one."""


class BindingError(Exception):
    """The SQL cannot be used; the message is a clause that says why, to be put after the file and field."""


@dataclass(frozen=True, slots=True)
class Bound:
    """SQL that has been bound.

    Attributes:
        sql: one SELECT without a closing semicolon.
        parameters: the parameters it uses, by name, without `$as_of`.
        uses_as_of: whether it uses `$as_of`.
        columns: the columns it yields, with their DuckDB types.
        tables: the tables and views it reads.
        systems: the source systems it names.
    """

    sql: str
    parameters: Mapping[str, Value]
    uses_as_of: bool
    columns: Mapping[str, str]
    tables: frozenset[str]
    systems: frozenset[str]

    def values(self, as_of: date) -> dict[str, Value]:
        """Return the parameters to pass with the SQL for a run of the given day."""
        return {**self.parameters, **({AS_OF: as_of} if self.uses_as_of else {})}


def bind(
    con: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Mapping[str, Value],
    *,
    columns: Mapping[str, str],
    required: Collection[str],
) -> Bound:
    """Return the SQL bound.

    Args:
        con: holds everything the SQL may read, empty or not.
        sql: the rule's SQL.
        parameters: the values the rule gives to `$name`.
        columns: names and types of the columns that have a meaning.
        required: those of them it must yield.

    Raises:
        BindingError: it is not one SELECT, does not bind, uses a parameter that is not given, or yields a column of
            another type, twice, or not at all.
    """
    text = sql.strip().removesuffix(";")
    try:
        statements = con.extract_statements(text)
    except duckdb.Error as error:
        raise BindingError(f"it is not SQL ({_reason(error)})") from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise BindingError("it must be one SELECT")
    used: set[str] = set(statements[0].named_parameters)
    if unknown := sorted(used - {AS_OF, *parameters}):
        named = ", ".join(f"`${name}`" for name in unknown)
        raise BindingError(f"it uses the parameter {named}, which `parameters` does not give")
    given = {name: parameters[name] for name in sorted(used - {AS_OF})}
    values = given | ({AS_OF: date(2000, 1, 1)} if AS_OF in used else {})
    try:
        described = con.execute(f"DESCRIBE {text}", values or None).fetchall()
    except duckdb.Error as error:
        raise BindingError(f"it does not bind ({_reason(error)})") from None
    names = [row[0] for row in described]
    yielded = {row[0]: row[1] for row in described}
    wrong = [
        *(f"it yields the column `{name}` twice" for name in yielded if names.count(name) > 1),
        *(f"it does not yield the column `{name}`" for name in required if name not in yielded),
        *(
            f"its column `{name}` must be {kind}, not {yielded[name]}"
            for name, kind in columns.items()
            if yielded.get(name, kind) != kind
        ),
    ]
    if wrong:
        raise BindingError("; ".join(wrong))
    return Bound(text, given, AS_OF in used, yielded, *mentioned(con, text))


def _reason(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0].removesuffix(".")
