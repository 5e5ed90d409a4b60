"""A REST service is told who asks and proves who it is; nobody else learns a secret, and no log does."""

from __future__ import annotations

import base64
import logging
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from sample_data.serve.access import Auth
from sample_data.serve.faults import Drop, Fault, Status, TooMany, Truncated
from sample_data.serve.paging import Collection, Paging
from sample_data.serve.web import TOKEN_PATH, Web, serve_web
from tests.pipelines.landing.services import SYSTEM, Answer, Asked, declared, documents, home, land_one, refusal, told

SECRET = {"env": "TEST_REST_SECRET"}
PEOPLE = [{"id": number, "name": "Aino Karhu"} for number in range(1, 13)]


def people(auth: Auth = "oauth2", page_size: int = 4) -> dict[str, Collection]:
    return {"people": Collection(PEOPLE, paging="next", auth=auth, page_size=page_size)}


def oauth2(web: Web, monkeypatch: pytest.MonkeyPatch, secret: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the declaration of the one client that a server knows, once its secret is where that says."""
    monkeypatch.setenv(SECRET["env"], web.client_secret if secret is None else secret)
    return {"kind": "oauth2", "token_url": web.token_url, "client_id": web.client_id, "client_secret": SECRET} | more


@pytest.mark.parametrize("auth", ["api_key", "basic", "none"])
def test_whoever_may_ask_gets_every_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, auth: Auth) -> None:
    at = home(tmp_path)
    with serve_web(people(auth)) as web:
        monkeypatch.setenv(SECRET["env"], web.api_key if auth == "api_key" else web.password)
        ways: dict[str, dict[str, Any]] = {
            "api_key": {"kind": "api_key", "key": SECRET},
            "basic": {"kind": "basic", "user": web.user, "password": SECRET},
            "none": {"kind": "none"},
        }
        how = ways[auth]
        assert documents(at, land_one(declared(web.url, "next", auth=how), at)) == PEOPLE
        if auth != "none":
            monkeypatch.setenv(SECRET["env"], "another")
            text = refusal(declared(web.url, "next", auth=how), at)
            assert text.endswith("answered with status 401; correct the source's credentials.")


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        ({"kind": "api_key", "key": SECRET, "name": "X-Mine"}, {"x-mine": "s3cret é&="}),
        ({"kind": "api_key", "key": SECRET, "name": "key", "in": "query"}, {"?key": "s3cret é&="}),
        ({"kind": "bearer", "token": SECRET}, {"authorization": "Bearer s3cret é&="}),
        ({"kind": "basic", "user": "zoë", "password": SECRET},
         {"authorization": "Basic " + base64.b64encode("zoë:s3cret é&=".encode()).decode()}),
    ],
)  # fmt: skip
def test_a_secret_is_sent_with_every_page_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, auth: dict[str, Any], sent: dict[str, str]
) -> None:
    def answer(asked: Asked) -> Answer:
        return Answer({"items": [{}], "next": None if "p" in asked.query else "?p=2"})

    monkeypatch.setenv(SECRET["env"], "s3cret é&=")
    with told(answer) as service:
        land_one(declared(service.url, "next", auth=auth), home(tmp_path))
        assert len(service.asked) == 2
        for one in service.asked:
            assert sent.items() <= (one.headers | {f"?{name}": value for name, value in one.query.items()}).items()


@pytest.mark.parametrize("secret", ["two\nlines", "李"])
def test_a_secret_that_no_header_can_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv(SECRET["env"], secret)
    with told(lambda _: Answer([])) as service:
        text = refusal(declared(service.url, auth={"kind": "bearer", "token": SECRET}), home(tmp_path))
        assert service.asked == []
    assert "leads to a request that cannot be sent; correct the source's credentials" in text
    assert secret not in text


def test_one_token_does_for_many_pages_and_resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_web(people() | {"cases": Collection(PEOPLE, paging="next")}) as web:
        spec = declared(web.url, "next", auth=oauth2(web, monkeypatch))
        cases = spec.resources["people"].model_copy(update={"path": "/api/cases"})
        load = land_one(spec.model_copy(update={"resources": spec.resources | {"cases": cases}}), home(tmp_path))
        assert (web.count(TOKEN_PATH), web.count(status=401)) == (1, 0)
    assert load.rows == {"people": 12, "cases": 12}


@pytest.mark.parametrize("skew", [timedelta(days=-400), timedelta(days=400)])
def test_a_token_is_renewed_before_it_ends_whatever_the_service_s_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, skew: timedelta
) -> None:
    at = home(tmp_path)
    with serve_web(people(), token_lifetime=2) as web:
        web.faults.clock_skew = skew
        spec = declared(web.url, "next", auth=oauth2(web, monkeypatch), pause_seconds=1.0)
        assert documents(at, land_one(spec, at)) == PEOPLE
        assert (web.count(TOKEN_PATH), web.count(status=401)) == (2, 0)


def test_a_token_that_is_revoked_between_two_pages_is_renewed_and_no_row_is_lost_or_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = home(tmp_path)
    with serve_web(people(page_size=1)) as web:
        good = web.tokens.good
        shown: list[str] = []

        def good_until_the_fifth(token: str) -> bool:
            shown.append(token)
            if len(shown) == 5:
                web.revoke_tokens()
            return good(token)

        monkeypatch.setattr(web.tokens, "good", good_until_the_fifth)
        assert documents(at, land_one(declared(web.url, "next", auth=oauth2(web, monkeypatch)), at)) == PEOPLE
        assert (web.count(TOKEN_PATH), web.count(status=401)) == (2, 1)


def test_a_token_that_ends_while_the_service_has_us_wait_is_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = home(tmp_path)
    with serve_web(people(), token_lifetime=1) as web:
        web.faults.plan(TooMany(2), nth=2)
        assert documents(at, land_one(declared(web.url, "next", auth=oauth2(web, monkeypatch)), at)) == PEOPLE
        assert web.count(status=401) >= 1


def test_a_token_that_is_never_taken_is_renewed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_web(people()) as web, serve_web(people()) as other:
        spec = declared(web.url, "next", auth=oauth2(other, monkeypatch))
        text = refusal(spec, home(tmp_path))
        assert (web.count(), other.count()) == (2, 2)
    assert text == f"{SYSTEM}: {web.url}/api/people answered with status 401; correct the source's credentials."


def test_a_wrong_client_secret_ends_in_one_sentence_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_web(people()) as web:
        text = refusal(declared(web.url, "next", auth=oauth2(web, monkeypatch, "wrong")), home(tmp_path))
        assert web.count() == 1
    assert text == (
        f"{SYSTEM}: {web.token_url} gives no token (status 401); correct `token_url`, `client_id` or its secret."
    )


@pytest.mark.parametrize("fault", [Status(500), TooMany(1), Drop(), Truncated()], ids=str)
def test_a_token_is_asked_for_again_where_that_may_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    at = home(tmp_path)
    with serve_web(people()) as web:
        web.faults.plan(fault, at="token")
        assert documents(at, land_one(declared(web.url, "next", auth=oauth2(web, monkeypatch)), at)) == PEOPLE
        assert web.waits(TOKEN_PATH)[0] > 0.45


def test_a_token_server_that_stays_away_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_web(people()) as web:
        web.faults.plan(Drop(), at="token", times=2)
        text = refusal(declared(web.url, "next", auth=oauth2(web, monkeypatch), retries=1), home(tmp_path))
    assert f"{web.token_url} could not be reached or broke off" in text


def test_the_scope_and_an_awkward_secret_arrive_as_the_standard_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve_web(people(), client_id="con:join", client_secret="s:e cret+ü%41") as web:  # noqa: S106  # a test's own
        spec = declared(web.url, "next", auth=oauth2(web, monkeypatch))
        assert land_one(spec, home(tmp_path)).rows == {"people": 12}

        def answer(asked: Asked) -> Answer:
            return Answer({"access_token": "good"} if asked.method == "POST" else [])

        with told(answer) as service:
            auth = oauth2(web, monkeypatch, token_url=f"{service.url}/token", scope="read:all more")
            land_one(declared(service.url, auth=auth), home(tmp_path / "other"))
            first, then = service.asked
    assert first.body == "grant_type=client_credentials&scope=read%3Aall+more"
    assert then.headers["authorization"] == "Bearer good"


@pytest.mark.parametrize(
    "given",
    [[], "token", {}, {"access_token": None}, {"access_token": ["x"]}, {"access_token": ""}, 7, None,
     {"access_token": "x", "expires_in": "soon"}, {"access_token": "x", "expires_in": [1]}],
)  # fmt: skip
def test_an_answer_without_a_token_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: object) -> None:
    monkeypatch.setenv(SECRET["env"], "s3cret")
    with told(lambda _: Answer(given)) as service:
        auth = {"kind": "oauth2", "token_url": f"{service.url}/token", "client_id": "x", "client_secret": SECRET}
        text = refusal(declared(service.url, auth=auth), home(tmp_path))
    assert text == f"{SYSTEM}: {service.url}/token gives no token; correct `token_url`, or ask who runs the service."


# Nobody else learns a secret.


@pytest.mark.parametrize("auth", ["oauth2", "api_key"])
@pytest.mark.parametrize("paging", ["next", "link"])
def test_another_host_gets_neither_a_request_nor_the_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, auth: Auth, paging: Paging
) -> None:
    with (
        told(lambda _: Answer([])) as other,
        serve_web({"people": Collection(PEOPLE, paging=paging, auth=auth)}) as web,
    ):
        web.faults.foreign_next = f"{other.url}/api/people?cursor=2"
        how = oauth2(web, monkeypatch)
        if auth == "api_key":
            monkeypatch.setenv(SECRET["env"], web.api_key)
            how = {"kind": "api_key", "key": SECRET}
        text = refusal(declared(web.url, paging, auth=how), home(tmp_path))
        assert other.asked == []
    assert text.startswith(f"{SYSTEM}: {web.url} leads to a page on another host; ")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("at", ["/token", "/api/people"])
def test_no_redirection_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, at: str) -> None:
    monkeypatch.setenv(SECRET["env"], "s3cret")
    with told(lambda _: Answer([])) as other:

        def answer(asked: Asked) -> Answer:
            if asked.path == at:
                return Answer(status=status, headers={"Location": f"{other.url}{at}"})
            return Answer({"access_token": "good"})

        with told(answer) as service:
            auth = {"kind": "oauth2", "token_url": f"{service.url}/token", "client_id": "x", "client_secret": SECRET}
            text = refusal(declared(service.url, auth=auth), home(tmp_path))
        assert other.asked == []
    assert f"status {status}" in text


def everything_under(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_secret_token_query_or_document_is_in_a_log_an_error_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    at = home(tmp_path)
    caplog.set_level(logging.DEBUG)
    for name in (
        "urllib3",
        "urllib3.connection",
        "urllib3.connectionpool",
        "requests",
        "charset_normalizer",
        "tenacity",
    ):
        caplog.set_level(logging.DEBUG, name)
    monkeypatch.setenv(SECRET["env"], "k3y-in-a-query")
    tokens: list[str] = []
    with serve_web(people()) as web, told(lambda _: Answer([], headers={"Broken": "a\r\nno header"})) as service:
        issue = web.tokens.issue

        def noted() -> str:
            tokens.append(issue())
            return tokens[-1]

        monkeypatch.setattr(web.tokens, "issue", noted)
        land_one(declared(service.url, auth={"kind": "api_key", "key": SECRET, "name": "k", "in": "query"}), at)
        spec = declared(web.url, "next", auth=oauth2(web, monkeypatch), params={"status": "l1ve"}, retries=1)
        web.faults.plan(Status(503), nth=2)
        load = land_one(spec, at)
        for fault in (Status(500), Drop(), Truncated(), Status(403)):
            web.faults.plan(fault, nth=2, times=2)
            refusal(spec, at)
            web.faults.clear()
        written = everything_under(at.home)
    captured = capfd.readouterr()
    said = f"{caplog.text}{captured.out}{captured.err}".encode()
    assert load.rows == {"people": 12}
    assert tokens
    for secret in (*tokens, web.client_secret, "k3y-in-a-query", "l1ve", "cursor="):
        assert secret.encode() not in said
        assert secret.encode() not in written
    assert b"Aino" not in said
    logging.getLogger("urllib3.connectionpool").warning("it may speak again")
    assert "it may speak again" in caplog.text


# The service proves who it is.


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Web]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serve_web(people(), ssl_context=context) as web:
        yield web


def certificates(authority: trustme.CA, path: Path) -> Path:
    authority.cert_pem.write_to_path(path)
    return path


def test_a_service_is_trusted_by_the_certificates_that_are_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, secure: Web
) -> None:
    at = home(tmp_path)
    file = certificates(authority, tmp_path / "ca.pem")
    assert documents(
        at, land_one(declared(secure.url, "next", auth=oauth2(secure, monkeypatch), ca_file=file), at)
    ) == PEOPLE  # fmt: skip


@pytest.mark.parametrize("trusted", ["nobody", "another"])
def test_a_service_that_does_not_prove_who_it_is_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, secure: Web, trusted: str
) -> None:
    right = str(certificates(authority, tmp_path / "right.pem"))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, right)
    file = certificates(trustme.CA(), tmp_path / "ca.pem") if trusted == "another" else None
    spec = declared(secure.url, "next", auth=oauth2(secure, monkeypatch), ca_file=file, retries=10)
    text = refusal(spec, home(tmp_path))
    assert text == (
        f"{SYSTEM}: {secure.token_url} does not prove who it is; "
        "name the certificates to trust in `ca_file`, or ask who runs the service."
    )
    assert secure.count() == 0


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_certificates_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    text = refusal(declared("https://127.0.0.1", ca_file=file), home(tmp_path))
    assert text == f"{SYSTEM}: `ca_file` {file} holds no certificates; correct the path."


def test_neither_a_proxy_nor_a_netrc_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password wrong\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    with told(lambda _: Answer(status=502)) as proxy, told(lambda _: Answer([{}])) as service:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert land_one(declared(service.url), home(tmp_path)).rows == {"people": 1}
        assert proxy.asked == []
        assert "authorization" not in service.asked[0].headers


def test_asking_a_service_leaves_neither_a_file_nor_a_thread_and_calls_nobody_else(tmp_path: Path) -> None:
    script = (
        "import socket, sys, threading\n"
        "from pathlib import Path\n"
        "from tests.pipelines.landing.services import declared, home, land_one\n"
        "called = []\n"
        "sys.addaudithook(lambda event, args: called.append(args[1]) if event == 'socket.connect' else None)\n"
        "load = land_one(declared(sys.argv[1]), home(Path(sys.argv[2])))\n"
        "print(load.rows, {address[0] + ':' + str(address[1]) for address in called}, threading.active_count())\n"
    )
    account = tmp_path / "account"
    account.mkdir()
    with told(lambda _: Answer([{}])) as service:
        done = subprocess.run(
            [sys.executable, "-c", script, service.url, str(tmp_path)],
            env={"HOME": str(account), "PATH": os.environ["PATH"]},
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    address = service.url.removeprefix("http://")
    assert done.stdout == f"{{'people': 1}} {{'{address}'}} 1\n"
    assert list(account.iterdir()) == []
