"""Looking at live data: the columns and nested fields of what a source delivers, and what their values look like."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import sqlalchemy as sa

from linkage_models import standardise
from linkage_models.relations import columns, literal, quote, single_row, single_value
from pipelines.canonical.bind import landed_view
from pipelines.landing.land import land
from pipelines.source import SourceSpec
from pipelines.source.extract import Rest, Sql
from pipelines.source.extract.rest import OnePage
from pipelines.source.extract.sql import SqlResource
from pipelines.source_check.temporary_home import temporary_home
from pipelines.warehouse.database import writer

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings
    from pipelines.source.extract import ExtractSpec

LOOKED_AT = 2_000
"""Rows of each resource that are looked at: enough to tell a date format and a key, little enough for any source."""

CHECKED_KINDS = ("pnc", "cro", "noms", "crn")
"""Kinds of identifier with a check or a form of their own, so that they can be recognised by their values."""

DATE_FORMATS = (
    "%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%Y/%m/%d",
    "%d/%m/%y", "%m/%d/%Y", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
)  # fmt: skip
"""Formats to try, in this order: if a date can be read both ways, the day comes first, as in Britain."""


@dataclass(frozen=True)
class Field:
    """A column, or a field inside documents, and what its values are like.

    Attributes:
        name: as a person reads it: a column's name, or a path such as `subject.surname`.
        expression: DuckDB SQL that gives it.
        filled: rows, of those looked at, that have it.
        distinct: how many different values it has.
        rows: rows looked at.
        identifier: the kind of identifier that its values pass the check of, if any.
        postcodes: whether its values are postcodes.
        date_format: the format that reads its values as dates, if any.
        few: its values in lower case, if there are only a few different short ones.
    """

    name: str
    expression: str
    filled: int = 0
    distinct: int = 0
    rows: int = 0
    identifier: str | None = None
    postcodes: bool = False
    date_format: str | None = None
    few: frozenset[str] = frozenset()

    @property
    def names_rows(self) -> bool:
        """Whether every row has it and no two share one."""
        return 0 < self.rows == self.filled == self.distinct


@dataclass(frozen=True)
class RowGroup:
    """Rows that are looked at together: those of a resource, or the elements of a list nested in its documents."""

    resource: str
    each: str | None
    fields: tuple[Field, ...]

    @property
    def name(self) -> str:
        """The resource, with the path of the list inside it."""
        return self.resource + (self.each or "").removeprefix("$")

    def named(self, name: str) -> Field | None:
        """Return the field of a name."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass
class Sight:
    """What was seen of a source, until the context ends.

    Attributes:
        groups: the resources in their order, each followed by the lists in its documents.
        repeated: for XML, per resource the elements that stand several times in a row element.
    """

    con: DuckDBPyConnection
    folder: Path
    source: SourceSpec
    groups: list[RowGroup] = field(default_factory=list)
    repeated: dict[str, list[str]] = field(default_factory=dict)

    def complaint(self, group: RowGroup, expression: str) -> bool:
        """Return whether an expression does not fit the rows of a group."""
        try:
            self.con.execute(f"SELECT ({expression}) FROM {self._relation(group)} LIMIT 0")
        except duckdb.Error:
            return True
        return False

    def share_within(self, group: RowGroup, expression: str, of: RowGroup, key: str) -> float:
        """Return the share of a group's values that are keys of another group."""
        share = single_value(
            self.con,
            f"WITH value AS (SELECT ({expression})::VARCHAR AS value FROM {self._relation(group)} LIMIT {LOOKED_AT}) "
            f"SELECT avg((value IN (SELECT ({key})::VARCHAR FROM {self._relation(of)}))::INTEGER) FROM value",
        )
        return float(share or 0)

    def look(self) -> None:
        """Find every group and field."""
        for name in self.source.extract.resources:
            described = self.con.execute(f"DESCRIBE {self._relation(RowGroup(name, None, ()))}").fetchall()
            held = [column for column, *_ in described if not column.startswith("_")]
            if held == ["document"]:
                self._look_into_documents(name)
                continue
            reserved = {
                word
                for (word,) in self.con.execute(
                    "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
                ).fetchall()
            }
            fields = [
                Field(
                    column,
                    column
                    if re.fullmatch(r"[A-Za-z_]\w*", column, re.ASCII) and column.lower() not in reserved
                    else quote(column),
                )
                for column in held
            ]
            self._add(name, None, fields)

    def _look_into_documents(self, name: str) -> None:
        documents = self.con.execute(
            f"SELECT document::VARCHAR FROM {self._relation(RowGroup(name, None, ()))} LIMIT {LOOKED_AT}"
        ).fetchall()
        scalars: dict[tuple[str, ...], bool] = {}
        lists: dict[tuple[str, ...], dict[tuple[str, ...], bool]] = {}
        for (text,) in documents:
            for path, several, value in _walk(json.loads(text), ()):
                if several and any(isinstance(element, dict) for element in value):
                    inside = lists.setdefault(path, {})
                    for element in value:
                        for inner, many, _ in _walk(element, ()) if isinstance(element, dict) else ():
                            inside[inner] = inside.get(inner, False) or many
                else:
                    scalars[path] = scalars.get(path, False) or several
        self.repeated[name] = sorted(
            {path[-1] for path in lists} | {path[-1] for path, many in scalars.items() if many}
        )
        # A path that is a list in one document and single in another counts as a list.
        own = [path for path in scalars if not any(path[: len(nested)] == nested for nested in lists)]
        self._add(name, None, [_field("document", path, several=scalars[path]) for path in own])
        for path, inside in lists.items():
            fields = [_field("each", inner, several=many) for inner, many in inside.items()]
            self._add(name, _json_path(path), fields)

    def _add(self, resource: str, each: str | None, fields: list[Field]) -> None:
        group = RowGroup(resource, each, ())
        self.groups.append(RowGroup(resource, each, tuple(self._seen(group, field) for field in fields)))

    def _seen(self, group: RowGroup, field: Field) -> Field:
        """Return the field with what its values are like."""
        checks = ", ".join(
            f"avg((std_identifier('{kind}', value, year(now()::TIMESTAMP)::INTEGER).valid"
            f" AND std_identifier('{kind}', value, year(now()::TIMESTAMP)::INTEGER).kind = '{kind}')::INTEGER)"
            for kind in CHECKED_KINDS
        )
        formats = ", ".join(
            f"avg((try_strptime(value, {literal(known)}) IS NOT NULL)::INTEGER) FILTER (value IS NOT NULL)"
            for known in DATE_FORMATS
        )
        given = f"SELECT nullif(trim(({field.expression})::VARCHAR), '') AS value FROM {self._relation(group)}"
        postcode = "regexp_full_match(upper(value), '[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}')"
        selected = {
            "rows": "count(*)",
            "filled": "count(value)",
            "distinct_values": "count(DISTINCT value)",
            "postcodes": f"avg({postcode}::INTEGER)",
            "kinds": f"[{checks}]",
            "formats": f"[{formats}]",
            "few": "CASE WHEN distinct_values <= 20 AND max(len(value)) <= 12 THEN list(DISTINCT lower(value)) END",
        }
        rows, filled, distinct, postcodes, shares, read, few = single_row(
            self.con, f"SELECT {columns(selected)} FROM ({given} LIMIT {LOOKED_AT})"
        )
        kinds = [kind for kind, share in zip(CHECKED_KINDS, shares, strict=False) if (share or 0) >= _MOST]
        best = max((share or 0 for share in read), default=0)
        written = [known for known, share in zip(DATE_FORMATS, read, strict=False) if share == best and best >= _MOST]
        return Field(
            field.name, field.expression, filled, distinct, rows,
            kinds[0] if kinds else None,
            (postcodes or 0) >= _MOST,
            written[0] if written else None,
            frozenset(value for value in few or () if value),
        )  # fmt: skip

    def _relation(self, group: RowGroup) -> str:
        return landed_view(self.folder, self.source, group.resource, group.each)


