"""How a source system delivers its records: the `extract` part of its YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, cast

from pydantic import Field

from pipelines.landing.spec.files import Csv, FileSet, FileSpec, FixedWidth, Json, Parquet, Sqlite, Xml, file_sets
from pipelines.landing.spec.part import Polling, Resource, SchemaContract, Secret
from pipelines.landing.spec.rest import Rest
from pipelines.landing.spec.sql import Sql

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
