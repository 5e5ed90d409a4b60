"""Every fault that the web server knows really happens, when and as often as planned."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from sample_data.serve.faults import Drop, Fault, Faults, Slow, Status, TooMany, Truncated, WithoutItems
from sample_data.serve.paging import Collection, Paging
from sample_data.serve.web import Web, serve_web

DOCUMENTS = [{"id": number, "text": "x" * 100} for number in range(10)]
PAGINGS: tuple[Paging, ...] = ("page", "offset", "cursor", "link", "next")


@pytest.fixture(scope="module")
def server() -> Iterator[Web]:
    collections: dict[str, Collection] = {
        paging: Collection(DOCUMENTS, paging=paging, auth="none", page_size=4) for paging in PAGINGS
    }
    with serve_web({**collections, "closed": Collection(DOCUMENTS)}) as server:
        yield server


@pytest.fixture
def web(server: Web) -> Web:
    server.faults.clear()
    server.requests.clear()
    return server


def get(web: Web, name: str = "page", **query: str) -> requests.Response:
    return requests.get(web.collection_url(name), params=query, timeout=10)


def statuses(web: Web, times: int) -> list[int]:
    return [get(web).status_code for _ in range(times)]


@pytest.mark.parametrize("code", [500, 503])
def test_the_nth_request_fails_as_often_as_planned(web: Web, code: int) -> None:
    web.faults.plan(Status(code), nth=2, times=3)
    assert web.faults.pending == 3
    assert statuses(web, 6) == [200, code, code, code, 200, 200]
    assert web.faults.pending == 0
    assert (web.count("/api/page", 200), web.count("/api/page", code)) == (3, 3)


def test_faults_of_several_kinds_follow_each_other(web: Web) -> None:
    web.faults.plan(Status(500), nth=1)
    web.faults.plan(TooMany(), nth=2)
    assert statuses(web, 3) == [500, 429, 200]
    web.faults.plan(Status(500), nth=2)
    with pytest.raises(ValueError, match="same request"):
        web.faults.plan(Drop(), times=2)


@pytest.mark.parametrize("numbers", [{"nth": 0}, {"times": 0}])
def test_a_fault_that_never_happens_cannot_be_planned(numbers: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least once"):
        Faults().plan(Status(500), nth=numbers.get("nth", 1), times=numbers.get("times", 1))


def test_too_many_requests_come_with_a_wait_in_seconds(web: Web) -> None:
    web.faults.plan(TooMany(retry_after=7))
    answer = get(web)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_too_many_requests_come_with_a_time_by_the_servers_clock(web: Web) -> None:
    web.faults.clock_skew = timedelta(hours=1)
    web.faults.plan(TooMany(retry_after=30, as_date=True))
    answer = get(web)
    asked, until = (parsedate_to_datetime(answer.headers[name]) for name in ("Date", "Retry-After"))
    assert timedelta(seconds=29) <= until - asked <= timedelta(seconds=31)
    assert until - datetime.now(UTC) > timedelta(minutes=59)


def test_the_servers_clock_can_be_wrong(web: Web) -> None:
    assert abs(parsedate_to_datetime(get(web).headers["Date"]) - datetime.now(UTC)) < timedelta(seconds=5)
    web.faults.clock_skew = timedelta(minutes=-10)
    behind = datetime.now(UTC) - parsedate_to_datetime(get(web).headers["Date"])
    assert timedelta(seconds=595) < behind < timedelta(seconds=605)


def test_a_connection_breaks_off_midway_through_a_body(web: Web) -> None:
    web.faults.plan(Drop())
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        get(web)
    assert get(web).status_code == 200
    web.faults.plan(Drop())
    parts: list[bytes] = []
    with requests.get(web.collection_url("page"), stream=True, timeout=10) as answer:
        promised = int(answer.headers["Content-Length"])
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            parts.extend(answer.iter_content(16))
    assert 0 < sum(map(len, parts)) < promised


def test_an_answer_in_good_order_holds_half_of_the_json(web: Web) -> None:
    web.faults.plan(Truncated())
    answer = get(web)
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_a_body_may_lack_its_items(web: Web) -> None:
    web.faults.plan(WithoutItems())
    answer = get(web)
    assert answer.status_code == 200
    assert "items" not in answer.json()


@pytest.mark.parametrize("fault", [Slow(0.3), None])
def test_an_answer_may_be_slow(web: Web, fault: Fault | None) -> None:
    if fault:
        web.faults.plan(fault)
    else:
        web.faults.delay = 0.3
    began = time.monotonic()
    assert get(web).status_code == 200
    assert time.monotonic() - began >= 0.3
    web.faults.delay = 1.0
    with pytest.raises(requests.Timeout):
        requests.get(web.collection_url("page"), timeout=0.1)


def test_the_next_page_may_be_the_same_for_ever(web: Web) -> None:
    web.faults.same_next = True
    page = get(web, "next").json()
    cursors, links = get(web, "cursor").json(), get(web, "link")
    for _ in range(5):
        page = requests.get(page["next"], timeout=10).json()
        cursors = get(web, "cursor", cursor=cursors["next_cursor"]).json()
        links = requests.get(links.links["next"]["url"], timeout=10)
        assert page["items"] == cursors["items"] == links.json() == DOCUMENTS[:4]


def test_the_next_page_may_be_said_to_be_somewhere_else(web: Web) -> None:
    web.faults.foreign_next = "http://127.0.0.2:9/api/next"
    assert get(web, "next").json()["next"] == web.faults.foreign_next
    assert get(web, "link").links["next"]["url"] == web.faults.foreign_next


@pytest.mark.parametrize("paging", ["page", "offset"])
def test_there_may_be_fewer_items_than_the_total_says(web: Web, paging: str) -> None:
    web.faults.withheld = 3
    body: dict[str, Any] = get(web, paging, page_size="100", limit="100").json()
    assert (body["total"], len(body["items"])) == (10, 7)


def test_a_request_without_a_right_to_the_page_uses_up_no_fault(web: Web) -> None:
    web.faults.plan(Status(500))
    assert get(web, "closed").status_code == 401
    assert web.faults.pending == 1
    assert statuses(web, 2) == [500, 200]


def test_tokens_can_fail_on_their_own(web: Web) -> None:
    web.faults.plan(Status(503), at="token")
    form = {"grant_type": "client_credentials", "client_id": web.client_id, "client_secret": web.client_secret}
    assert get(web).status_code == 200
    assert [requests.post(web.token_url, form, timeout=10).status_code for _ in range(2)] == [503, 200]
