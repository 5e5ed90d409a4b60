"""Reading a folder of truth, to measure or calibrate by: which person each record is of, and which gaps there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from linkage_models.words import counted
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = {
    "record.csv": ("system", "source_record_id", "person_id"),
    "gap.csv": ("rule_id", "person_id", "held_by", "expected_in", "planted", "detail"),
}
"""The files of a truth folder and the columns each must have."""


def view_of_file(con: DuckDBPyConnection, folder: Path, name: str) -> str:
    """Make a view of a file of a truth folder, `record_file` or `gap_file`, and return its name.

    Raises:
        ConfigurationError: the file or a column of it is missing.
    """
    from linkage_models.relations import literal

    file, wanted = folder / name, COLUMNS[name]
    if not file.is_file():
        raise ConfigurationError(f"{folder} holds no {name}; name the folder of the truth with --truth.")
    source = f"read_csv({literal(str(file))}, header = true, all_varchar = true)"
    held = {column for column, *_ in con.execute(f"DESCRIBE FROM {source}").fetchall()}
    lacking = [column for column in wanted if column not in held]
    if lacking:
        raise ConfigurationError(f"{file} lacks the column {', '.join(lacking)}; its columns are {wanted}.")
    con.execute(f"CREATE TEMP VIEW {file.stem}_file AS FROM {source}")
    return f"{file.stem}_file"


def read_people(con: DuckDBPyConnection, folder: Path, known: str) -> str:
    """Make the view `truth` (record_key, person_id) of a truth folder, refusing one that cannot be what it says.

    Args:
        con: the connection.
        folder: the folder.
        known: a relation with the `record_key` of every record there is.

    Raises:
        ConfigurationError: the file or a column is missing, a record is there twice, or none of them is known.
    """
    records = view_of_file(con, folder, "record.csv")
    con.execute(f"""
        CREATE TEMP VIEW truth AS SELECT system || ':' || source_record_id AS record_key, person_id FROM {records}
    """)
    twice, shared = con.execute(f"""
        SELECT (SELECT count(*) - count(DISTINCT record_key) FROM truth),
            (SELECT count(*) FROM truth SEMI JOIN {known} USING (record_key))
    """).fetchone() or (0, 0)
    file = folder / "record.csv"
    if twice:
        raise ConfigurationError(f"{file} names {counted(twice, 'record')} twice; give each record one person.")
    if not shared:
        raise ConfigurationError(f"{file} names no record that is here; name the truth of these records.")
    return "truth"
