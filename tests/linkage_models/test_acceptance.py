"""From records and rulings to subjects with the shipped model: the acceptance tables of the domain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from linkage_models import resolve
from tests.linkage_models.nominal.builders import DECISION, Warehouse, shipped_bundle

ROWS: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("acceptance.yaml"))


def rule(warehouse: Warehouse, rulings: list[list[str]], withdrawn_at: str | None) -> None:
    for verdict, one, other in rulings:
        warehouse.con.execute(
            "INSERT INTO decision VALUES (uuid()::VARCHAR, least($a, $b), greatest($a, $b), $verdict, 'x', "
            "TIMESTAMP '2026-01-01', 'y', NULL, $withdrawn_at::TIMESTAMP, NULL)",
            {"a": one, "b": other, "verdict": verdict, "withdrawn_at": withdrawn_at},
        )


def resolved(warehouse: Warehouse) -> tuple[list[list[str]], list[str]]:
    """Return the groups of records that are one subject, and the records that bear a flag, both in order."""
    con = warehouse.con
    con.execute("CREATE TABLE IF NOT EXISTS flag (record_key VARCHAR, flag VARCHAR)")
    resolve.partition(
        con,
        records="record",
        edges="edge",
        decisions="decision",
        thresholds=resolve.Thresholds.of(shipped_bundle().thresholds),
        into="partition",
        flags="flag",
    )
    groups = con.execute("SELECT list(record_key ORDER BY record_key) FROM partition GROUP BY cluster").fetchall()
    flagged = con.execute("SELECT DISTINCT record_key FROM flag ORDER BY 1").fetchall()
    return sorted(group for (group,) in groups), [key for (key,) in flagged]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_records_and_rulings_become_the_subjects_of_the_acceptance_table(row: dict[str, Any]) -> None:
    warehouse = Warehouse(row["records"])
    warehouse.con.execute(DECISION)
    rule(warehouse, row.get("ruled", []), None)
    rule(warehouse, row.get("withdrawn", []), "2026-02-01")
    warehouse.score()
    assert resolved(warehouse) == (sorted(row["subjects"]), row.get("flagged", []))


def test_a_flagged_subject_whose_conflict_disappears_heals_by_itself() -> None:
    row = next(row for row in ROWS if row.get("flagged"))
    warehouse = Warehouse(row["records"])
    warehouse.con.execute(DECISION)
    rule(warehouse, row["ruled"], None)
    warehouse.score()
    assert resolved(warehouse)[1] == row["flagged"]
    _, one, other = row["ruled"][0]
    warehouse.remove(one)
    warehouse.score()
    groups, flagged = resolved(warehouse)
    assert any(other in group and len(group) > 1 for group in groups)
    assert flagged == []


def test_a_ruling_about_others_leaves_a_pairs_weight_as_it_is() -> None:
    row = next(row for row in ROWS if row.get("flagged"))
    with_ruling, without = Warehouse(row["records"]), Warehouse(row["records"])
    with_ruling.con.execute(DECISION)
    rule(with_ruling, row["ruled"], None)
    for warehouse in (with_ruling, without):
        warehouse.score()
    resolved(with_ruling)
    assert with_ruling.edges() == without.edges()
