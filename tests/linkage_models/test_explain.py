"""Why records are, or are not, together, from the edges alone."""

from __future__ import annotations

import json
from dataclasses import asdict

import duckdb
import pytest

from linkage_models.explain import Evidence, Withdrawal, explain_pair, explain_subject


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """A-B 20 and B-C 12 and C-D 15 hold A to D together; A-C is a weak pair of its own; X is joined by decision."""
    con = duckdb.connect()
    con.execute(
        """
        CREATE TABLE edge AS
        SELECT record_l, record_r, weight AS match_weight, 1 / (1 + pow(2, -weight)) AS match_probability,
            [
                {'comparison': 'prior', 'level': 'two records at random', 'weight': -20.0::DOUBLE},
                {'comparison': 'date_of_birth', 'level': 'same', 'weight': weight + 20.0}
            ] AS evidence
        FROM (
            VALUES ('A', 'B', 20.0::DOUBLE), ('B', 'C', 12.0), ('C', 'D', 15.0), ('A', 'C', 3.0), ('D', 'Z', -4.0)
        ) AS edge (record_l, record_r, weight);
        CREATE TABLE membership AS
        SELECT record AS record_key, 'S1' AS subject_id, until::TIMESTAMP AS until
        FROM (VALUES ('A', NULL), ('B', NULL), ('C', NULL), ('D', NULL), ('X', NULL), ('Y', '2026-03-02'))
            AS member (record, until);
        """
    )
    return con


def test_a_pair_shows_each_comparison_and_they_add_up(con: duckdb.DuckDBPyConnection) -> None:
    found = explain_pair(con, "edge", "B", "A")
    assert found.direct is not None
    assert found.path == (found.direct,)
    assert sum(part.weight for part in found.direct.evidence) == found.direct.match_weight == 20.0
    assert found.in_words().splitlines() == [
        "A and B: match weight 20.0, probability 1.0000, odds of 1.0 million to 1 for one person.",
        "   -20.0  prior: two records at random (before any comparison, odds of 1.0 million to 1 against)",
        "   +40.0  date of birth: same (more than a trillion times likelier for one person)",
    ]


def test_records_linked_through_others_show_the_strongest_path(con: duckdb.DuckDBPyConnection) -> None:
    found = explain_pair(con, "edge", "A", "D")
    assert found.direct is None
    assert [(pair.record_l, pair.record_r) for pair in found.path] == [("A", "B"), ("B", "C"), ("C", "D")]
    assert found.weakest is not None
    assert found.weakest.match_weight == 12.0
    assert "no scored pair" in found.in_words()
    assert "3 pairs and is as strong as the weakest, 12.0" in found.in_words()


def test_a_weak_pair_of_its_own_is_shown_beside_a_stronger_path(con: duckdb.DuckDBPyConnection) -> None:
    found = explain_pair(con, "edge", "C", "A")
    assert found.direct is not None
    assert found.direct.match_weight == 3.0
    assert [pair.match_weight for pair in found.path] == [12.0, 20.0]


def test_a_path_of_unlikely_pairs_is_still_found(con: duckdb.DuckDBPyConnection) -> None:
    found = explain_pair(con, "edge", "A", "Z")
    assert found.weakest is not None
    assert found.weakest.match_weight == -4.0


def test_records_that_nothing_connects_say_so(con: duckdb.DuckDBPyConnection) -> None:
    found = explain_pair(con, "edge", "A", "X")
    assert (found.direct, found.path) == (None, ())
    assert "No chain of scored pairs connects them" in found.in_words()


def test_a_subject_is_held_together_by_its_strongest_pairs(con: duckdb.DuckDBPyConnection) -> None:
    found = explain_subject(con, "membership", "edge", "S1")
    assert found.records == ("A", "B", "C", "D", "X")
    assert [pair.match_weight for pair in found.links] == [20.0, 15.0, 12.0]
    assert found.parts == 2
    assert "Its weakest link is B and C, match weight 12.0." in found.in_words()
    assert "a person's decision holds those together" in found.in_words()


def test_an_explanation_is_ready_for_json(con: duckdb.DuckDBPyConnection) -> None:
    report = json.loads(json.dumps(asdict(explain_pair(con, "edge", "A", "B"))))
    assert report["direct"]["evidence"][1] == {"comparison": "date_of_birth", "level": "same", "weight": 40.0}


def test_evidence_against_speaks_for_two_people() -> None:
    line = Evidence("first_name", "unlike", -3.0).in_words()
    assert line == "  -3.0  first name: unlike (8.0 times likelier for two people)"


def test_an_unknown_subject_and_a_record_with_itself_are_refused(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(LookupError, match="No subject 'S9' has records now"):
        explain_subject(con, "membership", "edge", "S9")
    with pytest.raises(LookupError, match="name two records"):
        explain_pair(con, "edge", "A", "A")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((), "Without pnc nothing would be left of it."),
        ((("rms:1",),), "Without pnc rms:1 would be left."),
        ((("nomis:1", "rms:1"),), "Without pnc its other 2 records would stay together."),
        ((("nomis:1",), ("rms:1",)), "Without pnc it would fall into 2 parts: nomis:1; rms:1."),
    ],
)
def test_what_is_left_without_a_source_system_is_told_of_one_record_as_of_several(
    parts: tuple[tuple[str, ...], ...], said: str
) -> None:
    assert Withdrawal("pnc", 1, parts).in_words() == said
