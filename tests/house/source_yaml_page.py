"""The reference page of a source's YAML, written from the models: `python -m tests.house.source_yaml_page`."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from linkage_models.standardise.identifiers import IDENTIFIER_KINDS
from pipelines.source import SourceSpec
from pipelines.source.extract import (
    Csv,
    FixedWidth,
    Json,
    Parquet,
    Polling,
    Resource,
    Rest,
    Secret,
    Sql,
    Sqlite,
    Xml,
    files,
    part,
    rest,
    sql,
)
from pipelines.source.mapping import ContactKind, ItemMapping, Kind, RecordMapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.fields import FieldInfo

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "sources"

_OPENING = """\
# A source's YAML file

Every field of the file that describes a source system: what it is, how it delivers, and what its columns mean.
[Add a source system](../how-to/add-a-source.md) goes through one from start to end. `conjoin source new` drafts a file
from live data, and `conjoin source check FILE` reads live data with it and shows what a run would make of them; neither
keeps anything.

In a folder of Dagster components (`pipelines/defs/sources/<system>/defs.yaml`), and in a deployment, all of it stands
below `attributes:`, and above that `type: pipelines.components.NominalSource`. A field that is not known is an error.

This page is written by `python -m tests.house.source_yaml_page > docs/reference/source-yaml.md` from the models
that also read the file.
"""

_DELIVERY = """\
## How it delivers

`extract` has a `format`, and with it the fields of that format. Dates and numbers are landed as they come: what they
mean is said below `record` and `items`.
"""

_MEANING = """\
## What its columns mean

Every value below `record` and `items`, and `key`, `cursor` and `deleted` of a resource, is a DuckDB expression over the
columns of one landed row: most are a column's name, `"'crn'"` is a constant. Of JSON, XML and REST a row has one
column, `document`. A field whose name ends in `_date` is read by `date_format`, unless its expression already gives a
date.

### Dates

A text is a date if it has the form of `date_format`, or is written as databases write dates: year of four digits,
month, day. Nothing else is read, and what is not read is counted (`dates_are_readable`).

* `%Y` is a year of four digits. `%y` is the latest year that a date of birth may have on the day of the delivery; for
  other dates it may lie up to twenty years ahead.
* Of a date of birth such as `00/03/1962`, `XX/03/1962`, `03/1962`, `1962-00-00` or `1962`, the year and month, or the
  year, are known and kept as that. They are weak evidence, and never a day.
* A date of birth outside `birth_years` or after the delivery is left out and counted (`birth_dates_are_plausible`), and
  so is one that only fills the field ([standard forms](standard-forms.md)). As an item of its own it is quarantined.
* `infinity` is no end, and `-infinity` no beginning.
* A moment with a time zone, typed or as text, is a day in the source's `time_zone`. Midnight in UTC is the day as it is
  written, for many write days so.
