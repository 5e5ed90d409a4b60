"""A REST service that can tell what changed is asked for no more, and the landed state is that of the source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.landing.manifest import loads
from pipelines.source.extract import Rest
from sample_data.serve.faults import Status
from sample_data.serve.paging import Collection
from sample_data.serve.web import Web, serve_web
from tests.pipelines.landing.services import NOW, SYSTEM, declared, documents, home, land_one, refusal, rows

CHANGES = {
    "load": "changes",
    "key": "document->>'$.id'",
    "cursor": "document->>'$.updated_at'",
    "cursor_param": "updated_since",
    "deleted": "document->>'$.deleted' = 'true'",
}


def person(number: int, updated_at: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "updated_at": updated_at, "name": "Aino"} | more


FIRST = [person(number, f"2026-03-0{number}T12:00:00Z") for number in range(1, 6)]


@pytest.fixture
def web() -> Iterator[Web]:
    people = Collection(FIRST, paging="cursor", auth="none", updated_field="updated_at", page_size=2)
    with serve_web({"people": people}) as web:
        yield web


def changes(web: Web, **more: Any) -> Rest:
    return declared(web.url, "cursor", **(CHANGES | more))


def since(web: Web) -> str | None:
    """Return what the last landing asked from, with each of its pages."""
    last = [one for one in web.requests if "cursor" not in one.query][-1]
    asked = {one.query.get("updated_since") for one in web.requests[web.requests.index(last) :]}
    assert len(asked) == 1
    return asked.pop()


def serve(web: Web, people: list[dict[str, Any]]) -> None:
    web.collections["people"].documents = people


def test_the_first_landing_asks_for_everything_and_the_next_for_what_came_since(tmp_path: Path, web: Web) -> None:
    at = home(tmp_path)
    assert documents(at, land_one(changes(web), at)) == FIRST
    assert since(web) is None
    new, changed = person(6, "2026-03-09T08:00:00Z"), person(2, "2026-03-09T07:00:00Z", name="Aino Maria")
    gone = {"id": 3, "updated_at": "2026-03-09T09:00:00Z", "deleted": True}
    serve(web, [FIRST[0], changed, gone, *FIRST[3:], new])
    load = land_one(changes(web), at)
    assert since(web) == "2026-03-05T11:50:00Z"
    assert sorted(documents(at, load), key=lambda one: one["id"]) == [
        FIRST[0], changed, gone, *FIRST[3:], new
    ]  # fmt: skip
    delivered = rows(at, load, "people.delivered")
    assert len(delivered) == 4  # with the one row of the overlap
    assert load.rows == {"people": 6}


def test_an_unchanged_service_makes_no_load_and_shows_that_it_still_delivers(tmp_path: Path, web: Web) -> None:
    first = land_one(changes(web), home(tmp_path))
    later = home(tmp_path, NOW + timedelta(days=1))
    again = land_one(changes(web), later)
    assert since(web) == "2026-03-05T11:50:00Z"
    assert again.load_id == first.load_id
    assert len(loads(later.landing / SYSTEM)) == 1
    assert again.last_seen_at == first.last_seen_at + timedelta(days=1)
    assert again.whole_at == first.whole_at


def test_everything_is_asked_for_again_as_often_as_declared_and_what_is_gone_goes(tmp_path: Path, web: Web) -> None:
    spec = changes(web, full_every_days=7)
    land_one(spec, home(tmp_path))
    serve(web, FIRST[1:])
    for days in (1, 6):
        at = home(tmp_path, NOW + timedelta(days=days))
        assert len(documents(at, land_one(spec, at))) == 5
        assert since(web) == "2026-03-05T11:50:00Z"
    at = home(tmp_path, NOW + timedelta(days=7))
    assert documents(at, land_one(spec, at)) == FIRST[1:]
    assert since(web) is None
    land_one(spec, home(tmp_path, NOW + timedelta(days=8)))
    assert since(web) == "2026-03-05T11:50:00Z"


def test_without_a_parameter_everything_is_asked_for_and_only_new_versions_replace(tmp_path: Path, web: Web) -> None:
    at = home(tmp_path)
    spec = changes(web, cursor_param=None)
    land_one(spec, at)
    serve(web, [person(1, "2026-02-01T00:00:00Z", name="older"), person(2, "2026-03-09T00:00:00Z", name="newer")])
    found = {one["id"]: one["name"] for one in documents(at, land_one(spec, at))}
    assert since(web) is None
    assert (found[1], found[2]) == ("Aino", "newer")


@pytest.mark.parametrize(
    ("newest", "cursor", "asked"),
    [
        ("2026-03-05T12:00:00Z", None, "2026-03-05T11:50:00Z"),
        ("2026-03-05T12:00:00.250Z", None, "2026-03-05T11:50:00.250000Z"),
        ("2026-03-05T12:00:00+01:00", None, "2026-03-05T11:50:00+01:00"),
        ("2026-03-05T12:00:00", None, "2026-03-05T11:50:00"),
        ("2026-03-05 12:00:00", None, "2026-03-05 11:50:00"),
        ("2026-03-05", None, "2026-03-04"),
        ("2026-03-05T12:00:00", "(document->>'$.updated_at')::TIMESTAMP", "2026-03-05T11:50:00"),
        # A clock that is ahead is taken for ours, or what happens until then would be passed over.
        ("2036-01-01T00:00:00Z", None, "2026-03-10T01:50:00Z"),
        ("2036-01-01T00:00:00", None, "2026-03-10T01:50:00"),
    ],
)
def test_a_time_of_change_is_asked_from_as_the_service_writes_it(
    tmp_path: Path, web: Web, newest: str, cursor: str | None, asked: str
) -> None:
    at = home(tmp_path)
    serve(web, [person(1, "2026-03-01T00:00:00Z" if newest.endswith("Z") else newest), person(2, newest)])
    spec = changes(web, **({"cursor": cursor} if cursor else {}))
    land_one(spec, at)
    land_one(spec, at)
    assert since(web) == asked


@pytest.mark.parametrize(("minutes", "asked"), [(0, "2026-03-05T12:00:00Z"), (90, "2026-03-05T10:30:00Z")])
def test_the_overlap_is_as_declared(tmp_path: Path, web: Web, minutes: int, asked: str) -> None:
    for _ in range(2):
        land_one(changes(web, cursor_overlap_minutes=minutes), home(tmp_path))
    assert since(web) == asked


def test_a_landing_that_fails_asks_again_from_where_the_last_good_one_ended(tmp_path: Path, web: Web) -> None:
    at = home(tmp_path)
    spec = changes(web, retries=0)
    before = land_one(spec, at)
    new = [person(number, f"2026-03-09T0{number - 10}:00:00Z") for number in range(11, 16)]
    serve(web, [*FIRST, *new])
    web.faults.plan(Status(503), nth=2)
    refusal(spec, at)
    assert documents(at, before) == FIRST
    assert documents(at, land_one(spec, at)) == [*FIRST, *new]
    assert since(web) == "2026-03-05T11:50:00Z"


def test_a_reworded_extraction_asks_for_everything_again(tmp_path: Path, web: Web) -> None:
    at = home(tmp_path, datetime(2026, 3, 10, tzinfo=UTC))
    land_one(changes(web), at)
    land_one(changes(web, timeout_seconds=9), at)
    assert since(web) is None
