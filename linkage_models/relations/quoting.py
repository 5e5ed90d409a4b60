"""Names and texts quoted for SQL; values are parameters wherever a statement takes them."""

from __future__ import annotations


def quote(identifier: str) -> str:
    """Return an SQL identifier quoted, safe for names that come from configuration."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return an SQL string literal, for the statements that take no parameters (COMMENT, ATTACH, COPY ... TO)."""
    return "'" + text.replace("'", "''") + "'"


def relation(name: str) -> str:
    """Return a table's or view's name quoted for SQL.

    Args:
        name: one to three parts joined by dots, for example `linkage.edge` or `membership`.

    Returns:
        The same name with every part in double quotes.

    Raises:
        ValueError: a part is empty, or there are more than three.
    """
    parts = name.split(".")
    most_parts = 3  # database, schema, table
    if len(parts) > most_parts or not all(parts):
        raise ValueError(f"The relation name {name!r} is not one to three parts joined by dots; write schema.table.")
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
