"""Near misses of gaps: records of other subjects that may be the same person's and hold what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from linkage_models.relations import Steps, Temporaries, statement
from pipelines.gaps import working
from pipelines.gaps.rule import Rule


def collect(own: Temporaries) -> None:
    """Fill `near_miss` for every subject with a gap.

    An edge between two subjects makes every record of the other subject plausible. Subjects a person has ruled apart
    are no near misses.
    """
    # A table of its own, because DuckDB has no statistics of tables made in the same transaction: asked for subjects
    # that differ in one statement with the edges, it compares all with all first.
    own.table("edge_seen", statement(__file__, "near_miss/edge_seen"))
    own.con.execute(f"INSERT INTO near_miss BY NAME {statement(__file__, 'near_miss/near_miss')}")
    own.drop("edge_seen")


def answer(own: Temporaries, rules: Iterable[Rule], as_of: date) -> None:
    """Fill `answer` with the near misses that hold what a gap says is missing.

    A rule without `answered_by` is answered by the mere existence of a record in the expected system.

    Raises:
        ConfigurationError: the SQL of an `answered_by` fails on the data.
    """
    for rule in rules:
        working.choose(own, rule.spec.id)
        if rule.answers is None:
            own.con.execute("INSERT INTO answer SELECT gap_id, record_key, [] FROM candidate")
            continue
        items = "items" if "items" in rule.answers.columns else "[]"
        answered = (
            Steps()
            .step("answered", rule.answers.sql)
            .step("held", f"SELECT gap_id, record_key, {items} AS items FROM answered")
            .query(statement(__file__, "near_miss/answer"))
        )
        try:
            own.con.execute(f"INSERT INTO answer BY NAME {answered}", rule.answers.values(as_of) or None)
        except (duckdb.DataError, duckdb.ProgrammingError) as error:
            # The engine's own words may quote a value of a row.
            raise rule.error("answered_by", f"it fails on the data with a {type(error).__name__}") from None
