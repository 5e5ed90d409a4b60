"""Each shipped rule against the table of small worlds in rules.yaml."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.pipelines.gaps.world import RULES, run, warehouse

TABLE: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("rules.yaml"))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['rule']} {row['it']}")
def test_rule(row: dict[str, Any]) -> None:
    with warehouse(row) as con:
        run(con)
        found = con.execute(
            """
            SELECT concat_ws(' ', subject_id, held_by, '->', expected_in, nullif(matter, ''))
            FROM gap.finding WHERE rule_id = ? ORDER BY ALL
            """,
            [row["rule"]],
        ).fetchall()
    assert [text for (text,) in found] == row["finds"]


def test_every_shipped_rule_is_in_the_table() -> None:
    assert {row["rule"] for row in TABLE} == {rule.spec.id for rule in RULES}
