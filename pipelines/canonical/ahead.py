"""Reading a document once for all elements of a list in it: what a mapping takes of the whole, taken ahead of them.

An element of a list stands beside its document, so `document->>'$.ref'` would read the whole document for every
element, which costs the square of the list. Taking a value out of a document cannot fail, so it is safe to do for every
document, whatever an expression does with the value, and under whichever condition.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from linkage_models.relations import quote, single_value
from pipelines.canonical.bind import NOT_SQL_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

    from pipelines.source import SourceSpec
    from pipelines.source.mapping import ItemMapping

Ahead = dict[tuple[str, str | None], dict[str, str]]
"""For a landed resource and the list nested in it: the columns that each of its documents gives, with their SQL."""

_TAKES = {
    "->>", "json_extract", "json_extract_string", "json_array_length", "json_exists", "json_keys", "json_type",
    "json_value",
}  # fmt: skip
"""Functions of a document and of fixed places in it. None of them fails, whatever the document holds."""
_OWN_SCOPE = {"LAMBDA", "SUBQUERY"}
"""Expressions inside which `document` could be a name of theirs."""


def taken_ahead(con: DuckDBPyConnection, spec: SourceSpec) -> tuple[SourceSpec, Ahead]:
    """Return the source with items that read columns in place of documents, and those columns.

    Args:
        con: any connection; DuckDB's own parser reads the expressions.
        spec: the source.

    Returns:
        The source, whose expressions are the YAML's where they take nothing of a document, and the columns that
        `landed_view` is to give.
    """
    ahead: Ahead = {}
    items = [
        _of_item(con, item, ahead.setdefault((item.source, item.each), {})) if item.each else item
        for item in spec.items
    ]
    return spec.model_copy(update={"items": items}), ahead


def _of_item(con: DuckDBPyConnection, item: ItemMapping, taken: dict[str, str]) -> ItemMapping:
    fields: Mapping[str, str] = item.model_dump(exclude=NOT_SQL_FIELDS, exclude_none=True)
    changed = {field: _lifted(con, expression, taken) for field, expression in fields.items()}
    detail = {name: _lifted(con, expression, taken) for name, expression in item.detail.items()}
    return item.model_copy(update={**changed, "detail": detail})


def _lifted(con: DuckDBPyConnection, expression: str, taken: dict[str, str]) -> str:
    """Return an expression that reads columns in place of documents, and add those columns to the ones taken."""
    if "document" not in expression.casefold():
        return expression
    parsed = json.loads(single_value(con, "SELECT json_serialize_sql($query)", {"query": f"SELECT ({expression})"}))
    if parsed["error"]:
        return expression  # whoever runs it says so, and where it stands
    node = parsed["statements"][0]["node"]
    (whole,) = node["select_list"]

    def written(part: dict[str, Any]) -> str:
        node["select_list"] = [part]
        text: str = single_value(con, "SELECT json_deserialize_sql($parsed::JSON)", {"parsed": json.dumps(parsed)})
        return text.removeprefix("SELECT ")

    def lifted(part: Any) -> Any:  # noqa: ANN401
        if isinstance(part, list):
            return [lifted(inner) for inner in part]
        if not isinstance(part, dict):
            return part
        if _takes(part):
            sql = written(part | {"alias": ""})
            taken[quote(sql)] = sql
            return _column(sql, part)
        if part.get("class") in _OWN_SCOPE:
            return part
        return {name: lifted(inner) for name, inner in part.items()}

    after = lifted(whole)
    return written(after) if after != whole else expression


def _takes(part: dict[str, Any]) -> bool:
    """Tell whether a part of an expression takes what is at a fixed place out of the document."""
    match part:
        # DuckDB parses `document->'$.list'` as it does the older form of a lambda.
        case {"class": "LAMBDA", "lhs": held, "expr": {"class": "CONSTANT"}}:
            pass
        case {"class": "FUNCTION", "function_name": name, "children": [held, *places]} if name in _TAKES:
            if any(place["class"] != "CONSTANT" for place in places):
                return False
        case _:
            return False
    whole = held["class"] == "COLUMN_REF" and [name.casefold() for name in held["column_names"]] == ["document"]
    return whole or _takes(held)


def _column(name: str, part: dict[str, Any]) -> dict[str, Any]:
    return {
        "class": "COLUMN_REF", "type": "COLUMN_REF", "alias": part["alias"],
        "query_location": part["query_location"], "column_names": [name],
    }  # fmt: skip
