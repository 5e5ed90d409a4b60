"""The temporary views, tables and macros that rule SQL reads, named in the words of the design page.

docs/reference/gap-rules.md describes each to those who write rules; each relation is kept in `views/`.
"""

from __future__ import annotations

from datetime import date

import duckdb

from linkage_models.relations import Temporaries, columns, literal, statement
from pipelines.gaps.rule import Risk
from pipelines.source.mapping import MARKINGS

CLOSE_NAME = 0.9
"""Jaro-Winkler similarity at which two spellings of a forename or surname count as one: what the production justice
model calls a close name (domain facts, section 4)."""

_MACROS = (
    ("close_spelling", "a, b", f"a = b OR jaro_winkler_similarity(a, b) >= {CLOSE_NAME}"),
    # A one-word name has no forename; an empty one keeps it comparable.
    (
        "same_name",
        "forename_a, surname_a, forename_b, surname_b",
        """
        (close_spelling(coalesce(forename_a, ''), coalesce(forename_b, ''))
            AND close_spelling(coalesce(surname_a, ''), coalesce(surname_b, '')))
        OR (close_spelling(coalesce(forename_a, ''), coalesce(surname_b, ''))
            AND close_spelling(coalesce(surname_a, ''), coalesce(forename_b, '')))
        """,
    ),
    ("name_text", "forename, surname", "coalesce(forename, '') || '/' || coalesce(surname, '')"),
    (
        "any_same_name",
        "texts, forename, surname",
        """
        list_bool_or(list_transform(texts, lambda text: same_name(
            split_part(text, '/', 1), split_part(text, '/', 2), forename, surname)))
        """,
    ),
    # A marking that is missing or unknown means deny, so it is above all others.
    (
        "marking_rank",
        "marking",
        f"coalesce(list_position([{', '.join(map(literal, MARKINGS))}], marking), {len(MARKINGS) + 1})",
    ),
    ("in_words", "day", "strftime(day, '%-d %B %Y')"),
    ("counted", "number, one, several", "CASE WHEN number = 1 THEN 'one ' || one ELSE number || ' ' || several END"),
)
"""Each with its parameters and what it is; later ones build on earlier ones."""

_OF_ALL = ("alert", "registration", "custody", "sentence", "release_date")
"""Tables of what the sources hold of any subject, over the view `item`."""

_OF_RISK = ("risk_member", "address", "contact_point", "name", "birth_date")
"""Tables of the details of risk subjects, which build on `risk_subject`."""

OF_RISK = frozenset({"risk_subject", *_OF_RISK})
"""What holds nothing if the deployment does not say what makes a risk subject."""


def make(own: Temporaries, risk: Risk | None = None, as_of: date | None = None) -> None:
    """Make everything rule SQL may read.

    Args:
        own: keeps it, on a connection that holds the warehouse's tables.
        risk: what makes a risk subject; None if nothing does.
        as_of: the day of the run, which `risk` needs.

    Raises:
        ConfigurationError: the SQL of the risk subjects fails on the data.
    """
    make_items(own)
    subjects = risk.subjects.sql if risk else "SELECT NULL AS subject_id"
    yielded = set(risk.subjects.columns) if risk else set()
    values = risk.subjects.values(as_of) if risk and as_of else {}
    rests_on = {name: name if name in yielded else "[]::VARCHAR[]" for name in ("records", "items")}
    try:
        own.table(
            "risk_yielded",
            f"SELECT subject_id::VARCHAR AS subject_id, {columns(rests_on)} FROM ({subjects})"
            " WHERE subject_id IS NOT NULL",
            values or None,
        )
    except (duckdb.DataError, duckdb.ProgrammingError) as error:
        if risk is None:
            raise
        # The engine's own words may quote a value of a row.
        raise risk.error("sql", f"it fails on the data with a {type(error).__name__}") from None
    own.table("risk_subject", "SELECT DISTINCT subject_id FROM risk_yielded")
    told = "told" if yielded & {"records", "items"} else "untold"
    own.table("risk_basis", statement(__file__, f"views/risk_basis_{told}"))
    own.drop("risk_yielded")
    for name in _OF_RISK:
        own.table(name, statement(__file__, f"views/{name}"))


def make_items(own: Temporaries) -> None:
    """Make what the SQL of risk subjects may read: everything that does not depend on risk subjects."""
    for macro in _MACROS:
        own.macro(*macro)
    own.table("member", statement(__file__, "views/member"))
    for name in ("subject_record", "item"):
        own.view(name, statement(__file__, f"views/{name}"))
    for name in _OF_ALL:
        own.table(name, statement(__file__, f"views/{name}"))
