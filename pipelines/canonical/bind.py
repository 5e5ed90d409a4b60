"""Binding a source's YAML to what was landed: relations to read, and expressions that must fit their columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb

from linkage_models.relations import Steps, columns, literal
from linkage_models.words import counted
from pipelines.errors import ConfigurationError
from pipelines.landing.changes import parquet
from pipelines.source import BELOW
from pipelines.source.extract import resources
from pipelines.source.extract.files import OWN_COLUMNS
from pipelines.yaml_file import error_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.source import SourceSpec
    from pipelines.source.names import Names

NOT_OF_THE_SOURCE = {*OWN_COLUMNS, "_raw", "document", "each", "part", "listed"}
"""Columns of the relations that are read which Conjoin adds to the source's own."""

_NESTED = re.compile(r"\b(STRUCT|UNION|ENUM|MAP)\(")

NOT_SQL_FIELDS = {"kind", "source", "each", "detail", "code_list", "code_lists"}


def landed_view(
    folder: Path,
    spec: SourceSpec,
    resource: str,
    each: str | None = None,
    *,
    ahead: Mapping[str, str] | None = None,
    touched: bool = False,
) -> str:
    """Return an SQL relation over a landed resource, or over the elements of a list nested in its documents.

    Rows that say they are deleted are left out, and so are, for `touched`, those not in `touched_row`. The relation has
    `_row`, the source's columns and `_raw` (the row as JSON); for a list also `each`, `part` and `listed`, which is
    false for a single value that stands where the list belongs, and the columns that are taken of the document `ahead`
    of its elements.
    """
    rows = landed_rows(folder, resource, touched=touched)
    if deleted := resources(spec.extract)[resource].deleted:
        rows += f" WHERE NOT coalesce(({deleted})::BOOLEAN, false)"
    steps = Steps().step("landed", rows)
    if each is None:
        return f"({steps.query('SELECT *, to_json(landed)::VARCHAR AS _raw FROM landed')})"
    held = columns({**(ahead or {}), "held": f"json_extract(document, {literal(each)})"})
    steps.step("held", f"SELECT *, {held} FROM landed")
    elements = f"""
        CASE json_type(held)
            WHEN 'ARRAY' THEN json_extract(document, {literal(each + "[*]")})
            WHEN 'NULL' THEN []
            ELSE [held]
        END"""
    steps.step(
        "gathered",
        f"SELECT * EXCLUDE (held), json_type(held) = 'ARRAY' AS listed, {elements} AS elements "
        "FROM held WHERE held IS NOT NULL",
    )
    steps.step(
        "unnested",
        "SELECT *, unnest(elements) AS each, unnest(range(1, len(elements) + 1))::INTEGER AS part FROM gathered",
    )
    return f"({steps.query('SELECT *, each::VARCHAR AS _raw FROM unnested')})"


def landed_rows(folder: Path, resource: str, *, touched: bool = False) -> str:
    """Return a query of a resource's rows as landed: all of them, or those in `touched_row`."""
    rows = f"FROM {parquet(folder / f'{resource}.parquet')}"
    return f"{rows} SEMI JOIN (FROM touched_row WHERE resource = {literal(resource)}) USING (_row)" if touched else rows


def misfits(con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, folder: Path) -> Iterator[ConfigurationError]:
    """Yield an error for every expression that does not fit; what makes a whole mapping fail is reported once.

    Args:
        con: any connection.
        spec: the source.
        yaml_file: where its YAML lies, for errors.
        folder: the Parquet file of each resource, whose columns are what the expressions must fit.
    """
    told: set[str] = set()
    for location, relation, expression in expressions_of(spec, folder):
        if relation in told:
            continue
        place, sql = location, f"SELECT ({expression}) FROM {relation} LIMIT 0"
        if location[0] == "extract":
            if _complaint(con, sql):
                told |= {
                    landed_view(folder, spec, source, each) for source, each in _read(spec) if source == location[2]
                }
        elif _complaint(con, f"SELECT 1 FROM {relation} LIMIT 0"):
            # The list itself does not fit, and with it all that is read of it.
            place, sql = (*location[:2], "each"), f"SELECT 1 FROM {relation} LIMIT 0"
            told.add(relation)
        if complaint := _complaint(con, sql):
            said = problem_of(complaint, spec.names, _columns(con, relation))
            yield error_at(yaml_file, place, f"does not fit what {spec.system} delivers: {said}", below=BELOW)


def _read(spec: SourceSpec) -> list[tuple[str, str | None]]:
    """Return every resource that is read, with the nested list if one is read."""
    return [(spec.record.source, None), *((item.source, item.each) for item in spec.items)]


def _complaint(con: DuckDBPyConnection, sql: str) -> duckdb.Error | None:
    try:
        con.execute(sql)
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        return error
    return None


def expressions_of(spec: SourceSpec, folder: Path) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield every SQL expression with its place in the YAML and the relation it reads."""
    for name, resource in resources(spec.extract).items():
        if resource.deleted:
            yield ("extract", "resources", name, "deleted"), f"({landed_rows(folder, name)})", resource.deleted
    for field, expression in spec.record.model_dump(exclude=NOT_SQL_FIELDS, exclude_none=True).items():
        yield ("record", field), landed_view(folder, spec, spec.record.source), expression
    for position, item in enumerate(spec.items):
        relation = landed_view(folder, spec, item.source, item.each)
        for field, expression in item.model_dump(exclude=NOT_SQL_FIELDS, exclude_none=True).items():
            yield ("items", position, field), relation, expression
        for name, expression in item.detail.items():
            yield ("items", position, "detail", name), relation, expression


def _columns(con: DuckDBPyConnection, relation: str) -> list[str]:
    """Return the source's own columns of a relation; none where it cannot be read, or holds documents."""
    try:
        described = con.execute(f"DESCRIBE FROM {relation}").fetchall()
    except duckdb.Error:
        return []
    return [name for name, *_ in described if name not in NOT_OF_THE_SOURCE]


def problem_of(error: duckdb.Error, names: Names, columns: Sequence[str]) -> str:
    """Return DuckDB's complaint about an expression in one sentence, without any name that only the delivery tells.

    Args:
        error: the complaint; of binding, so that it holds no value, but names and types of columns.
        names: the names that the source's YAML uses.
        columns: the columns that the expression was to fit; none where they are not known.
    """
    text = str(error)
    if column := re.search(r'Referenced column "([^"]+)" not found', text):
        candidates = re.findall(r'"([^"]+)"', text[column.end() :])
        near = [name for name in candidates if name in names and name not in NOT_OF_THE_SOURCE]
        if near:
            remedy = f"did you mean `{near[0]}`?"
        elif columns and not any(name in names for name in columns):
            none = f"of the {counted(len(columns), 'column')} that it has the YAML names none"
            remedy = f"{none}, as where a heading is missing: have it delivered with one, or correct the expression."
        else:
            remedy = "correct the expression."
        return f"there is no column `{column[1]}`; {remedy}"
    first = re.sub(r"^\w+ Error: ", "", text).strip().splitlines()[0].rstrip(".!")
    if _NESTED.search(first):  # the names of what is inside stand in a type
        first = "it does not suit the types of the columns"
    first = re.sub(r'"([^"]*)"', lambda quoted: quoted[0] if quoted[1] in names else "a column", first)
    return f"{first}; correct the expression."
