"""Which pairs are compared at all: each rule by a pair that only it would find."""

from __future__ import annotations

from typing import Any

import pytest

from linkage_models import nominal
from linkage_models.nominal.model.blocking import catalogue, keys_sql
from tests.linkage_models.nominal.builders import Warehouse, rules_that_find, table

PAIRS = table("blocking")


@pytest.mark.parametrize("row", PAIRS, ids=lambda row: row["rule"])
def test_a_rule_finds_the_pair_that_it_is_for(row: dict[str, Any]) -> None:
    assert row["rule"] in rules_that_find(row["one"], row["other"])


def test_every_rule_has_its_pair() -> None:
    assert [row["rule"] for row in PAIRS] == [rule.name for rule in catalogue()]


def test_pairs_with_nothing_in_common_are_not_compared() -> None:
    """Of all records of the table only the two of each row meet, whatever the rule."""
    records = {f"{side}:{place}": row[side] for place, row in enumerate(PAIRS) for side in ("one", "other")}
    con = Warehouse(records).con
    nominal.build_features(con, "record", "feature")
    met = con.execute(f"""
        SELECT list(DISTINCT split_part(id, ':', 2)) FROM ({keys_sql("feature", "record_key", catalogue())})
        WHERE blocking_key IS NOT NULL GROUP BY blocking_key
    """).fetchall()
    assert [rows for (rows,) in met if len(rows) > 1] == []


def test_records_that_say_nothing_are_compared_with_nobody() -> None:
    assert Warehouse({"pnc:1": {}, "pnc:2": {}, "nomis:1": {"sex": "M"}, "nomis:2": {"sex": "M"}}).score().pairs == 0
