"""Extraction from files: where they lie, and one model per format."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from pipelines.source.extract.part import Connected, Part, Resource, ResourceName, Secret, named

OWN_COLUMNS = ("_row", "_file")
"""Columns that Conjoin adds to the source's own."""


T = TypeVar("T", bound=Iterable[str])


def _line_by_line(name: str) -> str:
    try:
        known = codecs.lookup(name).name
        line_end = "\n".encode(name)
        b"\n".decode(name, errors="backslashreplace")
    except (LookupError, ValueError):
        raise ValueError(f"`{name}` is not a text encoding that Python knows, such as utf-8, ascii or cp1252") from None
    if known == "utf-16":
        return known
    if line_end != b"\n":
        raise ValueError(f"text in {name} cannot be read line by line; have it delivered in utf-8")
    return name


Encoding = Annotated[
    str, AfterValidator(_line_by_line), Field(description="As Python names it, such as utf-8, cp1252 or utf-16.")
]


def wrong_names(names: Iterable[str]) -> str | None:
    """Return what is wrong with names of columns, as a clause; None if nothing is."""
    lowered = [name.lower() for name in names]
    if any("\0" in name or not name.strip() for name in lowered):
        return "is not a header that names every column"
    if len(set(lowered)) < len(lowered):
        return "names a column twice"
    if own := set(lowered).intersection(OWN_COLUMNS):
        return f"names a column `{min(own)}`, as one of Conjoin's own is called"
    return None


def _named_rightly(names: T) -> T:
    if problem := wrong_names(names):
        raise ValueError(problem)
    return names


Position = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
"""Where a field stands in a fixed-width line: its first column, counted from 1, and its length."""


class Sftp(Part):
    """A folder on an SFTP server."""

    kind: Literal["sftp"]
    host: str = Field(description="Name or address of the server.")
    port: int = Field(22, ge=1, le=65535)
    user: str = Field(description="An account that may only read.")
    password: Secret | None = Field(None, description="Where its password is kept.")
    private_key: Secret | None = Field(None, description="Private key in OpenSSH's format.")
    host_key: str = Field(
        pattern=r"^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$",
        description="The server's public key, as `ssh-ed25519 AAAA...`; a server with another one is refused.",
    )
    folder: str = Field("/", description="Folder that paths start from.")

    @model_validator(mode="after")
    def _proves_who_asks(self) -> Self:
        if self.password is None and self.private_key is None:
            raise ValueError("give `password` or `private_key`")
        return self


class S3(Part):
    """A bucket of Amazon S3 or of anything that speaks its protocol."""

    kind: Literal["s3"]
    bucket: str = Field(description="The bucket's name.")
    prefix: str = Field("", description="What every key begins with.")
    endpoint: str | None = Field(None, pattern=r"^https?://[^/\s]+", description="A server other than Amazon's.")
    region: str | None = Field(None, description="Without it, what the machine is set to.")
    access_key_id: str | None = Field(None, description="Without it, the machine's own role.")
    secret_access_key: Secret | None = Field(None, description="Where the key's secret half is kept.")

    @model_validator(mode="after")
    def _key_is_whole(self) -> Self:
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("give `access_key_id` and `secret_access_key`, or neither")
        return self


Location = Annotated[Sftp | S3, Field(discriminator="kind")]


def _path(given: Any) -> Any:  # noqa: ANN401  # whatever the YAML holds
    return {"path": given} if isinstance(given, str) else given


def _stays_below(path: str) -> str:
    if ".." in PurePosixPath(path).parts:
        raise ValueError("`path` may not lead upwards with `..`")
    if "**" in path or "\0" in path:
        raise ValueError("`path` names each folder by a pattern of its own: write `*/*` for `**`")
    return path


class FileResource(Resource):
    """The file, or the files, of one resource."""

    path: str = Field(
        min_length=1,
        description="Relative to the inbox or the location; `*`, `?` and `[...]` match names. `.gz` and `.zip` are"
        " unpacked; a zip holds one file.",
    )
    take: Literal["last", "all"] = Field(
        "last",
        description="Which of several matching files make a snapshot: the last by name, or all of them. `changes` take"
        " every one not read before, in the order of their names.",
    )

    @model_validator(mode="after")
    def _path_stays_below(self) -> Self:
        _stays_below(self.path)
        return self


OneFile = Annotated[FileResource, BeforeValidator(_path, json_schema_input_type=str | FileResource)]


class Files(Connected):
    """What every format of files has."""

    location: Location | None = Field(None, description="Where the files lie; without it, in the inbox.")


class LineType(Resource):
    """One type of line in a fixed-width file, and the fields it is made of."""

    type: str = Field(min_length=1, description="What stands in the record-type columns.")
    fields: Annotated[dict[str, Position], AfterValidator(_named_rightly)] = Field(
        min_length=1, description="Field name: [first column, length]."
    )

    @property
    def length(self) -> int:
        """The full length of such a line, in characters."""
        return max(start + length - 1 for start, length in self.fields.values())


