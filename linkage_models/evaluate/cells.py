"""What every measure is counted from: each record with its subject, its person and its sampling unit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import numpy as np
import pyarrow as pa

from linkage_models.relations import Temporaries, relation, statement
from linkage_models.resolve.components import connected_components


@contextmanager
def numbered_records(con: duckdb.DuckDBPyConnection, *, predicted: str, truth: str) -> Iterator[Temporaries]:
    """Number the records that have both a subject and a person, for one measure of quality.

    A unit is a set of people and subjects that no record connects with others: what is right or wrong in one unit says
    nothing about another, so intervals treat units as drawn at random.

    Args:
        con: any connection that can read both relations and make temporary tables.
        predicted: relation (record_key, source_system, subject_id), `record_key` unique.
        truth: relation (record_key, person_id), `record_key` unique.

    Yields:
        The owner of the measure's temporary relations: `evaluate_record` (record_key, source_system, subject, person,
        unit), the last three whole numbers, and the views `evaluate_predicted` and `evaluate_truth`.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    with Temporaries(con) as own:
        own.view("evaluate_predicted", f"FROM {relation(predicted)}")
        own.view("evaluate_truth", f"FROM {relation(truth)}")
        own.table("evaluate_numbered", statement(__file__, "numbered"))
        own.rows("evaluate_unit", _units(con))
        own.table("evaluate_record", "SELECT n.*, unit FROM evaluate_numbered AS n JOIN evaluate_unit USING (person)")
        own.drop("evaluate_numbered", "evaluate_unit")
        yield own


def _units(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return each person's unit: the connected component of people and subjects, by its smallest person."""
    pairs = con.execute("SELECT DISTINCT person, subject FROM evaluate_numbered ORDER BY ALL").fetchnumpy()
    person, subject = (np.asarray(pairs[side], dtype=np.int64) for side in ("person", "subject"))
    people = int(person.max(initial=-1)) + 1
    nodes = people + int(subject.max(initial=-1)) + 1
    labels = connected_components(nodes, person, subject + people)
    return pa.table({"person": np.arange(people), "unit": labels[:people]})
