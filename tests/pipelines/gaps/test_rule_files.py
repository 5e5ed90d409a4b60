"""What a rule file may say, and the one clear sentence a wrong one gets."""

import re
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.gaps import load_rules
from tests.pipelines.gaps.world import gaps, run, warehouse

RULE = """\
id: G99
title: A title
severity: high
owner_role: NSD
sla_days: 2
statutory: false
basis: A basis
held_by: nomis
expected_in: ndelius
scope: A scope
sentence:
  holds: "{held_by} holds {code}"
  lacks: "{expected_in} does not"
  act: NSD should act
parameters:
  days: {value: 3, reason: A reason}
sql: |
  SELECT subject_id, from_date + $days AS trigger_date, [item_key] AS items, code
  FROM alert
answered_by: |
  SELECT gap_id, record_key FROM this_gap JOIN near_miss USING (subject_id)
"""


def write(folder: Path, text: str) -> Path:
    """Write the text as the folder's one rule file."""
    (folder / "G99.yaml").write_text(text)
    return folder


def test_the_example_is_a_rule_and_works(tmp_path: Path) -> None:
    with warehouse({"subjects": {"S1": {"nomis A1": {"holds": ["alert XEL since 2026-02-27"]}}}}) as con:
        run(con, load_rules(write(tmp_path, RULE)))
        assert gaps(con, "rule_id", "sentence") == [
            ("G99", "NOMIS holds XEL but nDelius does not; NSD should act by 4 March 2026.")
        ]


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("severity: high", "severity: dire", 3, "severity"),
        ("severity: high", "severty: high", 3, "did you mean `severity`"),
        ("sla_days: 2", "sla_days: -1", 5, "sla_days"),
        ("id: G99", "id: G98", 1, "must be the file's name, `G99`"),
        ("held_by: nomis", "held_by: [any, nomis]", 1, "says `any` and names systems as well"),
        ("holds {code}", "holds {cod}", 11, "its clause `holds` names `cod`, which `sql` does not yield"),
        ("holds {code}", "holds {code", 12, "sentence.holds"),
        ("holds {code}", "holds {code!r}", 12, "is not a column's name in braces"),
        ("FROM alert", "FROM alerts", 17, "does not bind"),
        ("FROM alert", "FRM alert", 17, "does not bind|not SQL"),
        ("[item_key] AS items", "[itemkey] AS items", 17, "does not bind"),
        ("subject_id, from_date", "from_date", 17, "does not yield the column `subject_id`"),
        ("[item_key] AS items,", "", 17, "neither `records` nor `items`"),
        ("[item_key] AS items", "item_key AS items", 17, r"its column `items` must be VARCHAR\[\], not VARCHAR"),
        ("$days", "$hours", 17, "parameter `\\$hours`, which `parameters` does not give"),
        ("  FROM alert", "  FROM alert; DROP TABLE nominal.record", 17, "must be one SELECT"),
        (
            "SELECT subject_id, from_date",
            "INSERT INTO nominal.merge SELECT subject_id, from_date",
            17,
            "must be one SELECT",
        ),
        ("items, code", "items, code, code", 17, "yields the column `code` twice"),
        ("expected_in: ndelius", "expected_in: [ndelius, ctnm]", 17, "does not yield the column `expected_in`"),
        ("SELECT gap_id, record_key", "SELECT record_key", 20, "does not yield the column `gap_id`"),
        ("reason: A reason", "why: A reason", 16, "parameters.days"),
    ],
)
def test_a_wrong_rule_gets_one_sentence_with_file_and_line(
    tmp_path: Path, was: str, becomes: str, line: int, says: str
) -> None:
    assert RULE.count(was) == 1
    with pytest.raises(ConfigurationError) as caught:
        load_rules(write(tmp_path, RULE.replace(was, becomes)))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'G99.yaml'}, line {line}: ")
    assert re.search(says, message)
    assert "\n" not in message


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="absent does not exist"):
        load_rules(tmp_path / "absent")


def test_a_deployment_may_seek_no_gaps(tmp_path: Path) -> None:
    assert load_rules(tmp_path) == ()


def test_sql_that_fails_on_the_data_quotes_none_of_it(tmp_path: Path) -> None:
    rules = load_rules(write(tmp_path, RULE.replace("items, code", "items, code::INTEGER AS code")))
    with (
        warehouse({"subjects": {"S1": {"nomis A1": {"holds": ["alert PRIVATE since 2026-02-27"]}}}}) as con,
        pytest.raises(ConfigurationError, match=r"G99.yaml, line 17: .* fails on the data") as caught,
    ):
        run(con, rules)
    assert "PRIVATE" not in str(caught.value)


def test_every_shipped_rule_says_where_it_comes_from_and_whom_it_asks() -> None:
    for rule in load_rules():
        assert rule.spec.basis
        assert rule.spec.owner_role.lower() in rule.spec.sentence.act.lower() or rule.spec.owner_role == "MAPPA"
        for parameter in rule.spec.parameters.values():
            assert parameter.reason
