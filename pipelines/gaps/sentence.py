"""The sentence of a gap: templates from rule files turned into SQL. `cause/worded.sql` joins its clauses."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from linkage_models.relations import literal, quote

FROM_ENGINE = frozenset({"held_by", "expected_in"})
"""Placeholders the engine fills, with the titles of the source systems."""

UNKNOWN_DATE = "an unknown date"
UNKNOWN_VALUE = "not recorded"


def placeholders(template: str) -> set[str]:
    """Return the names in braces.

    Raises:
        ValueError: a brace is not matched, or the braces hold anything but a plain name.
    """
    names: set[str] = set()
    for _, name, form, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"`{{{name}}}` is not a column's name in braces")
        names.add(name)
    return names


def clause(template: str, columns: Mapping[str, str]) -> str:
    """Return the SQL expression of one clause over the columns of a rule's SQL; the engine's placeholders stay.

    Args:
        template: the clause with its placeholders.
        columns: names and DuckDB types of the columns at hand; dates are written as `5 March 2026`.
    """
    parts: list[str] = []
    for text, name, _, _ in Formatter().parse(template):
        if text:
            parts.append(literal(text))
        if name is None:
            continue
        if name in FROM_ENGINE:
            parts.append(literal(f"{{{name}}}"))
        elif columns[name] in {"DATE", "TIMESTAMP"}:
            parts.append(f"coalesce(in_words({quote(name)}), {literal(UNKNOWN_DATE)})")
        else:
            parts.append(f"coalesce({quote(name)}::VARCHAR, {literal(UNKNOWN_VALUE)})")
    return " || ".join(parts)
