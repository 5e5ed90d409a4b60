"""The SQL that marks a derived row as high as the highest of its inputs."""

from __future__ import annotations

from linkage_models.relations import literal
from pipelines.source.mapping import MARKINGS


def highest(column: str) -> str:
    """Return an SQL aggregate over a marking column: the highest, or NULL where one is missing or not known.

    A derived row is marked at least as high as the highest of its inputs, and a missing marking means deny
    (domain facts, section 6), so one missing input leaves the whole without a marking.
    """
    ladder = "[" + ", ".join(literal(marking) for marking in MARKINGS) + "]"
    rank = f"coalesce(list_position({ladder}, {column}), 0)"
    return f"CASE WHEN min({rank}) > 0 THEN {ladder}[max({rank})] END"
