"""What makes a risk subject is declared beside the rules; where it is not, nobody is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.gaps import RISK_FILE, load_risk, load_rules
from tests.pipelines.gaps.world import RULES, gaps, run, warehouse

RISK = """\
title: A title
basis: A basis
parameters:
  days: {value: 30, reason: A reason}
sql: |
  SELECT subject_id FROM alert WHERE code = 'OWN' AND from_date >= $as_of - $days
"""
LONE_NAMES = {
    "subjects": {
        "S1": {
            "nomis A1": {"name": "YUSUF KHAN", "holds": ["alert XTACT since 2020-01-01"]},
            "pnc P1": {"name": "ADAM STONE"},
        },
        "S2": {
            "nomis A2": {"name": "JOSE PEREZ", "holds": ["alert OWN since 2026-02-20"]},
            "pnc P2": {"name": "IVAN PETROV"},
        },
        "S3": {
            "nomis A3": {"name": "OLIVER JONES", "holds": ["alert OWN since 2025-02-20"]},
            "pnc P3": {"name": "MILES BROWN"},
        },
    }
}
"""Three subjects each with two names that one system alone holds; only the alerts tell them apart."""


def write(folder: Path, text: str) -> Path:
    (folder / RISK_FILE).write_text(text)
    return folder


def test_the_deployment_decides_who_is_a_risk_subject(tmp_path: Path) -> None:
    with warehouse(LONE_NAMES) as con:
        run(con)
        assert set(gaps(con, "subject_id")) >= {"S1"}
        assert "S2" not in gaps(con, "subject_id")
        counts = run(con, risk=load_risk(write(tmp_path, RISK)))
        assert gaps(con, "rule_id", "subject_id", "held_by") == [
            ("G02", "S1", "nomis"),
            ("G30", "S2", "nomis"),
            ("G30", "S2", "pnc"),
        ]
        assert counts.without_risk_subjects == ()


def test_where_nothing_is_declared_rules_that_ask_find_nothing_and_are_named(tmp_path: Path) -> None:
    assert load_risk(tmp_path) is None
    with warehouse(LONE_NAMES) as con:
        counts = run(con, risk=None)
        assert counts.without_risk_subjects == ("G18", "G21", "G30")
        assert gaps(con, "rule_id") == ["G02"]


def test_the_file_is_no_rule(tmp_path: Path) -> None:
    assert load_rules(write(tmp_path, RISK)) == ()


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("title", "titel", 1, "did you mean `title`"),
        ("basis: A basis\n", "", 1, "the field `basis` is missing"),
        ("$days", "$hours", 5, "the parameter `\\$hours`, which `parameters` does not give"),
        ("SELECT subject_id", "SELECT subject_id AS id", 5, "does not yield the column `subject_id`"),
        ("SELECT subject_id", "SELECT subject_id, code", 5, "yields the column `code`, and only `subject_id`"),
        ("FROM alert", "FROM alerts", 5, "does not bind"),
        # What is made of risk subjects cannot say who is one.
        ("FROM alert WHERE", "FROM alert SEMI JOIN address USING (subject_id) WHERE", 5, "address does not exist"),
        (
            "FROM alert WHERE",
            "FROM alert SEMI JOIN risk_subject USING (subject_id) WHERE",
            5,
            "_subject does not exist",
        ),
    ],
)
def test_a_wrong_file_gets_one_sentence_with_file_and_line(
    tmp_path: Path, was: str, becomes: str, line: int, says: str
) -> None:
    assert was in RISK
    with pytest.raises(ConfigurationError) as caught:
        load_risk(write(tmp_path, RISK.replace(was, becomes)))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / RISK_FILE}, line {line}: ")
    assert re.search(says, message)
    assert "\n" not in message


def test_sql_that_fails_on_the_data_quotes_none_of_it(tmp_path: Path) -> None:
    risk = load_risk(write(tmp_path, RISK.replace("code = 'OWN'", "code::INTEGER = 1")))
    with (
        warehouse({"subjects": {"S1": {"nomis A1": {"holds": ["alert PRIVATE since 2026-02-27"]}}}}) as con,
        pytest.raises(ConfigurationError, match=rf"{RISK_FILE}, line 5: .* fails on the data") as caught,
    ):
        run(con, risk=risk)
    assert "PRIVATE" not in str(caught.value)


@pytest.mark.parametrize(
    "condition",
    [
        "source_system = 'elsewhere'",
        "'elsewhere' <> alert.source_system",
        "source_system IN ('nomis', 'elsewhere')",
        "alert.source_system NOT IN ('elsewhere')",
        "EXISTS (SELECT 1 FROM member AS m WHERE m.source_system = 'elsewhere')",
    ],
)
def test_the_source_systems_that_sql_names_are_known_however_it_names_them(tmp_path: Path, condition: str) -> None:
    risk = load_risk(write(tmp_path, RISK.replace("code = 'OWN'", f"code = 'OWN' AND {condition}")))
    assert risk
    assert risk.systems["sql"] - {"nomis"} == {"elsewhere"}


def test_a_rule_names_the_source_systems_of_its_fields_and_of_the_columns_it_yields() -> None:
    of_rule = {rule.spec.id: rule.systems for rule in RULES}
    assert of_rule["G18"] == {
        "held_by": {"nomis"},
        "expected_in": {"ndelius", "ctnm"},
        "sql": {"nomis", "ndelius", "ctnm"},
    }
    assert of_rule["G30"] == {}
