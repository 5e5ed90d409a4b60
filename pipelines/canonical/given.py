"""What a source's YAML says about persons and items, as SELECTs over its landed rows.

Only what is here differs from one source to another; the statements in `staged/` read it and are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linkage_models.relations import columns, literal, quote, union

if TYPE_CHECKING:
    from pipelines.source import SourceSpec
    from pipelines.source.mapping import ItemMapping

Landed = Callable[[str, str | None], str]
"""Gives the relation of a resource's landed rows, or of the elements of a list nested in them."""

PERSON_TEXTS = (
    "key", "forenames", "middle_names", "surname", "birth_date", "sex", "ethnicity", "nationality", "birth_place",
)  # fmt: skip
"""Fields of a person, all of them read as text, whatever the source holds them as."""

ITEM_TEXTS = (
    "key", "id", "code", "value", "postcode", "forenames", "middle_names", "surname", "birth_date", "item_date",
    "from_date", "to_date", "marking", "handling",
)  # fmt: skip
"""Fields of an item that are read as text."""

GIVEN_ITEM = {
    "mapping": "INTEGER", "resource": "VARCHAR", "kind": "VARCHAR", "landed_row": "BIGINT", "part": "INTEGER",
    "of_record": "BOOLEAN", "listed": "BOOLEAN", **dict.fromkeys(ITEM_TEXTS, "VARCHAR"), "active": "BOOLEAN",
    "detail": "JSON", "unmapped_codes": "INTEGER",
}  # fmt: skip
"""Columns of `given_item`, with their types; `of_record`: read from the rows that are persons."""

LANDED_PART = {
    "resource": "VARCHAR", "landed_row": "BIGINT", "part": "INTEGER", "raw": "VARCHAR", "in_record": "BOOLEAN",
}  # fmt: skip
"""Columns of `landed_part`, with their types. `in_record`: an element of a list in a row that should be a person."""


def counted_resources(spec: SourceSpec) -> dict[str, tuple[str, str | None]]:
    """Return every resource under which rows are counted: its name, the landed resource and the nested list."""
    counted: dict[str, tuple[str, str | None]] = {spec.record.source: (spec.record.source, None)}
    for item in spec.items:
        counted.setdefault(item.resource, (item.source, item.each))
    return counted


def given_person(spec: SourceSpec, landed: Landed) -> str:
    """Return a SELECT of one row per row of the record's resource."""
    record = spec.record
    texts = {field: getattr(record, field) or "NULL" for field in PERSON_TEXTS}
    unmapped = [_is_unmapped(spec, name, texts[field]) for field, name in record.code_lists.items()]
    texts |= {field: _mapped(spec, name, texts[field]) for field, name in record.code_lists.items()}
    selected = {"landed_row": "_row", **_as_text(texts), "unmapped_codes": " + ".join(unmapped) or "0"}
    return _selected(selected, landed(record.source, None))


def given_item(spec: SourceSpec, landed: Landed) -> str:
    """Return a SELECT of one row per candidate information item, over every mapping."""
    selects = (_given_by(spec, position, item, landed) for position, item in enumerate(spec.items))
    return union(selects, of=GIVEN_ITEM)


def _given_by(spec: SourceSpec, position: int, item: ItemMapping, landed: Landed) -> str:
    texts = {field: getattr(item, field) or "NULL" for field in ITEM_TEXTS}
    texts["marking"] = item.marking or literal(spec.marking)
    unmapped = "0"
    if item.code_list:
        unmapped = _is_unmapped(spec, item.code_list, texts["code"])
        texts["code"] = _mapped(spec, item.code_list, texts["code"])
    # As text, so that a source says the same whether a file or a database gives it.
    pairs = ", ".join(f"{literal(name)}, ({expression})::VARCHAR" for name, expression in item.detail.items())
    selected = {
        "mapping": str(position),
        "resource": literal(item.resource),
        "kind": literal(item.kind),
        "landed_row": "_row",
        "part": "part" if item.each else "0",
        "of_record": str(item.source == spec.record.source),
        "listed": "listed" if item.each else "true",
        **_as_text(texts),
        "active": f"({item.active or 'NULL'})::BOOLEAN",
        "detail": f"json_object({pairs})" if pairs else "NULL::JSON",
        "unmapped_codes": unmapped,
    }
    condition = f"coalesce(({item.when})::BOOLEAN, false)" if item.when else "true"
    return _selected(selected, f"{landed(item.source, item.each)} WHERE {condition}")


def landed_part(spec: SourceSpec, landed: Landed) -> str:
    """Return a SELECT of every row and element that is counted: its resource, its place, and itself as JSON."""
    selects = (
        f"SELECT {literal(name)} AS resource, _row AS landed_row, {'part' if each else '0'} AS part, _raw AS raw, "
        f"{each is not None and source == spec.record.source} AS in_record FROM {landed(source, each)}"
        for name, (source, each) in counted_resources(spec).items()
    )
    return union(selects, of=LANDED_PART)


def _selected(selected: dict[str, str], rows: str) -> str:
    """Return a SELECT of expressions of the YAML over landed rows.

    DuckDB lets an expression read what the SELECT names before it. So that `kind` is never anything but the column
    `kind`, and an error where the source has none, the expressions stand under names that no column has.
    """
    named = {name: quote(f"given {name}") for name in selected}
    inner = columns({named[name]: expression for name, expression in selected.items()})
    return f"SELECT {columns(named)} FROM (SELECT {inner} FROM {rows})"


def _as_text(expressions: dict[str, str]) -> dict[str, str]:
    return {field: f"({expression})::VARCHAR" for field, expression in expressions.items()}


def _mapped(spec: SourceSpec, name: str, expression: str) -> str:
    """Return the canonical code for a code of the named list, or the code itself if the list lacks it."""
    codes = spec.code_lists[name]
    keys, values = (", ".join(map(literal, some)) for some in (codes.keys(), codes.values()))
    given = f"nullif(trim(({expression})::VARCHAR), '')"
    return f"coalesce(map([{keys}], [{values}])[{given}], {given})"


def _is_unmapped(spec: SourceSpec, name: str, expression: str) -> str:
    """Return 1 if there is a code that the named list lacks, else 0."""
    keys = ", ".join(map(literal, spec.code_lists[name]))
    return f"coalesce((nullif(trim(({expression})::VARCHAR), '') NOT IN ({keys}))::INTEGER, 0)"
