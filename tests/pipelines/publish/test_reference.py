"""The pages about the snapshot say what is so: the reference is current and every query of the guide runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.publish.reference import linked_tables_page
from tests.pipelines.publish.worlds import small_world

DOCS = Path(__file__).parents[3] / "docs"
QUERIES = re.findall(
    r"```sql\n(.*?)```", (DOCS / "how-to/query-the-snapshot.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    path = small_world().publish(tmp_path_factory.mktemp("published")).path
    with duckdb.connect(str(path), read_only=True) as con:
        yield con


def test_the_reference_page_is_current() -> None:
    assert (DOCS / "reference/linked-tables.md").read_text(encoding="utf-8") == linked_tables_page(), (
        "run `python -m pipelines.publish.reference > docs/reference/linked-tables.md`"
    )


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_of_the_guide_gives_an_answer(snapshot: duckdb.DuckDBPyConnection, query: str) -> None:
    assert snapshot.execute(query).fetchall(), query


def test_an_attached_snapshot_answers_when_it_is_in_use(tmp_path: Path) -> None:
    path = small_world().publish(tmp_path).path
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS joint (READ_ONLY)")
        con.execute("USE joint")
        assert con.execute("SELECT subject_id FROM linked.find_subject('cruz jose')").fetchall() == [("S00000003D",)]
