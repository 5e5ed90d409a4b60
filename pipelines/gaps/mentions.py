"""What a rule's SQL mentions, read with DuckDB's own parser: the tables it reads, the source systems it names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from linkage_models.relations import single_value

SYSTEM_COLUMNS = frozenset({"source_system", "held_by", "expected_in"})
"""Columns that hold a source system: what is compared with one, or given that name, is a source system."""


def mentioned(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the tables and views that one SELECT reads, and the source systems that it names.

    Args:
        con: any connection.
        sql: the SELECT, which binds.
    """
    nodes = list(_nodes(json.loads(single_value(con, "SELECT json_serialize_sql($sql)", {"sql": sql}))))
    own = {entry["key"] for node in nodes for entry in (node.get("cte_map") or {}).get("map", ())}
    tables = {node["table_name"] for node in nodes if node.get("type") == "BASE_TABLE"}
    return frozenset(tables - own), frozenset(name for node in nodes for name in _systems(node))


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  # a tree of JSON
    """Yield every object of the tree."""
    if isinstance(tree, dict):
        yield tree
    for below in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(below)


def _systems(node: dict[str, Any]) -> Iterator[str]:
    """Yield the texts that a node compares with a column of source systems, or names as such a column."""
    match node:
        case {"class": "CONSTANT", "alias": alias} if alias in SYSTEM_COLUMNS:
            told = [node]
        case {"class": "COMPARISON", "left": left, "right": right} if _is_system(left) or _is_system(right):
            told = [left, right]
        case {"type": "COMPARE_IN" | "COMPARE_NOT_IN", "children": [compared, *values]} if _is_system(compared):
            told = values
        case _:
            told = []
    for part in told:
        match part:
            case {"class": "CONSTANT", "value": {"value": str() as text}}:
                yield text


def _is_system(node: dict[str, Any]) -> bool:
    return node.get("class") == "COLUMN_REF" and node["column_names"][-1] in SYSTEM_COLUMNS
