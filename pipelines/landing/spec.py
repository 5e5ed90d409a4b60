"""How a source system delivers its records: the `extract` part of its YAML, one model per format."""

from __future__ import annotations

import codecs
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

RESOURCE_NAME = r"^[A-Za-z][A-Za-z0-9_]*$"


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        message = f"`{name}` is not a text encoding that Python knows, such as utf-8, ascii or cp1252"
        raise ValueError(message) from None
    return name


Encoding = Annotated[str, AfterValidator(_known_encoding)]
ResourceName = Annotated[str, Field(pattern=RESOURCE_NAME)]
Position = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
"""Where a field stands in a fixed-width line: its first column, counted from 1, and its length."""


class _Extract(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LineType(_Extract):
    """One type of line in a fixed-width file, and the fields it is made of."""

    type: str = Field(min_length=1, description="What stands in the record-type columns.")
    fields: dict[str, Position] = Field(min_length=1, description="Field name: [first column, length].")

    @property
    def length(self) -> int:
        """The full length of such a line, in characters."""
        return max(start + length - 1 for start, length in self.fields.values())


class Trailer(_Extract):
    """The last line of a fixed-width file, which counts the lines between it and the header."""

    type: str = Field(min_length=1, description="What stands in the record-type columns.")
    count: Position = Field(description="Where the count stands.")


class FixedWidth(_Extract):
    """A fixed-width text file of several line types, as mainframes write them."""

    format: Literal["fixed_width"]
    path: str = Field(description="The file, relative to the inbox unless absolute.")
    encoding: Encoding = "utf-8"
    record_type: Position = Field((1, 3), description="Where the line's type stands.")
    header: str | None = Field(None, description="Type of the first line, if there is one.")
    trailer: Trailer | None = Field(None, description="The last line; without it a cut-off file cannot be noticed.")
    resources: dict[ResourceName, LineType] = Field(min_length=1)

    @field_validator("resources")
    @classmethod
    def _types_differ(cls, resources: dict[str, LineType]) -> dict[str, LineType]:
        types = [resource.type for resource in resources.values()]
        if len(set(types)) < len(types):
            message = "two resources have the same `type`"
            raise ValueError(message)
        return resources


class Csv(_Extract):
    """CSV files with a header line, one file per resource."""

    format: Literal["csv"]
    encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8"
    delimiter: str = Field(",", min_length=1, max_length=1)
    quote: str = Field('"', min_length=1, max_length=1)
    resources: dict[ResourceName, str] = Field(min_length=1, description="Resource: its file.")


class Json(_Extract):
    """JSON documents, one file per resource; each document is landed whole in the column `document`."""

    format: Literal["json"]
    layout: Literal["array", "lines"] = Field(description="One JSON array, or one document a line.")
    resources: dict[ResourceName, str] = Field(min_length=1, description="Resource: its file.")


class Sqlite(_Extract):
    """An SQLite database, one table per resource; every value is landed as text."""

    format: Literal["sqlite"]
    path: str = Field(description="The database file, relative to the inbox unless absolute.")
    resources: list[ResourceName] = Field(min_length=1, description="The tables to read.")


Extract = Annotated[FixedWidth | Csv | Json | Sqlite, Field(discriminator="format")]


def resource_names(extract: FixedWidth | Csv | Json | Sqlite) -> tuple[str, ...]:
    """Return the names of the resources a source delivers, in the order its YAML gives them."""
    return tuple(extract.resources)


def file_names(extract: FixedWidth | Csv | Json | Sqlite) -> tuple[str, ...]:
    """Return the files a source delivers, as its YAML names them."""
    if isinstance(extract, FixedWidth | Sqlite):
        return (extract.path,)
    return tuple(extract.resources.values())
