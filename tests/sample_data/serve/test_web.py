"""The web server hands out tokens and pages as services do, and nothing to those who may not have it."""

import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
import trustme

from sample_data.serve.paging import Collection, Paging
from sample_data.serve.web import Web, serve_web

DOCUMENTS = [
    {"id": number, "name": "Zoë", "meta": {"updated": f"2026-03-{number:02d}T12:00:00Z"}} for number in range(1, 11)
]
PAGINGS: tuple[Paging, ...] = ("page", "offset", "cursor", "link", "next", "none")


def ids(documents: list[dict[str, Any]]) -> list[int]:
    return [document["id"] for document in documents]


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    open_to_all: dict[str, Collection] = {
        paging: Collection(DOCUMENTS, paging=paging, auth="none", updated_field="meta.updated", page_size=4)
        for paging in PAGINGS
    }
    closed = {f"by_{auth}": Collection(DOCUMENTS, auth=auth) for auth in ("oauth2", "api_key", "basic")}
    with serve_web({**open_to_all, **closed}, client_secret="s:e cret+ü") as web:  # noqa: S106
        yield web


def get(web: Web, name: str, **given: Any) -> requests.Response:
    return requests.get(web.collection_url(name), timeout=10, **given)


def token(web: Web, **form: str) -> requests.Response:
    known = {"grant_type": "client_credentials", "client_id": web.client_id, "client_secret": web.client_secret}
    return requests.post(web.token_url, {**known, **form}, timeout=10)


def bearer(value: str) -> dict[str, dict[str, str]]:
    return {"headers": {"Authorization": f"Bearer {value}"}}


def by_page(web: Web) -> list[dict[str, Any]]:
    pages = [get(web, "page", params={"page": number}).json() for number in (1, 2, 3)]
    assert [(page["page"], page["pages"], page["total"]) for page in pages] == [(1, 3, 10), (2, 3, 10), (3, 3, 10)]
    assert get(web, "page", params={"page": 4}).json()["items"] == []
    return [document for page in pages for document in page["items"]]


def by_offset(web: Web) -> list[dict[str, Any]]:
    pages = [get(web, "offset", params={"offset": offset, "limit": 6}).json() for offset in (0, 6)]
    assert [page["total"] for page in pages] == [10, 10]
    return [document for page in pages for document in page["items"]]


def by_cursor(web: Web) -> list[dict[str, Any]]:
    page = get(web, "cursor").json()
    documents = page["items"]
    while page["next_cursor"]:
        page = get(web, "cursor", params={"cursor": page["next_cursor"]}).json()
        documents += page["items"]
    return list(documents)


def by_link(web: Web) -> list[dict[str, Any]]:
    answer = get(web, "link")
    documents = answer.json()
    assert "first" in answer.links
    while "next" in answer.links:
        answer = requests.get(answer.links["next"]["url"], timeout=10)
        documents += answer.json()
    return list(documents)


def by_next(web: Web) -> list[dict[str, Any]]:
    page = get(web, "next").json()
    documents = page["items"]
    while page["next"]:
        page = requests.get(page["next"], timeout=10).json()
        documents += page["items"]
    return list(documents)


def at_once(web: Web) -> list[dict[str, Any]]:
    return list(get(web, "none").json())


@pytest.mark.parametrize("read", [by_page, by_offset, by_cursor, by_link, by_next, at_once])
def test_every_kind_of_paging_gives_all_documents_once(web: Web, read: Callable[[Web], list[dict[str, Any]]]) -> None:
    assert read(web) == DOCUMENTS


@pytest.mark.parametrize("paging", PAGINGS)
def test_what_was_updated_since_is_given_from_that_very_moment(web: Web, paging: str) -> None:
    for since in ("2026-03-08T12:00:00Z", "2026-03-08T13:00:00+01:00", "2026-03-08"):
        body = get(web, paging, params={"updated_since": since}).json()
        assert ids(body if isinstance(body, list) else body["items"]) == [8, 9, 10], since


def test_the_next_address_keeps_what_was_asked(web: Web) -> None:
    asked = {"updated_since": "2026-03-03T13:00:00+01:00", "page_size": "5"}
    page = get(web, "next", params=asked).json()
    assert ids(page["items"]) == [3, 4, 5, 6, 7]
    last = requests.get(page["next"], timeout=10).json()
    assert ids(last["items"]) == [8, 9, 10]
    assert last["next"] is None


@pytest.mark.parametrize(
    ("paging", "query"),
    [(paging, {"page_size": size}) for paging in ("page", "cursor", "link", "next") for size in ("0", "-1", "x", "")]
    + [("offset", {"limit": "0"}), ("offset", {"limit": "1.5"}), ("offset", {"offset": "-1"})]
    + [("page", {"page": "0"}), ("cursor", {"cursor": "?"}), ("cursor", {"cursor": "bm8="})]
    + [("none", {"updated_since": "yesterday"})],
)
def test_a_parameter_without_a_meaning_is_a_bad_request(web: Web, paging: str, query: dict[str, str]) -> None:
    answer = get(web, paging, params=query)
    assert answer.status_code == 400
    assert next(iter(query)) in answer.json()["error"]


