"""A REST service's documents are landed whole and in order, whatever its way of paging, or not at all."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.errors import SourceError
from pipelines.landing.manifest import failure
from sample_data.serve.paging import Collection, Paging
from sample_data.serve.web import serve_web
from tests.pipelines.landing.services import (
    PAGING,
    SYSTEM,
    Answer,
    Asked,
    Told,
    declared,
    documents,
    home,
    land_one,
    refusal,
    rows,
    told,
)  # fmt: skip

PAGINGS: tuple[Paging, ...] = ("page", "offset", "cursor", "link", "next", "none")
PEOPLE: list[dict[str, Any]] = [
    {
        "id": number,
        "name": "Zoë Müller-Ōtani 李 🙂",
        "aliases": [{"name": "Zo", "used": [[1, 2], [], [{"deep": [None, True, 0.25]}]]}, {}],
        "national_no": 12345678901234567890 + number,
        "note": 'a "quoted"\\ line\nand \u0000 another',
    }
    for number in range(1, 12)
]


@pytest.mark.parametrize("paging", PAGINGS)
def test_every_document_is_landed_as_it_was_served_whatever_the_paging(tmp_path: Path, paging: Paging) -> None:
    at = home(tmp_path)
    with serve_web({"people": Collection(PEOPLE, paging=paging, auth="none", page_size=4)}) as web:
        load = land_one(declared(web.url, paging), at)
        assert web.count("/api/people") == (1 if paging == "none" else 3 if paging != "offset" else 4)
    assert documents(at, load) == PEOPLE
    assert load.rows == {"people": len(PEOPLE)}
    assert load.quarantined == {}
    ((row, text), *_) = rows(at, load)
    assert (row, "Zoë Müller-Ōtani 李 🙂" in text) == (1, True)


@pytest.mark.parametrize("paging", PAGINGS)
def test_an_empty_collection_lands_no_rows(tmp_path: Path, paging: Paging) -> None:
    at = home(tmp_path)
    with serve_web({"people": Collection([], paging=paging, auth="none")}) as web:
        load = land_one(declared(web.url, paging), at)
    assert load.rows == {"people": 0}
    assert documents(at, load) == []


@pytest.mark.parametrize("total", [None, "$.total"])
@pytest.mark.parametrize("paging", ["page", "offset"])
def test_pages_smaller_than_asked_for_lose_nothing(tmp_path: Path, paging: Paging, total: str | None) -> None:
    at = home(tmp_path)
    with serve_web({"people": Collection(PEOPLE, paging=paging, auth="none", largest_page=3)}) as web:
        load = land_one(declared(web.url, PAGING[paging] | {"size": 100}, total=total), at)
    assert documents(at, load) == PEOPLE


def test_page_numbers_without_a_number_of_pages_go_on_to_the_empty_page(tmp_path: Path) -> None:
    at = home(tmp_path)
    with serve_web({"people": Collection(PEOPLE, paging="page", auth="none")}) as web:
        load = land_one(declared(web.url, {"kind": "page", "size_param": "page_size", "size": 4}), at)
        assert [one.query["page"] for one in web.requests] == ["1", "2", "3", "4"]
    assert documents(at, load) == PEOPLE


def test_an_empty_page_before_the_last_is_refused(tmp_path: Path) -> None:
    with told(lambda asked: Answer({"items": [{}] if asked.query["page"] == "1" else [], "pages": 3})) as service:
        assert "gave nothing on page 2 of 3" in refusal(declared(service.url, "page"), home(tmp_path))


def test_what_is_no_document_is_quarantined_with_its_ordinal(tmp_path: Path) -> None:
    at = home(tmp_path)
    served = (
        b'[{"id": 1}, 7, null, {"id": 2}, "\\ud800", {"half": "\\ud800"}, {"n": NaN}, {"n": 1e400}, ["Zo\xc3\xab"]]'
    )
    with told(lambda _: Answer(served)) as service:
        load = land_one(declared(service.url), at)
    assert [(row, json.loads(text)["id"]) for row, text in rows(at, load)] == [(1, 1), (4, 2)]
    assert (load.rows, load.quarantined) == ({"people": 2}, {"people": 7})
    assert [(row, reason, raw) for _, row, reason, _, raw, _ in rows(at, load, "_rejected")] == [
        (2, "malformed_json", "7"),
        (3, "malformed_json", "null"),
        (5, "malformed_json", '"\\ud800"'),
        (6, "malformed_json", '{"half": "\\ud800"}'),
        (7, "malformed_json", '{"n": NaN}'),
        (8, "malformed_json", '{"n": Infinity}'),
        (9, "malformed_json", '["Zoë"]'),
    ]


@pytest.mark.parametrize("depth", [100, 800, 990, 100_000])
def test_a_document_of_any_depth_is_landed_quarantined_or_refused(tmp_path: Path, depth: int) -> None:
    at = home(tmp_path)
    with told(lambda _: Answer(b'[{"a": ' + b"[" * depth + b"]" * depth + b"}]")) as service:
        spec = declared(service.url, retries=0)
        try:
            load = land_one(spec, at)
        except SourceError:
            kept = failure(at.landing / SYSTEM)
            assert kept is not None
            assert "gave half a page, or none in JSON" in kept.problem
            assert depth > 800
        else:
            assert load.rows_extracted == 1


@pytest.mark.parametrize("kind", ["text/plain", "text/html; charset=iso-8859-1", "application/octet-stream"])
def test_json_is_read_as_utf_8_whatever_its_headers_say(tmp_path: Path, kind: str) -> None:
    at = home(tmp_path)
    served = '\ufeff[{"name": "Zoë"}]'.encode()
    with told(lambda _: Answer(served, headers={"Content-Type": kind})) as service:
        assert documents(at, land_one(declared(service.url), at)) == [{"name": "Zoë"}]


@pytest.mark.parametrize(
    "link",
    ['<{}?at=a;b,c>; rel="next"', '<{0}?at=0>; rel="prev", <{0}?at=a;b,c>; title="<,"; REL=Next',
     '<?at=a;b,c>; rel="last next"'],
)  # fmt: skip
def test_a_next_link_is_found_however_it_is_written(tmp_path: Path, link: str) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.query:
            return Answer([{"id": 2}])
        return Answer([{"id": 1}], headers={"Link": link.format(f"{service.url}/api/people")})

    at = home(tmp_path)
    with told(answer) as service:
        assert documents(at, land_one(declared(service.url, "link"), at)) == [{"id": 1}, {"id": 2}]
        assert service.asked[-1].query == {"at": "a;b,c"}


def test_a_relative_next_address_is_followed_with_its_own_query_alone(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer:
        first = "at" not in asked.query
        return Answer({"items": [{"first": first}], "next": "/api/people?at=2" if first else False})

    at = home(tmp_path)
    with told(answer) as service:
        load = land_one(declared(service.url, "next", params={"status": "live", "size": 5}), at)
        assert [one.query for one in service.asked] == [{"status": "live", "size": "5"}, {"at": "2"}]
    assert load.rows == {"people": 2}


def test_identical_pages_are_landed_where_the_service_says_that_they_go_on(tmp_path: Path) -> None:
    at = home(tmp_path)

    def answer(asked: Asked) -> Answer:
        number = int(asked.query.get("cursor", 0))
        return Answer({"items": [{"same": True}], "next_cursor": number + 1 if number < 3 else None})

    with told(answer) as service:
        assert land_one(declared(service.url, "cursor"), at).rows == {"people": 4}


def test_a_pause_is_kept_between_requests_and_none_after_the_last(tmp_path: Path) -> None:
    with serve_web({"people": Collection(PEOPLE, paging="cursor", auth="none", page_size=4)}) as web:
        land_one(declared(web.url, "cursor", pause_seconds=0.4), home(tmp_path))
        waits = web.waits("/api/people")
    assert len(waits) == 2
    # A little less: the server has an answer ready before it is here.
    assert all(wait > 0.39 for wait in waits)
    with serve_web({"people": Collection(PEOPLE, paging="none", auth="none")}) as web:
        assert land_one(declared(web.url, "none", pause_seconds=30), home(tmp_path / "once")).seconds < 20


def test_several_resources_are_paced_together(tmp_path: Path) -> None:
    spec = declared("http://127.0.0.1", "none", pause_seconds=0.3)
    with serve_web({name: Collection(PEOPLE, paging="none", auth="none") for name in ("people", "cases")}) as web:
        cases = spec.resources["people"].model_copy(update={"path": "api/cases"})
        update = {"base_url": f"{web.url}/", "resources": spec.resources | {"cases": cases}}
        load = land_one(spec.model_copy(update=update), home(tmp_path))
        first, second = web.requests
    assert second.began - first.ended > 0.29
    assert load.rows == {"people": 11, "cases": 11}


def test_a_large_collection_is_streamed(tmp_path: Path) -> None:
    at = home(tmp_path)
    many = [{"id": number, "text": "x" * 2_000} for number in range(10_000)]
    with serve_web({"people": Collection(many, paging="cursor", auth="none", page_size=500)}) as web:
        spec = declared(web.url, "cursor")
        tracemalloc.start()
        try:
            load = land_one(spec, at)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert [one["id"] for one in documents(at, load)] == list(range(10_000))
    # 20 MB of text in all: a page is 1 MB, here and with the server, as text and as what it says.
    assert peak < 10_000_000


@pytest.mark.parametrize(
    ("field", "spec"),
    [
        ("size", {"paging": {"kind": "offset", "size": 0}}),
        ("size", {"paging": {"kind": "page", "size": -1}}),
        ("data", {"data": "items"}),
        ("data", {"data": "$.a b"}),
        ("pages", {"paging": {"kind": "page", "pages": "$["}}),
        ("base_url", {"url": "http://reader:secret@127.0.0.1"}),
        ("base_url", {"url": "http://127.0.0.1/?key=secret"}),
        ("headers", {"headers": {"X-Note": "a\nb"}}),
        ("cursor_param", {"cursor_param": "since"}),
        ("max_pages", {"max_pages": 0}),
        ("pause_seconds", {"pause_seconds": -1}),
    ],
)
def test_a_wrong_declaration_is_refused_naming_its_field(field: str, spec: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        declared(**({"url": "http://127.0.0.1", "paging": "none"} | spec))
    (problem,) = error.value.errors()
    assert field in [*problem["loc"], *str(problem["msg"]).split("`")]


# Whatever a service answers is landed, set apart or refused.

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)
ITEMS = st.lists(ANYTHING | st.dictionaries(st.sampled_from(["id", "a"]), ANYTHING, min_size=1, max_size=2), max_size=5)
PAGE = st.fixed_dictionaries(
    {},
    optional={
        "items": ITEMS | ANYTHING,
        "total": st.integers(0, 12) | ANYTHING,
        "pages": st.integers(0, 4) | ANYTHING,
        "next_cursor": st.sampled_from(["a", "b", ""]) | ANYTHING,
        "next": st.sampled_from(["/api/people?p=2", "http://[", "foo://h:x", "//other/", "", "?a"]) | ANYTHING,
    },
)


@pytest.fixture(scope="module")
def any_service() -> Iterator[Told]:
    with told(lambda _: Answer()) as service:
        yield service


@given(
    pages=st.lists(PAGE | ITEMS | ANYTHING, min_size=1, max_size=4),
    link=st.none() | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
    paging=st.sampled_from(PAGINGS),
    total=st.booleans(),
)
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_any_json_is_landed_whole_or_refused_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory,
    any_service: Told,
    pages: list[Any],
    link: str | None,
    paging: Paging,
    total: bool,
) -> None:
    served = iter(pages)
    given: list[Any] = []

    def answer(_: Asked) -> Answer:
        given.append(next(served, []))
        return Answer(given[-1], headers={"Link": f'<{link}>; rel="next"'} if link else {})

    any_service.answer = answer
    at = home(tmp_path_factory.mktemp("fuzz"))
    data = "$" if paging in {"link", "none"} else "$.items"
    spec = declared(any_service.url, paging, data=data, total="$.total" if total else None, retries=0, max_pages=8)
    try:
        load = land_one(spec, at)
    except SourceError:
        kept = failure(at.landing / SYSTEM)
        assert kept is not None
        assert kept.problem.startswith(f"{SYSTEM}: http://127.0.0.1:")
    else:
        elements = [one for page in given for one in (page if data == "$" else page["items"])]
        assert load.rows_extracted == len(elements)
        found = documents(at, load)
        kept_rows = [row for row, _ in rows(at, load)]
        assert [elements[row - 1] for row in kept_rows] == found
        quarantined = {row for _, row, *_ in rows(at, load, "_rejected")}
        assert quarantined.isdisjoint(kept_rows)
        assert all(one < other for one, other in pairwise(kept_rows))
