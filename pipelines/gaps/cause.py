"""Why each gap is there, how sure that is, when it is due and how it is marked: the working table `current`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import duckdb

from linkage_models.relations import Steps, Temporaries, statement
from pipelines.source.mapping import MARKINGS

STEPS = ("nearest", "searched", "resting", "marked", "gathered", "caused", "worded")
"""From what was found to its sentence, each kept in `cause/`."""


def derive(own: Temporaries, as_of: datetime, of_risk: Collection[str]) -> None:
    """Make `current`: the rows `gap.finding` should hold open after this run, in its columns.

    Args:
        own: keeps it, beside the filled working tables and `rule_in_force`.
        as_of: the instant of the run, naive UTC.
        of_risk: ids of the rules that read risk subjects, whose gaps rest on what makes these.
    """
    values = {"as_of": as_of, "markings": list(MARKINGS), "of_risk": list(of_risk)}
    own.table("current", statement(__file__, "cause", STEPS), values)


def mark_closed(con: duckdb.DuckDBPyConnection) -> None:
    """Mark the closed gaps anew, from what they rest on as it is marked now."""
    steps = Steps()
    for name in ("closed/resting", "cause/marked", "closed/apart", "closed/near"):
        steps.step(name.rsplit("/", 1)[1], statement(__file__, name))
    marked = steps.query(statement(__file__, "closed"))
    con.execute(
        f"UPDATE gap.finding SET marking = now.marking FROM ({marked}) AS now "
        "WHERE finding.gap_id = now.gap_id AND finding.marking IS DISTINCT FROM now.marking",
        {"markings": list(MARKINGS)},
    )
