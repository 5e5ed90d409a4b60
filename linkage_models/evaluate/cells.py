"""What every measure is counted from: each record with its subject, its person, and the group that is sampled whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import numpy as np
import pyarrow as pa

from linkage_models.relations import relation
from linkage_models.resolve.components import connected_components

RECORD = "_evaluate_record"
"""Temporary table (record_key, source_system, subject, person, unit), the last three whole numbers."""


@contextmanager
def numbered_records(con: duckdb.DuckDBPyConnection, *, predicted: str, truth: str) -> Iterator[str]:
    """Make the temporary table `RECORD` of the records that have both a subject and a person, and drop it at the end.

    A unit is a set of people and subjects that no record connects with others: what is right or wrong in one unit says
    nothing about another, so intervals treat units as drawn at random.

    Args:
        con: any connection that can read both relations and make temporary tables.
        predicted: relation (record_key, source_system, subject_id), `record_key` unique.
        truth: relation (record_key, person_id), `record_key` unique.

    Yields:
        The table's name.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _evaluate_numbered AS
        WITH record AS (
            SELECT record_key, source_system, subject_id, person_id
            FROM {relation(predicted)} JOIN {relation(truth)} USING (record_key)
        ),
        subject AS (
            SELECT subject_id, row_number() OVER (ORDER BY subject_id) - 1 AS subject
            FROM (SELECT DISTINCT subject_id FROM record) AS ids
        ),
        person AS (
            SELECT person_id, row_number() OVER (ORDER BY person_id) - 1 AS person
            FROM (SELECT DISTINCT person_id FROM record) AS ids
        )
        SELECT record_key, source_system, subject, person
        FROM record JOIN subject USING (subject_id) JOIN person USING (person_id)
    """)
    try:
        unit = _units(con)
        con.register("_evaluate_unit", unit)
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {RECORD} AS
            SELECT numbered.*, unit FROM _evaluate_numbered AS numbered JOIN _evaluate_unit USING (person)
        """)
        con.unregister("_evaluate_unit")
        con.execute("DROP TABLE temp._evaluate_numbered")
        yield RECORD
    finally:
        con.execute("DROP TABLE IF EXISTS temp._evaluate_numbered")
        con.execute(f"DROP TABLE IF EXISTS temp.{RECORD}")


def _units(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return each person's unit: the connected component of people and subjects, by its smallest person."""
    pairs = con.execute("SELECT DISTINCT person, subject FROM _evaluate_numbered ORDER BY ALL").fetchnumpy()
    person, subject = (np.asarray(pairs[side], dtype=np.int64) for side in ("person", "subject"))
    people = int(person.max(initial=-1)) + 1
    nodes = people + int(subject.max(initial=-1)) + 1
    labels = connected_components(nodes, person, subject + people)
    return pa.table({"person": np.arange(people), "unit": labels[:people]})
