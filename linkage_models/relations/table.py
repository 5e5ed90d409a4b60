"""What a table is made of: its grain, its columns and its key; and the statements that make it."""

from __future__ import annotations

from dataclasses import dataclass

from linkage_models.relations.quoting import literal, quote


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its DuckDB type, what it holds, and whether it may be empty."""

    name: str
    type: str
    comment: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its grain in words, its columns in order and the columns that name a row."""

    schema: str
    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def qualified(self) -> str:
        """The name with its schema, for example `nominal.record`."""
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def definition(self) -> str:
        """The columns with their types, as `CREATE TABLE` takes them."""
        return ",\n    ".join(
            f"{quote(column.name)} {column.type}{' NOT NULL' if column.required else ''}" for column in self.columns
        )

    def ddl(self, catalog: str | None = None) -> list[str]:
        """Return the statements that make the table, with its comments, in the given database.

        Keys are not declared as constraints: DuckDB keeps constraint indexes in memory and refuses delete-and-insert
        of one key in a transaction; a blocking check proves each key instead.

        Args:
            catalog: name of an attached database, or None for the current one.
        """
        place = self._place(catalog)
        return [
            f"CREATE TABLE IF NOT EXISTS {place} (\n    {self.definition}\n)",
            *self.comments(catalog),
        ]

    def comments(self, catalog: str | None = None) -> list[str]:
        """Return the statements that say in the database what the table and its columns hold.

        Args:
            catalog: name of an attached database, or None for the current one.
        """
        place = self._place(catalog)
        return [
            f"COMMENT ON TABLE {place} IS {literal(self.grain)}",
            *(
                f"COMMENT ON COLUMN {place}.{quote(column.name)} IS {literal(column.comment)}"
                for column in self.columns
            ),
        ]

    def _place(self, catalog: str | None) -> str:
        return f"{quote(catalog)}.{self.qualified}" if catalog else self.qualified
