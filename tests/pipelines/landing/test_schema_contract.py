"""What a column that is new or gone means is what the source's contract says."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.pipelines.landing.delivery import asked, home, put, quarantined, refusal, take_in

FIRST, MORE, LESS = "id,a\n1,x\n", "id,a,b\n2,y,\n3,z,9\n", "id\n4\n"


@pytest.mark.parametrize("load", ["snapshot", "changes"])
@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize("contract", ["evolve", "freeze", "discard_row"])
def test_a_contract_says_what_new_columns_mean(tmp_path: Path, load: str, kind: str, contract: str) -> None:
    settings = home(tmp_path)
    key = "id" if kind == "csv" else "document->>'$.id'"
    one = {"path": "drop/*", "load": load} | ({"key": key} if load == "changes" else {})
    spec = {"format": kind, "resources": {"people": one}, "schema_contract": contract}
    if kind == "json":
        spec["layout"] = "lines"
    wanted = "SELECT id, a" if kind == "csv" else "SELECT document->>'$.id', document->>'$.a'"

    def give(number: int, text: str) -> None:
        if kind == "json":
            rows = csv.DictReader(io.StringIO(text))
            text = "".join(json.dumps({name: value for name, value in row.items() if value}) + "\n" for row in rows)
        put(settings.deliveries / "drop" / str(number), text, number)

    earlier = [("1", "x")] if load == "changes" else []
    give(1, FIRST)
    take_in(settings, **spec)
    give(2, MORE)
    if contract == "freeze":
        assert "are not those of the load before (new: 1 that the YAML does not name)" in refusal(settings, **spec)
        return
    take_in(settings, **spec)
    fits = [("2", "y"), ("3", "z")] if contract == "evolve" else [("2", "y")]
    assert asked(settings, "people", wanted) == [*earlier, *fits]
    assert [reason for _, reason in quarantined(settings)] == (["schema_changed"] if contract == "discard_row" else [])
    give(3, LESS)
    take_in(settings, **spec)
    assert ("4",) in asked(settings, "people", wanted.split(", ", maxsplit=1)[0])
    # Read anew, there is no load before that was read alike: what was discarded is landed, and nothing is doubled.
    if load == "changes":
        take_in(settings, **spec, retries=1)
        assert sorted(asked(settings, "people", wanted)) == [("1", "x"), ("2", "y"), ("3", "z"), ("4", None)]
        assert quarantined(settings) == []


def test_a_column_that_is_gone_is_refused_where_columns_are_frozen(tmp_path: Path) -> None:
    settings = home(tmp_path)
    spec = {"format": "csv", "resources": {"people": "people.csv"}, "schema_contract": "freeze"}
    put(settings.deliveries / "people.csv", "id,a\n1,x\n")
    take_in(settings, **spec)
    put(settings.deliveries / "people.csv", "id\n1\n")
    assert "(gone: 1 that the YAML does not name)" in refusal(settings, **spec)
