"""The page about the published tables says what is so, and a snapshot answers beside other databases."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.house.linked_tables_page import linked_tables_page
from tests.pipelines.publish.worlds import small_world

DOCS = Path(__file__).parents[3] / "docs"


def test_the_reference_page_is_current() -> None:
    assert (DOCS / "reference/linked-tables.md").read_text(encoding="utf-8") == linked_tables_page(), (
        "run `python -m tests.house.linked_tables_page > docs/reference/linked-tables.md`"
    )


def test_an_attached_snapshot_answers_when_it_is_in_use(tmp_path: Path) -> None:
    path = small_world().publish(tmp_path).path
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS joint (READ_ONLY)")
        con.execute("USE joint")
        assert con.execute("SELECT subject_id FROM linked.find_subject('cruz jose')").fetchall() == [("S00000003D",)]