_MOST = 0.7
"""Share of values that must pass for a column to count as holding such values: live data has errors."""


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bool, Any]]:  # noqa: ANN401  # any JSON
    """Yield the path of every leaf of a document, whether it is a list, and its value; an object is no leaf."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _walk(part, (*path, key))
    elif path and '"' not in "".join(path):
        yield path, isinstance(value, list), value


def _json_path(path: tuple[str, ...]) -> str:
    steps = (f".{step}" if re.fullmatch(r"[A-Za-z_]\w*", step, re.ASCII) else f'."{step}"' for step in path)
    return "$" + "".join(steps)


def _field(of: str, path: tuple[str, ...], *, several: bool) -> Field:
    where = _json_path(path)
    expression = f"{of}->>{literal(where)}"
    if several:
        expression = f"array_to_string({of}->>{literal(where + '[*]')}, ' ')"
    return Field(".".join(path), expression)


@contextmanager
def looking_at(system: str, extract: ExtractSpec, settings: Settings) -> Iterator[Sight]:
    """Yield what a source delivers, landed in a temporary home: all files, or the first rows of a database or service.

    Raises:
        SourceError: it cannot be read.
    """
    with temporary_home(settings) as own:
        load = land(system, beginning_of(extract), own)
        with writer(own) as con:
            standardise.register(con)
            known: dict[str, Any] = {"system": system, "extract": extract}
            source = SourceSpec.model_construct(**known)  # what its columns mean is what is looked for
            sight = Sight(con, own.landing / system / load.load_id, source)
            sight.look()
            yield sight


def beginning_of(extract: ExtractSpec) -> ExtractSpec:
    """Return an `extract` that reads only the first rows of a source, if that is possible."""
    if isinstance(extract, Rest):
        uncounted = {name: resource.model_copy(update={"total": None}) for name, resource in extract.resources.items()}
        return extract.model_copy(update={"paging": OnePage(kind="none"), "resources": uncounted})
    if isinstance(extract, Sql):
        dialect = sa.dialects.registry.load(extract.dialect)()
        beginnings = {name: _beginning(name, resource, dialect) for name, resource in extract.resources.items()}
        resources = {name: SqlResource(query=beginning) for name, beginning in beginnings.items()}
        return extract.model_copy(update={"resources": resources})
    return extract


def _beginning(name: str, resource: SqlResource, dialect: sa.Dialect) -> str:
    table: sa.FromClause | sa.TextClause = sa.table(resource.table or name, schema=resource.db_schema)
    if resource.query is not None:
        table = sa.text(f"({resource.query.strip().rstrip(';')}) looked_at")
    statement: sa.Select[Any] = sa.select(sa.literal_column("*")).select_from(table).limit(LOOKED_AT)
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
