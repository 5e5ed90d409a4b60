"""What goes wrong with a REST service is waited for and tried again, or ends in one sentence and no load."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.landing.manifest import failure, loads
from sample_data.serve.faults import Drop, Fault, Slow, Status, TooMany, Truncated, WithoutItems
from sample_data.serve.paging import Collection, Paging
from sample_data.serve.web import Web, serve_web
from tests.pipelines.landing.services import SYSTEM, Answer, Asked, declared, documents, home, land_one, refusal, told

PEOPLE = [{"id": number, "name": "Aino Karhu"} for number in range(1, 13)]


def people(paging: Paging = "cursor") -> dict[str, Collection]:
    return {"people": Collection(PEOPLE, paging=paging, auth="none", page_size=4)}


@pytest.mark.parametrize(
    ("fault", "least"),
    [(Status(500), 0.5), (Status(503), 0.5), (Drop(), 0.5), (Truncated(), 0.5), (Slow(1.5), 0.5),
     (TooMany(1), 1.0), (TooMany(2, as_date=True), 2.0)],
    ids=str,
)  # fmt: skip
def test_a_fault_that_passes_is_waited_out_and_nothing_is_lost(tmp_path: Path, fault: Fault, least: float) -> None:
    at = home(tmp_path)
    with serve_web(people()) as web:
        web.faults.plan(fault, nth=2)
        assert documents(at, land_one(declared(web.url, "cursor", timeout_seconds=1), at)) == PEOPLE
        assert web.faults.pending == 0
        # What timed out was answered to nobody: the server counts that wait from its own end.
        assert isinstance(fault, Slow) or max(web.waits("/api/people")) > least - 0.05


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_time_to_wait_until_is_read_by_the_service_s_own_clock(tmp_path: Path, hours: int) -> None:
    with serve_web(people()) as web:
        web.faults.clock_skew = timedelta(hours=hours)
        web.faults.plan(TooMany(1, as_date=True))
        land_one(declared(web.url, "cursor"), home(tmp_path))
        assert 0.95 < web.waits("/api/people")[0] < 20


def test_each_further_try_waits_longer(tmp_path: Path) -> None:
    at = home(tmp_path)
    with serve_web(people()) as web:
        web.faults.plan(Status(503), times=2)
        assert documents(at, land_one(declared(web.url, "cursor"), at)) == PEOPLE
        first, second, *_ = web.waits("/api/people")
    assert first > 0.45
    assert second > 0.95


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Status(500), "answered with status 500; ask who runs the service, and run again."),
        (TooMany(0), "answered with status 429; ask less often with `pause_seconds`, or run again later."),
        (Drop(), "could not be reached or broke off; check that the service is up and run again."),
        (Truncated(), "gave half a page, or none in JSON; run again, or ask who runs the service."),
        (Slow(1.3), "did not answer within 1 s; check that the service is up and run again."),
        (WithoutItems(), "holds no list at `$.items`; correct the resource's `data`."),
    ],
    ids=str,
)
def test_a_fault_that_stays_lands_nothing_until_it_is_mended(tmp_path: Path, fault: Fault, sentence: str) -> None:
    at = home(tmp_path)
    with serve_web(people()) as web:
        spec = declared(web.url, "cursor", retries=1, timeout_seconds=1)
        before = land_one(spec, at)
        web.collections["people"].documents = PEOPLE[:10]
        web.faults.plan(fault, nth=2, times=2)
        assert refusal(spec, at) == f"{SYSTEM}: {web.url}/api/people {sentence}"
        web.faults.clear()
        assert documents(at, land_one(spec, at)) == PEOPLE[:10]
    assert failure(at.landing / SYSTEM) is None
    assert len(loads(at.landing / SYSTEM)) == 2
    assert documents(at, before) == PEOPLE


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_not_asked_again(tmp_path: Path, status: int) -> None:
    remedies = {400: "correct the resource's `params`, or `paging`", 401: "credentials", 403: "access", 404: "path"}
    with serve_web(people()) as web:
        web.faults.plan(Status(status))
        text = refusal(declared(web.url, "cursor"), home(tmp_path))
        assert web.count() == 1
    assert f"answered with status {status}; " in text
    assert remedies[status] in text


def test_a_size_that_the_service_rejects_is_told(tmp_path: Path) -> None:
    with serve_web(people("page")) as web:
        text = refusal(declared(web.url, {"kind": "page"}, params={"page_size": "lots"}), home(tmp_path))
    assert text == (
        f"{SYSTEM}: {web.url}/api/people answered with status 400; correct the resource's `params`, or `paging`."
    )


def test_a_service_that_is_not_there_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    text = refusal(declared(f"http://127.0.0.1:{port}", retries=0), home(tmp_path))
    assert f"http://127.0.0.1:{port}/api/people could not be reached" in text


@pytest.mark.parametrize("paging", ["cursor", "link", "next"])
def test_a_next_page_that_repeats_for_ever_is_refused(tmp_path: Path, paging: Paging) -> None:
    with serve_web(people(paging)) as web:
        web.faults.same_next = True
        assert "names the same next page again" in refusal(declared(web.url, paging), home(tmp_path))
        assert web.count() < 5


def test_a_circle_of_next_pages_is_refused(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer:
        return Answer({"items": [{}], "next_cursor": {"": "a", "a": "b"}.get(asked.query.get("cursor", ""), "a")})

    with told(answer) as service:
        assert "names the same next page again" in refusal(declared(service.url, "cursor"), home(tmp_path))


@pytest.mark.parametrize("paging", [{"kind": "page"}, {"kind": "offset"}])
def test_a_service_that_overlooks_the_page_asked_for_is_refused(tmp_path: Path, paging: dict[str, str]) -> None:
    with told(lambda _: Answer({"items": PEOPLE, "total": 100})) as service:
        text = refusal(declared(service.url, paging, total="$.total"), home(tmp_path))
        assert len(service.asked) == 2
    assert "gives the same page again; correct `paging`" in text


@pytest.mark.parametrize("paging", ["page", "offset"])
def test_fewer_rows_than_the_service_counts_are_refused(tmp_path: Path, paging: Paging) -> None:
    with serve_web(people(paging)) as web:
        web.faults.withheld = 1
        text = refusal(declared(web.url, paging, total="$.total"), home(tmp_path))
    assert text.endswith("/api/people gave 11 of the 12 rows it counts; run again, or correct `paging`.")


@pytest.mark.parametrize("total", ["12", None, True, 12.5, [12]])
def test_a_total_that_is_no_number_is_refused(tmp_path: Path, total: object) -> None:
    with told(lambda _: Answer({"items": PEOPLE, "total": total})) as service:
        spec = declared(service.url, "offset", total="$.total")
        assert "holds no whole number at `$.total`; correct the resource's `total`." in refusal(spec, home(tmp_path))


@pytest.mark.parametrize("following", [True, ["a"], {"a": 1}, 1.5])
@pytest.mark.parametrize("paging", ["cursor", "next"])
def test_a_next_page_that_is_no_text_is_refused(tmp_path: Path, paging: Paging, following: object) -> None:
    with told(lambda _: Answer({"items": PEOPLE, "next": following, "next_cursor": following})) as service:
        assert "holds no text at `$.next" in refusal(declared(service.url, paging), home(tmp_path))


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {"id": 1}}, {"items": "none"}, [], 7])
def test_an_answer_without_its_list_is_refused(tmp_path: Path, body: object) -> None:
    with told(lambda _: Answer(body)) as service:
        assert "holds no list at `$.items`" in refusal(declared(service.url, "cursor"), home(tmp_path))


def test_html_instead_of_json_is_refused(tmp_path: Path) -> None:
    page = b"<html><body>Aino Karhu</body></html>"
    with told(lambda _: Answer(page, headers={"Content-Type": "text/html"})) as service:
        text = refusal(declared(service.url, retries=0), home(tmp_path))
    assert "gave half a page, or none in JSON" in text
    assert "Aino" not in text


def test_more_pages_than_allowed_are_refused_before_they_are_asked_for(tmp_path: Path) -> None:
    with serve_web(people()) as web:
        assert "gives more than 2 pages" in refusal(declared(web.url, "cursor", max_pages=2), home(tmp_path))
        assert web.count() == 2
        land_one(declared(web.url, "cursor", max_pages=3), home(tmp_path))


def test_one_resource_that_fails_lands_none_of_them(tmp_path: Path) -> None:
    with serve_web(people("none")) as web:
        spec = declared(web.url)
        other = spec.resources["people"].model_copy(update={"path": "/api/cases"})
        spec = spec.model_copy(update={"resources": spec.resources | {"cases": other}})
        assert f"{web.url}/api/cases answered with status 404" in refusal(spec, home(tmp_path))


def test_a_wait_that_the_service_asks_for_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.landing.retry.LONGEST_WAIT_ASKED_FOR", 1)
    with serve_web(people()) as web:
        web.faults.plan(TooMany(3600))
        began = time.monotonic()
        land_one(declared(web.url, "cursor"), home(tmp_path))
    assert time.monotonic() - began < 30


def in_order(web: Web) -> list[str]:
    return [one.query.get("cursor", "") for one in web.requests if one.status == 200]


def test_a_page_that_was_lost_on_its_way_is_asked_for_again_and_no_other(tmp_path: Path) -> None:
    at = home(tmp_path)
    with serve_web(people()) as web:
        web.faults.plan(Drop(), nth=2)
        assert documents(at, land_one(declared(web.url, "cursor"), at)) == PEOPLE
        first, second, again, last = in_order(web)
    assert (first, second) == ("", again)
    assert last not in {first, second}