def test_a_request_for_too_much_gets_less_and_is_not_told() -> None:
    collection = Collection(DOCUMENTS, paging="page", auth="none", largest_page=3, items_key="data")
    with serve_web({"few": collection}) as web:
        assert ids(get(web, "few", params={"page_size": 1000}).json()["data"]) == [1, 2, 3]


def test_documents_may_change_between_requests() -> None:
    with serve_web({"some": Collection(DOCUMENTS, paging="none", auth="none")}) as web:
        web.collections["some"].documents = DOCUMENTS[:2]
        assert ids(get(web, "some").json()) == [1, 2]
        assert get(web, "other").status_code == 404


def test_a_client_gets_a_token_by_form_and_by_basic(web: Web) -> None:
    quoted = quote(web.client_secret, safe="")
    by_form = token(web)
    by_basic = requests.post(
        web.token_url, {"grant_type": "client_credentials"}, auth=(web.client_id, quoted), timeout=10
    )
    for answer in (by_form, by_basic):
        granted = answer.json()
        assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 3600)
        assert get(web, "by_oauth2", **bearer(granted["access_token"])).status_code == 200


def test_nobody_gets_a_token_with_the_wrong_secret_or_grant(web: Web) -> None:
    for form in ({"client_secret": "wrong"}, {"client_id": "other"}, {"client_secret": ""}):
        refused = token(web, **form)
        assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
    assert token(web, grant_type="password").json() == {"error": "unsupported_grant_type"}
    assert token(web, grant_type="password").status_code == 400


def test_without_the_right_credentials_nothing_is_handed_out(web: Web) -> None:
    wrong: list[dict[str, Any]] = [
        {},
        bearer("made up"),
        {"headers": {"Authorization": "Bearer"}},
        {"headers": {"Authorization": "Basic !"}},
        {"headers": {"X-Api-Key": "wrong"}},
        {"auth": (web.user, "wrong")},
        {"auth": ("other", web.password)},
    ]
    for name in ("by_oauth2", "by_api_key", "by_basic"):
        for given in wrong:
            answer = get(web, name, **given)
            assert answer.status_code == 401, (name, given)
            assert "Zo" not in answer.text
    assert get(web, "by_oauth2").headers["WWW-Authenticate"].startswith("Bearer")


def test_an_api_key_and_a_password_open_their_collections_alone(web: Web) -> None:
    key = {"headers": {"X-Api-Key": web.api_key}}
    login = {"auth": (web.user, web.password)}
    assert get(web, "by_api_key", **key).status_code == 200
    assert get(web, "by_basic", **login).status_code == 200
    assert get(web, "by_basic", **key).status_code == 401
    assert get(web, "by_oauth2", **login).status_code == 401


def test_a_token_expires_and_can_be_revoked() -> None:
    with serve_web({"some": Collection(DOCUMENTS)}, token_lifetime=0.3) as web:
        short = bearer(token(web).json()["access_token"])
        assert get(web, "some", **short).status_code == 200
        time.sleep(0.35)
        assert get(web, "some", **short).status_code == 401
        web.tokens.lifetime = 3600
        long = bearer(token(web).json()["access_token"])
        assert get(web, "some", **long).status_code == 200
        web.revoke_tokens()
        assert get(web, "some", **long).status_code == 401
        assert get(web, "some", **bearer(token(web).json()["access_token"])).status_code == 200


def test_requests_are_counted_with_the_waits_between_them() -> None:
    with serve_web({"some": Collection(DOCUMENTS, auth="none"), "closed": Collection(DOCUMENTS)}) as web:
        get(web, "some", params={"page_size": 2})
        time.sleep(0.2)
        get(web, "some")
        get(web, "closed")
        assert (web.count(), web.count("/api/some"), web.count(status=401)) == (3, 2, 1)
        assert web.count("/api/some", status=401) == 0
        (wait,) = web.waits("/api/some")
        assert 0.2 <= wait < 2
        assert web.requests[0].query == {"page_size": "2"}


def test_it_can_be_asked_over_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    with serve_web(
        {"link": Collection(DOCUMENTS, paging="link", auth="none", page_size=4)}, ssl_context=context
    ) as web:
        answer = get(web, "link", verify=str(trusted))
        assert answer.links["next"]["url"].startswith(f"https://127.0.0.1:{web.port}/api/link?")
        with pytest.raises(requests.exceptions.SSLError):
            get(web, "link")


def test_no_secret_is_in_its_repr(web: Web) -> None:
    assert not any(secret in repr(web) for secret in (web.client_secret, web.api_key, web.password))
    assert "Zo" not in repr(web)


def test_it_answers_nobody_when_its_context_has_ended() -> None:
    with serve_web({}) as web:
        assert requests.get(web.url, timeout=5).status_code == 404
    with pytest.raises(requests.ConnectionError):
        requests.get(web.url, timeout=5)
