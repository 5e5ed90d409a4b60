"""What cannot be compared at a bounded cost is quarantined before it is even read, and costs no other row anything."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.canonical.merges import merge_endings
from pipelines.canonical.staging import LONGEST, LONGEST_ADDRESS
from pipelines.warehouse.database import writer
from tests.pipelines.canonical.test_staging import CASES, PEOPLE, SOURCE, Home

ITEMS = [
    *SOURCE["items"],
    {"kind": "address", "from": "cases", "each": "$.addresses", "key": "document->>'$.ref'", "value": "each->>'$'"},
    {"kind": "contact_point", "from": "cases", "each": "$.mail", "key": "document->>'$.ref'", "code": "'email'",
     "value": "each->>'$'"},
    {"kind": "report", "from": "cases", "each": "$.notes", "key": "document->>'$.ref'", "value": "each->>'$'"},
]  # fmt: skip

MAIL = "@example.org"
NAMES = ["a" * 100_000, "ab " * 40_000, "NOT ENTERED " * 10_000, "\u00e9" * (LONGEST + 1)]


@pytest.mark.parametrize("name", NAMES, ids=["letters", "words", "phrases", "accents"])
def test_a_name_that_is_too_long_is_quarantined_at_once(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path)
    long = [{"ref": "L", "name": name, "aliases": ["Other"]}, {"ref": "M" * (LONGEST + 1), "name": "M", "aliases": []}]
    with writer(home.settings()) as con:
        began = time.monotonic()
        applied = home.deliver(con, [*PEOPLE, *long, {"ref": "K", "name": "K", "aliases": [name]}], CASES)
        assert time.monotonic() - began < 60
        assert applied.refused is None
        held = con.execute("SELECT resource, reason, len(raw) > 250 FROM nominal.quarantine ORDER BY ALL").fetchall()
        assert held == [("people", "overlong_value", True)] * 2 + [("people.aliases", "overlong_value", True)]


def test_what_is_compared_is_bound_and_free_text_is_not(tmp_path: Path) -> None:
    home = Home(tmp_path)
    case: dict[str, Any] = {
        "ref": "A", "alerts": ["Z"],
        "addresses": ["x" * LONGEST_ADDRESS, "y" * (LONGEST_ADDRESS + 1)],
        "mail": ["m" * (LONGEST - len(MAIL)) + MAIL, "m" * LONGEST + MAIL],
        "notes": ["n" * 1_000_000],
    }  # fmt: skip
    with writer(home.settings()) as con:
        applied = home.deliver(con, PEOPLE, [*CASES, case], items=ITEMS)
        assert applied.reasons == {"overlong_value": 2}
        kept = con.execute(
            "SELECT kind, max(len(value)) FROM nominal.information_item GROUP BY kind ORDER BY kind"
        ).fetchall()
    assert kept == [
        ("address", LONGEST_ADDRESS), ("alert", None), ("contact_point", LONGEST), ("name", len("Other")),
        ("report", 1_000_000),
    ]  # fmt: skip


def test_a_value_that_becomes_too_long_is_staged_as_it_would_be_from_nothing(tmp_path: Path) -> None:
    nights = [PEOPLE, [*PEOPLE[:-1], PEOPLE[-1] | {"aliases": ["a" * 300, "Other"]}], PEOPLE]
    home = Home(tmp_path)
    found = "SELECT record_key, content_hash FROM nominal.record ORDER BY ALL"
    with writer(home.settings()) as con:
        for number, people in enumerate(nights):
            home.deliver(con, people, CASES)
            (tmp_path / str(number)).mkdir()
            fresh = Home(tmp_path / str(number))
            with writer(fresh.settings()) as other:
                fresh.deliver(other, people, CASES)
                assert con.execute(found).fetchall() == other.execute(found).fetchall()


def test_merges_cost_what_they_count_however_they_meet(tmp_path: Path) -> None:
    began = time.monotonic()
    diamonds = [(f"r{one}", f"r{one + step}") for one in range(20_000) for step in (1, 2)]
    ends = merge_endings(diamonds).to_pylist()
    assert len(ends) == 20_000
    assert {(end["record_key"], end["other_key"]) for end in ends} == {("r20000", "r20001")}
    chain = [(f"r{one}", f"r{one + 1}") for one in range(50_000)]
    assert {end["record_key"] for end in merge_endings(chain).to_pylist()} == {"r50000"}
    back = [*chain, ("r50000", "r49999"), ("s", "t")]
    assert {end["merged_key"] for end in merge_endings(back).to_pylist() if end["record_key"]} == {"s"}
    assert time.monotonic() - began < 30


def test_the_elements_of_a_list_cost_what_they_count_whatever_the_mapping_reads_of_their_document(
    tmp_path: Path,
) -> None:
    addresses = [f"{number} Mill Lane, Flat {number}, Little Town, Near Leeds" for number in range(10_000)]
    mixed = {
        "kind": "address", "from": "cases", "each": "$.addresses",
        "key": "coalesce(each->>'$.ref', document->>'$.ref')",
        "value": "(each->>'$') || CASE WHEN (document->'$.at')->>'$.town' = 'Leeds' THEN ', Leeds' ELSE '' END",
        "when": "document->>'$.ref' <> 'Z'", "detail": {"listed": "json_array_length(document->'$.addresses')"},
    }  # fmt: skip
    cases = [{"ref": ref, "alerts": ["X"], "at": {"town": "Leeds"}, "addresses": addresses} for ref in "AB"]
    home = Home(tmp_path)
    with writer(home.settings()) as con:
        con.execute("SET memory_limit = '300MB'")
        con.execute("SET max_temp_directory_size = '0B'")
        applied = home.deliver(con, PEOPLE, cases, items=[*SOURCE["items"], mixed])
        assert applied.refused is None
        told = con.execute(
            "SELECT record_key, count(*) FILTER (value LIKE '% Leeds, Leeds'), any_value(detail->>'$.listed') "
            "FROM nominal.information_item WHERE kind = 'address' GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    assert told == [("toy:A", 10_000, "10000"), ("toy:B", 10_000, "10000")]
