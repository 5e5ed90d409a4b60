"""Asset checks that come from the catalogue: every table has its columns, its required values and a unique key."""

from collections.abc import Sequence

import dagster as dg
from duckdb import DuckDBPyConnection

from linkage_models.relations import named_rows, quote, single_value
from linkage_models.words import counted
from pipelines.defs.home import Home
from pipelines.warehouse.catalogue import Table
from pipelines.warehouse.shape import differing_columns


def schema_of_columns(table: Table) -> dg.TableSchema:
    """Return a table's columns as Dagster shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                description=column.comment,
                constraints=dg.TableColumnConstraints(nullable=not column.required),
            )
            for column in table.columns
        ]
    )


def faults(con: DuckDBPyConnection, table: Table) -> list[str]:
    """Return what is wrong with a table, as one phrase a fault; an empty list if nothing is.

    Args:
        con: a connection whose current database holds the table.
        table: what it should be.
    """
    wrong = differing_columns(con, [table])
    if wrong:
        return [f"{table.qualified}: the columns {', '.join(wrong[table.qualified])} are not as the catalogue says"]
    required = ", ".join(
        f"count(*) FILTER ({quote(column.name)} IS NULL) AS {quote(column.name)}"
        for column in table.columns
        if column.required
    )
    found: list[str] = []
    if required:
        (counts,) = named_rows(con, f"SELECT {required} FROM {table.qualified}")
        found += [
            f"{table.qualified}: {counted(count, 'row lacks', 'rows lack')} `{name}`"
            for name, count in counts.items()
            if count
        ]
    key = ", ".join(quote(column) for column in table.key)
    repeated = single_value(
        con, f"SELECT count(*) FROM (SELECT 1 FROM {table.qualified} GROUP BY {key} HAVING count(*) > 1)"
    )
    if repeated:
        found.append(f"{table.qualified}: {counted(repeated, 'key')} of {', '.join(table.key)} in more than one row")
    return found


def catalogue_check(asset: dg.AssetKey, tables: Sequence[Table]) -> dg.AssetChecksDefinition:
    """Return the blocking check that the tables an asset keeps are as the catalogue says."""
    names = ", ".join(table.qualified for table in tables)

    @dg.asset_check(
        asset=asset,
        name="as_catalogued",
        blocking=True,
        pool="warehouse",
        description=f"Columns, required values and keys of {names} are as the catalogue says.",
    )
    def as_catalogued(home: Home) -> dg.AssetCheckResult:
        with home.reader() as con:
            found = [fault for table in tables for fault in faults(con, table)]
        return dg.AssetCheckResult(
            passed=not found, description=found[0] if found else None, metadata={"faults": dg.MetadataValue.json(found)}
        )

    return as_catalogued
