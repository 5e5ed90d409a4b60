"""Why each gap is there, how sure that is, when it is due and how it is marked: the working table `current`."""

from __future__ import annotations

from datetime import datetime

from linkage_models.relations import Temporaries, statement
from pipelines.source.mapping import MARKINGS

STEPS = ("nearest", "searched", "marked", "gathered", "caused", "worded")
"""From what was found to its sentence, each kept in `cause/`."""


def derive(own: Temporaries, as_of: datetime) -> None:
    """Make `current`: the rows `gap.finding` should hold open after this run, in its columns.

    Args:
        own: keeps it, beside the filled working tables and `rule_in_force`.
        as_of: the instant of the run, naive UTC.
    """
    own.table("current", statement(__file__, "cause", STEPS), {"as_of": as_of, "markings": list(MARKINGS)})
