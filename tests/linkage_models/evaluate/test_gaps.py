"""Quality of gap findings against true gaps, worked by hand."""

from __future__ import annotations

import json

import duckdb
import pytest

from linkage_models.evaluate import as_dict, gap_quality, missed, quality, render


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """S1 holds P's record and one of Q's; S2 holds Q's other record; S3's person is unknown."""
    con = duckdb.connect()
    con.execute(
        """
        CREATE TABLE predicted AS FROM (VALUES
            ('nomis:p', 'nomis', 'S1'), ('pnc:q', 'pnc', 'S1'), ('nomis:q', 'nomis', 'S2'), ('pnc:x', 'pnc', 'S3')
        ) AS row (record_key, source_system, subject_id);
        CREATE TABLE truth AS FROM (VALUES ('nomis:p', 'P'), ('pnc:q', 'Q'), ('nomis:q', 'Q'))
            AS row (record_key, person_id);
        CREATE TABLE finding AS FROM (VALUES
            ('G02', 'S1', 'nomis', 'ndelius', ''),
            ('G02', 'S1', 'nomis', 'ndelius', ''),
            ('G02', 'S2', 'nomis', 'ndelius', ''),
            ('G03', 'S1', 'ndelius', 'nomis', ''),
            ('G03', 'S2', 'nomis', 'ndelius', ''),
            ('G06', 'S3', 'ndelius', 'nomis', ''),
            ('G21', 'S1', 'ndelius', 'ctnm', 'address')
        ) AS row (rule_id, subject_id, held_by, expected_in, matter);
        CREATE TABLE truth_gap AS FROM (VALUES
            ('G02', 'P', 'nomis', 'ndelius', '', true),
            ('G03', 'Q', 'ndelius', 'nomis', '', false),
            ('G03', 'P', 'ndelius', 'visor', '', true),
            ('G08', 'Q', 'ndelius', 'visor', '', true),
            ('G21', 'P', 'ndelius', 'ctnm', 'address', true),
            ('G21', 'P', 'ndelius', 'ctnm', 'phone', true)
        ) AS row (rule_id, person_id, held_by, expected_in, matter, planted);
        CREATE TABLE edge (record_l VARCHAR, record_r VARCHAR, match_weight DOUBLE);
        """
    )
    return con


def test_findings_are_judged_person_by_person(con: duckdb.DuckDBPyConnection) -> None:
    found = gap_quality(con, findings="finding", truth_gaps="truth_gap", predicted="predicted", truth="truth")
    counts = {
        rule.rule_id: (rule.findings, rule.right, rule.gaps, rule.found, rule.planted, rule.planted_found)
        for rule in (*found.by_rule, found.overall)
    }
    assert counts == {
        # S1's finding is given twice and counts once; it is right through P. S2's is about Q, of whom it is not true.
        "G02": (2, 1, 1, 1, 1, 1),
        # S1's is right through Q's record in it; S2's names other systems than Q's gap. P's gap is not found.
        "G03": (2, 1, 2, 1, 1, 0),
        "G08": (0, 0, 1, 0, 1, 0),
        # The address that was found does not stand for the phone that was not.
        "G21": (1, 1, 2, 1, 2, 1),
        None: (5, 3, 6, 3, 5, 2),
    }
    assert found.findings_without_truth == 1
    overall = found.overall
    assert (overall.precision, overall.recall) == (0.6, 0.5)
    assert overall.f1 == pytest.approx(6 / 11)
    assert overall.planted_recall == 0.4


def test_no_findings_and_no_gaps_are_no_error(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM finding; DELETE FROM truth_gap")
    found = gap_quality(con, findings="finding", truth_gaps="truth_gap", predicted="predicted", truth="truth")
    assert (found.by_rule, found.overall.findings, found.overall.precision) == ((), 0, 1.0)


def test_the_report_gives_the_same_figures_as_text_and_as_json(con: duckdb.DuckDBPyConnection) -> None:
    links = quality(con, predicted="predicted", truth="truth")
    causes = missed(con, predicted="predicted", truth="truth", edges="edge", link_threshold=6.0)
    gaps = gap_quality(con, findings="finding", truth_gaps="truth_gap", predicted="predicted", truth="truth")
    report = json.loads(json.dumps(as_dict(links, causes, gaps)))
    assert report["links"]["overall"]["false_links"] == 1
    assert {cause: count for cause, count in report["causes"]["missed"].items() if count} == {"total": 1, "no_edge": 1}
    assert [rule["rule_id"] for rule in report["gaps"]["by_rule"]] == ["G02", "G03", "G08", "G21"]

    text = render(links, causes, gaps)
    rows = [line.split() for line in text.splitlines()]
    # Within PNC there is one record with a person, so no link is wanted or predicted: no share is shown for nothing.
    assert ["within", "pnc", "0", "0", "0", "-", "-", "-", "1.0000", "1.0000", "1.0000"] in rows
    assert ["G08", "0", "0", "-", "1", "0", "0.0000", "1", "0", "0.0000"] in rows
    assert ["all", "5", "3", "0.6000", "6", "3", "0.5000", "5", "2", "0.4000"] in rows
    assert "Left out, their person unknown: records 1." in text
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text


def test_the_report_does_without_causes_and_gaps(con: duckdb.DuckDBPyConnection) -> None:
    links = quality(con, predicted="predicted", truth="truth")
    assert as_dict(links).keys() == {"links"}
    assert "Gaps" not in render(links)
