"""Extraction from an SQL database."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from pipelines.source.extract.part import Connected, InClear, Polling, ResourceName, Secret, in_clear, named

Dialect = Literal["postgresql", "oracle", "mssql", "mysql", "sqlite"]


class SqlResource(Polling):
    """A table, a view or a query."""

    table: str | None = Field(None, description="Table or view; without it, the resource's own name.")
    db_schema: str | None = Field(None, alias="schema", description="The schema it lies in.")
    query: str | None = Field(None, description="A SELECT in the database's own dialect, in place of a table.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.query is not None and (self.table is not None or self.db_schema is not None):
            raise ValueError("give `query`, or `table` and `schema`, and not both")
        return self


class Sql(Connected):
    """Tables, views and queries of an SQL database, read in one transaction if the database can."""

    format: Literal["sql"]
    dialect: Dialect = Field(description="Which kind of database; each but PostgreSQL and SQLite needs its extra.")
    host: str | None = Field(None, description="Name or address of the server.")
    port: int | None = Field(None, ge=1, le=65535, description="Without it, the dialect's own.")
    database: str = Field(description="Database, Oracle service name, or path of an SQLite file.")
    user: str | None = Field(None, description="An account that may only read.")
    password: Secret | None = Field(None, description="Where its password is kept.")
    tls: Literal["verify", "off"] = Field(
        "verify", description="`verify`: encrypted, and the server proves who it is. `off`: only for a local server."
    )
    credentials_in_clear: InClear = False
    resources: Annotated[
        dict[ResourceName, SqlResource],
        BeforeValidator(named, json_schema_input_type=list[str] | dict[str, SqlResource]),
    ] = Field(
        min_length=1, description="The tables: a list of names, or a mapping of each to what is to be said of it."
    )

    @model_validator(mode="after")
    def _has_a_server(self) -> Self:
        if (self.dialect == "sqlite") == (self.host is not None):
            raise ValueError("an SQLite file has no `host`" if self.host else f"{self.dialect} needs `host`")
        return self

    @model_validator(mode="after")
    def _keeps_credentials_secret(self) -> Self:
        open_to_all = self.tls == "off" and self.password is not None and not self.credentials_in_clear
        if open_to_all and (problem := in_clear("`tls: off`", self.host)):
            raise ValueError(problem)
        return self
