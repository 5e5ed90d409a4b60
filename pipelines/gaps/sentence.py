"""The sentence of a gap: templates from rule files turned into SQL, and the wording each cause asks for."""

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


BY_WHEN = """
    CASE WHEN due_date < $as_of::DATE THEN ' at once: it was due by ' ELSE ' by ' END || in_words(due_date)
"""
"""How an act's clause ends, over `due_date` and `$as_of`."""

BY_CAUSE: dict[str, str] = {
    "held_but_unlinked": """
        holds || '; ' || near_title || ' record ' || near_source_record_id
        || ' may be the same person (probability ' || format('{:.2f}', near_probability)
        || ') and would answer this: settle whether it is before anyone acts on its absence.'
    """,
    "feed_stale": f"""
        holds || ' but ' || lacks || ' so far as its last delivery tells ('
        || coalesce('of ' || in_words(last_delivery) || ', which can no longer be relied on', 'it has made none')
        || '): get a fresh delivery, then ' || act || {BY_WHEN} || '.'
    """,
    "withheld": f"""
        holds || '; {{expected_in}} has an answer that its marking keeps from being shown: ask its originator,'
        || ' then ' || act || {BY_WHEN} || '.'
    """,
    "not_due": f"holds || ' but ' || lacks || ' yet; ' || act || {BY_WHEN} || '.'",
    "not_held": f"holds || ' but ' || lacks || '; ' || act || {BY_WHEN} || '.'",
}
"""The sentence for each cause, as SQL over the columns that `cause.derive` brings together."""


def by_cause() -> str:
    """Return the SQL expression of the whole sentence, choosing the wording by `cause` and naming the systems."""
    branches = " ".join(f"WHEN {literal(cause)} THEN {wording}" for cause, wording in BY_CAUSE.items())
    return (
        f"replace(replace(CASE cause {branches} END, '{{held_by}}', held_by_title),"
        " '{expected_in}', expected_in_title)"
    )