"""

_FORMATS: tuple[tuple[type[BaseModel], str, tuple[type[BaseModel], ...], tuple[str, ...]], ...] = (
    (FixedWidth, "fixed_width", (files.LineType, files.Trailer), ("fixed_width",)),
    (Csv, "csv", (files.FileResource,), ("csv_sftp", "csv_changes")),
    (Json, "json", (), ("json_s3",)),
    (Xml, "xml", (files.XmlResource,), ("xml",)),
    (Parquet, "parquet", (), ("parquet",)),
    (Sqlite, "sqlite", (), ("sqlite",)),
    (Sql, "sql", (sql.SqlResource,), ("sql_postgresql", "sql_oracle", "sql_mssql", "sql_mysql")),
    (
        Rest,
        "rest",
        (rest.RestResource, rest.OAuth2, rest.ApiKey, rest.Bearer, rest.Basic, rest.NoAuth, rest.PageNumber,
         rest.Offset, rest.CursorPages, rest.LinkHeader, rest.NextUrl, rest.OnePage),
        ("rest",),
    ),
)  # fmt: skip
"""Per format: its model, its name, the models inside it, and its examples."""

_SHARED: tuple[tuple[type[BaseModel], str], ...] = (
    (part.Connected, "Every format"),
    (Resource, "Every resource"),
    (Polling, "A resource that is asked for rows"),
    (files.Sftp, "Location: sftp"),
    (files.S3, "Location: s3"),
    (Secret, "A secret"),
)
"""Models that several others take their fields from, or hold."""

HEADINGS: dict[type[BaseModel], str] = {
    **dict(_SHARED),
    SourceSpec: "The source",
    RecordMapping: "record",
    ItemMapping: "items",
    files.LineType: "A type of line",
    files.Trailer: "The trailer",
    files.FileResource: "A file",
    files.XmlResource: "An XML file",
    sql.SqlResource: "A table, view or query",
    rest.RestResource: "An endpoint",
    rest.OAuth2: "Auth: oauth2",
    rest.ApiKey: "Auth: api_key",
    rest.Bearer: "Auth: bearer",
    rest.Basic: "Auth: basic",
    rest.NoAuth: "Auth: none",
    rest.PageNumber: "Paging: page",
    rest.Offset: "Paging: offset",
    rest.CursorPages: "Paging: cursor",
    rest.LinkHeader: "Paging: link",
    rest.NextUrl: "Paging: next",
    rest.OnePage: "Paging: none",
    **{model: f"format: {name}" for model, name, *_ in _FORMATS},
}
"""Every model that has a section, and what stands above it."""

_BESIDES: dict[type[BaseModel], str] = {
    files.FileResource: "If only the path is to be said, give the path by itself: `stays: hostels/stays.csv`.",
    Sqlite: "If nothing is to be said about any table, give a list of their names: `resources: [person, stay]`.",
    Sql: "If nothing is to be said about any table, give a list of their names: `resources: [person, stay]`.",
}
"""What a model reads besides its fields."""


def source_yaml_page() -> str:
    """Return the Markdown of `docs/reference/source-yaml.md`."""
    sections = [
        _section(SourceSpec, 2),
        _DELIVERY,
        *(_section(model, 3) for model, _ in _SHARED),
    ]
    for model, _, inside, examples in _FORMATS:
        sections += [_section(model, 3), *(_section(one, 4) for one in inside), *map(_example, examples)]
    sections += [
        _MEANING,
        _section(RecordMapping, 3),
        _section(ItemMapping, 3),
        _kinds(),
    ]
    contents = [f"* [{title}](#{_anchor(title)})" for model, title in HEADINGS.items() if model in _LISTED]
    return "\n".join([_OPENING, "\n".join(contents) + "\n", *sections])


_LISTED = (SourceSpec, *(model for model, *_ in _FORMATS), RecordMapping, ItemMapping, Secret)


def _section(model: type[BaseModel], level: int) -> str:
    title = HEADINGS[model]
    fields = _own_fields(model)
    inherited = [base for base in _bases(model) if base in HEADINGS]
    besides = f"Also the fields of {_listed(_link(base) for base in inherited)}.\n\n" if inherited else ""
    rows = "\n".join(_row(name, field) for name, field in fields.items())
    table = f"| field | what it is | default | description |\n|---|---|---|---|\n{rows}\n" if rows else ""
    also = f"{_BESIDES[model]}\n\n" if model in _BESIDES else ""
    return f"{'#' * level} {title}\n\n{inspect.cleandoc(model.__doc__ or '')}\n\n{also}{besides}{table}"


def _own_fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields that are not those of a base with a section of its own."""
    of_bases = {name for base in _bases(model) if base in HEADINGS for name in base.model_fields}
    changed = {name for name in of_bases if name in vars(model).get("__annotations__", {})}
    return {name: field for name, field in model.model_fields.items() if name not in of_bases - changed}


