"""Checking one source of a deployment as far as that is possible without its data: expressions, kinds, secrets."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import duckdb
from pydantic import BaseModel

from linkage_models.relations import literal, quote, single_value
from linkage_models.standardise.identifiers import IDENTIFIER_KINDS
from pipelines.canonical.bind import expressions_of, misfits
from pipelines.deployment import Source
from pipelines.errors import ConfigurationError, Report, SourceError
from pipelines.source import BELOW, SourceSpec
from pipelines.source.extract import FixedWidth, Json, Rest, Secret, Xml, resources
from pipelines.source.mapping import ContactKind
from pipelines.yaml_file import error_at, field_error

Place = tuple[str | int, ...]


def check_source(source: Source, report: Report, warn: Report) -> None:
    """Check a source that fits its model.

    Args:
        source: the source.
        report: called with each mistake.
        warn: called with each secret that is missing here, for the nightly account may have it.
    """
    for place, problem in _wrong(source.spec):
        report(field_error(source.yaml_file, place, problem, below=BELOW))
    for error in _misfits(source):
        report(error)
    for place, secret in _secrets(source.spec, ()):
        try:
            secret.read(source.spec.system)
        except SourceError:
            says = f"names a secret that is missing here; {secret.remedy}."
            warn(error_at(source.yaml_file, place, says, below=BELOW))


def _wrong(spec: SourceSpec) -> Iterator[tuple[Place, str]]:
    """Yield what is wrong independently of the source's columns: each place in the YAML, with a clause."""
    with duckdb.connect() as con:
        for place, expression in _expressions(spec):
            sql = {"sql": f"SELECT ({expression})"}
            parsed = json.loads(single_value(con, "SELECT json_serialize_sql($sql)", sql))
            if parsed["error"]:
                yield place, f"it is not SQL ({parsed['error_message']})"
    known = {"identifier": {*IDENTIFIER_KINDS, *spec.identifier_kinds}, "contact_point": set(get_args(ContactKind))}
    for position, item in enumerate(spec.items):
        constant = re.fullmatch(r"\s*'([^']*)'\s*", item.code or "")
        if constant is None or item.kind not in known or item.code_list:
            continue
        if constant[1].strip().casefold() not in {kind.casefold() for kind in known[item.kind]}:
            kinds = ", ".join(sorted(known[item.kind]))
            yield ("items", position, "code"), f"`{constant[1]}` is no kind of {item.kind}; Conjoin knows {kinds}"


def _expressions(spec: SourceSpec) -> Iterator[tuple[Place, str]]:
    for name, resource in resources(spec.extract).items():
        place = ("extract", "resources", name)
        for expression in resource.key:
            yield (*place, "key"), expression
        if resource.cursor:
            yield (*place, "cursor"), resource.cursor
    if _columns(spec) is None:
        for location, _, expression in expressions_of(spec, Path()):
            yield location, expression


def _misfits(source: Source) -> Iterator[ConfigurationError]:
    """Yield the expressions that do not fit the columns of the landed rows, if the YAML alone gives these columns."""
    columns = _columns(source.spec)
    if columns is None:
        return
    with tempfile.TemporaryDirectory(prefix="conjoin-check-") as folder, duckdb.connect() as con:
        for name, typed in columns.items():
            nothing = ", ".join(f"NULL::{kind} AS {quote(column)}" for column, kind in typed.items())
            file = literal(str(Path(folder) / f"{name}.parquet"))
            con.execute(f"COPY (SELECT {nothing} WHERE false) TO {file} (FORMAT parquet)")
        yield from misfits(con, source.spec, source.yaml_file, Path(folder))


def _columns(spec: SourceSpec) -> dict[str, dict[str, str]] | None:
    """Return the columns of each resource's landed rows and their types; None if only the source knows them."""
    added = {"_row": "BIGINT", "_file": "VARCHAR"}
    match spec.extract:
        case FixedWidth():
            return {
                name: added | dict.fromkeys(line_type.fields, "VARCHAR")
                for name, line_type in spec.extract.resources.items()
            }
        case Json() | Xml() | Rest():
            return {name: added | {"document": "JSON"} for name in spec.extract.resources}
        case _:
            return None


def _secrets(part: BaseModel, place: Place) -> Iterator[tuple[Place, Secret]]:
    """Yield every secret that the YAML names, with its place."""
    for name, field in type(part).model_fields.items():
        value, here = getattr(part, name), (*place, field.alias or name)
        inside = value.items() if isinstance(value, Mapping) else [(None, value)]
        for key, inner in inside:
            at = here if key is None else (*here, key)
            if isinstance(inner, Secret):
                yield at, inner
            elif isinstance(inner, BaseModel):
                yield from _secrets(inner, at)
