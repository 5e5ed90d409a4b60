"""Merging what a run found into `gap.finding`, and the rules in force into `gap.rule`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from linkage_models.relations import Temporaries, quote, single_row, single_value
from pipelines.gaps.rule import Rule
from pipelines.warehouse.catalogue.gap import FINDING, RULE


@dataclass(frozen=True, slots=True)
class Merged:
    """How `gap.finding` changed: numbers of gaps.

    Attributes:
        opened: found for the first time.
        reopened: closed before, found again.
        changed: open before and after, with another cause, date, sentence or evidence.
        closed: open before, no longer found.
    """

    opened: int
    reopened: int
    changed: int
    closed: int


def record_rules(own: Temporaries, rules: Iterable[Rule]) -> None:
    """Make `gap.rule`, and the temporary table `rule_in_force` with the same columns, hold exactly these rules."""
    con = own.con
    own.empty("rule_in_force", RULE.definition)
    for rule in rules:
        spec = rule.spec
        con.execute(
            "INSERT INTO rule_in_force VALUES (?, ?, ?, ?, ?, ?, ?)",
            [spec.id, spec.title, spec.severity, spec.owner_role, spec.sla_days, spec.statutory, spec.basis],
        )
    row = f"struct_pack({', '.join(f'{name} := {name}' for name in RULE.column_names)})"
    con.execute(f"DELETE FROM gap.rule WHERE {row} NOT IN (SELECT {row} FROM rule_in_force)")
    con.execute("INSERT INTO gap.rule FROM rule_in_force WHERE rule_id NOT IN (SELECT rule_id FROM gap.rule)")


def merge(own: Temporaries, as_of: datetime) -> Merged:
    """Change `gap.finding` to what `current` holds; rows that stay the same are not touched.

    Args:
        own: keeps `current`, as `cause.derive` makes it.
        as_of: the instant of the run, naive UTC; gaps no longer found are closed at it.
    """
    con = own.con
    differs = " OR ".join(
        f"finding.{quote(name)} IS DISTINCT FROM current.{quote(name)}" for name in FINDING.column_names
    )
    own.table(
        "written",
        "SELECT current.*, finding.status AS status_before FROM current LEFT JOIN gap.finding USING (gap_id) "
        f"WHERE finding.gap_id IS NULL OR {differs}",
    )
    closed = single_value(
        con,
        "UPDATE gap.finding SET status = 'closed', last_seen = $as_of "
        "WHERE status = 'open' AND gap_id NOT IN (SELECT gap_id FROM current)",
        {"as_of": as_of},
    )
    con.execute("DELETE FROM gap.finding WHERE gap_id IN (SELECT gap_id FROM written)")
    con.execute("INSERT INTO gap.finding BY NAME SELECT * EXCLUDE (status_before) FROM written ORDER BY gap_id")
    opened, reopened, changed = single_row(
        con,
        "SELECT count(*) FILTER (status_before IS NULL), count(*) FILTER (status_before = 'closed'), "
        "count(*) FILTER (status_before = 'open') FROM written",
    )
    return Merged(opened, reopened, changed, closed)