def _bases(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Return the nearest bases that have a section, without those that are bases of another."""
    found = [base for base in model.__mro__[1:] if base in HEADINGS]
    return [base for base in found if not any(base in other.__mro__[1:] for other in found)]


def _row(name: str, field: FieldInfo) -> str:
    default = "required" if field.is_required() else _default(field)
    return f"| `{field.alias or name}` | {_cell(_kind(field))} | {_cell(default)} | {_cell(field.description or '')} |"


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value in (None, (), [], {}, ""):
        return "none"
    if value is PydanticUndefined:
        return "required"
    given = list(value) if isinstance(value, tuple) else value
    return f"`{given}`"


def _kind(field: FieldInfo) -> str:
    words, limits = _words(field.annotation), _limits(field.metadata)
    return f"{words}, {limits}" if limits else words


def _words(kind: Any) -> str:  # noqa: ANN401, PLR0911  # an annotation of any kind; one answer for each
    if kind == files.Position:
        return "[first column, length]"
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        limits = _limits(arguments[1:])
        words = _words(arguments[0])
        return f"{words}, {limits}" if limits else words
    if origin in (Union, UnionType):
        several = [one for one in arguments if one is not NoneType]
        return _listed(dict.fromkeys(_words(one) for one in several), "or")
    if origin is Literal:
        return _listed((f"`{one}`" for one in arguments), "or")
    if origin is dict:
        return f"mapping of {_words(arguments[0])} to {_words(arguments[1])}"
    if origin in (list, tuple):
        pair = origin is tuple and Ellipsis not in arguments
        return f"[{'; '.join(map(_words, arguments))}]" if pair else f"list of {_words(arguments[0])}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _link(kind if kind in HEADINGS else _bases(kind)[0])
    return {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}.get(kind, "text")


def _limits(metadata: Iterable[Any]) -> str:
    """Return what pydantic checks of a value, in words."""
    said = []
    for one in metadata:
        inner = getattr(one, "metadata", None)
        if inner:
            said.append(_limits(inner))
        elif (pattern := getattr(one, "pattern", None)) is not None:
            said.append(_PATTERNS.get(pattern, ""))
        elif (least := getattr(one, "ge", None)) is not None:
            said.append(f"at least {least:,}")
        elif (most := getattr(one, "le", None)) is not None:
            said.append(f"at most {most:,}")
        elif (longest := getattr(one, "max_length", None)) is not None:
            said.append(f"at most {longest} long")
    return ", ".join(filter(None, said))


_PATTERNS = {
    r"^\$": "a JSON path from `$`",
    r"^[a-z][a-z0-9_]*$": "lower-case letters, digits and `_`",
    r"^[a-z][a-z0-9_-]*$": "lower-case letters, digits, `_` and `-`",
    r"^[A-Za-z][A-Za-z0-9_]*$": "letters, digits and `_`",
}
"""Patterns in words; what a pattern without words asks for is in the field's description."""


def _example(name: str) -> str:
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    path = f"../examples/sources/{name}.yaml"
    return f"#### Example: [{name}.yaml]({path})\n\n```yaml\n{text}```\n"


def _kinds() -> str:
    rows = "\n".join(
        f"| `{kind}` | {_listed(f'`{one}`' for one in needed_by(kind)) or '-'} |" for kind in get_args(Kind)
    )
    return (
        "### Kinds of item\n\nEvery item needs `kind`, `from` and `key`; some kinds need more. "
        f"An identifier's `code` is one of {_listed(f'`{one}`' for one in IDENTIFIER_KINDS)} or of"
        f" `identifier_kinds`, a contact point's"
        f" one of {_listed(f'`{one}`' for one in get_args(ContactKind))}; others are kept and counted, or left out.\n\n"
        f"| kind | needs also |\n|---|---|\n{rows}\n"
    )


def needed_by(kind: str) -> list[str]:
    """Return the fields that an item of a kind needs, as the model itself says."""
    given = {"kind": kind, "from": "rows", "key": "id"}
    while True:
        try:
            ItemMapping.model_validate(given)
        except ValidationError as error:
            needed = re.search(r"needs the field `(\w+)`", str(error))
            if needed is None or needed[1] in given:
                raise
            given[needed[1]] = "x"
        else:
            return list(given)[3:]


def _link(model: type[BaseModel]) -> str:
    title = HEADINGS[model]
    return f"[{title[0].lower() + title[1:]}](#{_anchor(title)})"


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9_ -]", "", title.lower()).replace(" ", "-")


def _listed(words: Iterable[str], last: str = "and") -> str:
    several = list(words)
    return f"{', '.join(several[:-1])} {last} {several[-1]}" if len(several) > 1 else "".join(several)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(source_yaml_page())
