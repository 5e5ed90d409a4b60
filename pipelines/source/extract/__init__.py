"""How a source system delivers its records: the `extract` part of its YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, cast

from pydantic import Field

from pipelines.source.extract.files import Csv, FileSet, FileSpec, FixedWidth, Json, Parquet, Sqlite, Xml, file_sets
from pipelines.source.extract.part import Polling, Resource, SchemaContract, Secret
from pipelines.source.extract.rest import Rest
from pipelines.source.extract.sql import Sql

ExtractSpec = FixedWidth | Csv | Json | Xml | Parquet | Sqlite | Sql | Rest
Extract = Annotated[ExtractSpec, Field(discriminator="format")]


def resources(extract: ExtractSpec) -> Mapping[str, Resource]:
    """Return the resources a source delivers, in the order its YAML gives them."""
    return cast("Mapping[str, Resource]", extract.resources)


__all__ = [
    "Csv",
    "Extract",
    "ExtractSpec",
    "FileSet",
    "FileSpec",
    "FixedWidth",
    "Json",
    "Parquet",
    "Polling",
    "Resource",
    "Rest",
    "SchemaContract",
    "Secret",
    "Sql",
    "Sqlite",
    "Xml",
    "file_sets",
    "resources",
]