class Trailer(Part):
    """The last line of a fixed-width file, which counts the lines between it and the header."""

    type: str = Field(min_length=1, description="What stands in the record-type columns.")
    count: Position = Field(description="Where the count stands.")


class _OneSet(Files):
    """A format in which one file holds every resource."""

    path: Annotated[str, AfterValidator(_stays_below)] = Field(
        min_length=1, description="The file, as under `resources` of the other formats."
    )
    take: Literal["last", "all"] = Field("last", description="As under `resources` of the other formats.")

    @model_validator(mode="after")
    def _loads_alike(self) -> Self:
        resources: dict[str, Resource] = getattr(self, "resources", {})
        if len({resource.load for resource in resources.values()}) > 1:
            raise ValueError("resources of one file are all `snapshot` or all `changes`")
        return self


class FixedWidth(_OneSet):
    """A fixed-width text file of several line types, as mainframes write them."""

    format: Literal["fixed_width"]
    encoding: Encoding = "utf-8"
    record_type: Position = Field((1, 3), description="Where the line's type stands.")
    header: str | None = Field(None, description="Type of the first line, if there is one.")
    trailer: Trailer | None = Field(None, description="The last line; without it a cut-off file cannot be noticed.")
    resources: dict[ResourceName, LineType] = Field(min_length=1, description="Resource: its type of line.")

    @field_validator("resources")
    @classmethod
    def _types_differ(cls, resources: dict[str, LineType]) -> dict[str, LineType]:
        types = [resource.type for resource in resources.values()]
        if len(set(types)) < len(types):
            raise ValueError("two resources have the same `type`")
        return resources

    @model_validator(mode="after")
    def _envelope_is_no_row(self) -> Self:
        types = {resource.type for resource in self.resources.values()}
        if self.header in types or (self.trailer and self.trailer.type in types):
            raise ValueError("the `type` of a resource is that of the `header` or the `trailer`")
        return self


Mark = Annotated[str, Field(min_length=1, max_length=1, pattern=r"[^\x00\r\n]")]


class Csv(Files):
    """CSV files, one resource each; every value is landed as text."""

    format: Literal["csv"]
    encoding: Encoding = "utf-8"
    delimiter: Mark = Field(",", description="What stands between two fields.")
    quote: Mark = Field('"', description="What a field with a delimiter in it stands between.")
    columns: Annotated[list[str], AfterValidator(_named_rightly)] | None = Field(
        None, min_length=1, description="Names of the columns, for files without a header line."
    )
    resources: dict[ResourceName, OneFile] = Field(min_length=1, description="Resource: its file.")

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.delimiter == self.quote:
            raise ValueError("`delimiter` and `quote` are the same")
        return self


class Json(Files):
    """JSON documents; each is landed whole in the column `document`."""

    format: Literal["json"]
    layout: Literal["array", "lines"] = Field(description="One JSON array, or one document a line.")
    resources: dict[ResourceName, OneFile] = Field(min_length=1, description="Resource: its file.")


class XmlResource(FileResource):
    """An XML file, and which of its elements are rows."""

    element: str = Field(
        pattern=r"^[\w.-]+$", description="Name of the element that is one row, without its namespace."
    )
    lists: list[str] = Field(
        default_factory=list, description="Elements that may stand several times: always landed as lists."
    )


class Xml(Files):
    """XML files; each row element is landed as JSON in the column `document`, attributes as `@name`, text as `#text`.

    An element with neither attributes nor children is its text.
    """

    format: Literal["xml"]
    resources: dict[ResourceName, XmlResource] = Field(min_length=1, description="Resource: its file and element.")


class Parquet(Files):
    """Parquet files; every column keeps its type."""

    format: Literal["parquet"]
    resources: dict[ResourceName, OneFile] = Field(min_length=1, description="Resource: its file.")


class SqliteTable(Resource):
    """A table of an SQLite file."""


class Sqlite(_OneSet):
    """An SQLite file, one resource a table; every value is landed as text."""

    format: Literal["sqlite"]
    resources: Annotated[
        dict[ResourceName, SqliteTable],
        BeforeValidator(named, json_schema_input_type=list[str] | dict[str, SqliteTable]),
    ] = Field(
        min_length=1, description="The tables: a list of names, or a mapping of each to what is to be said of it."
    )


FileSpec = FixedWidth | Csv | Json | Xml | Parquet | Sqlite


class FileSet(Part):
    """The files that are read together: those of one resource, or of all resources if one file holds them all."""

    resources: tuple[str, ...]
    path: str
    take: Literal["last", "all"]
    load: Literal["snapshot", "changes"]


def file_sets(spec: FileSpec) -> tuple[FileSet, ...]:
    """Return what a source's files are, in the order its YAML gives them."""
    if isinstance(spec, FixedWidth | Sqlite):
        load = next(iter(spec.resources.values())).load
        return (FileSet(resources=tuple(spec.resources), path=spec.path, take=spec.take, load=load),)
    return tuple(
        FileSet(resources=(name,), path=resource.path, take=resource.take, load=resource.load)
        for name, resource in spec.resources.items()
    )
