"""A connection to a REST service: credentials, rate limits and certificates, and what is done about its faults.

An error names the address without its query, and neither it nor a log holds a secret. What the answers mean is told in
`documents.py`.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote_plus, urlsplit

import requests
from requests import exceptions
from requests.auth import AuthBase, HTTPBasicAuth
from tenacity import retry_if_exception, retry_if_result

from linkage_models.words import counted
from pipelines.errors import SourceError
from pipelines.landing.rest.answer import (
    OK,
    Answer,
    SlowError,
    answer_may_pass,
    error_may_pass,
    read_json,
    wait_asked_for,
    within,
)
from pipelines.landing.retry import FIRST_WAIT, trying_again
from pipelines.source.extract.rest import ApiKey, Basic, Bearer, OAuth2

if TYPE_CHECKING:
    from requests import PreparedRequest, Request

    from pipelines.landing.extraction import Extraction
    from pipelines.source.extract import Rest

TOKEN_LIFETIME = 300
"""Seconds that a token is taken to last if its service does not say; RFC 6749 has no default."""

WHOLE_ANSWER = 10
"""Times `timeout_seconds`, the longest silence, in which an answer must be whole: one that drips has no end."""

AT_ONCE = 65_536
"""Bytes of an answer that are taken over at a time."""

MEGABYTE = 1_000_000
MINUTE = 60

UNAUTHORISED = 401


@contextmanager
def unlogged() -> Iterator[None]:
    """Keep urllib3, which logs addresses with their queries (some as a warning), from logging."""

    def nothing(_: logging.LogRecord) -> bool:
        return False

    loggers = [logging.getLogger(name) for name in ("urllib3.connection", "urllib3.connectionpool")]
    for logger in loggers:
        logger.addFilter(nothing)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(nothing)


class Service:
    """A connection to the service, with its credentials."""

    def __init__(self, extraction: Extraction, spec: Rest) -> None:
        self.extraction, self.spec = extraction, spec
        self.session = requests.Session()
        self.session.trust_env = False  # no .netrc, no proxy, and no bundle of certificates that nobody declared
        self._patiently = trying_again(
            spec.retries,
            retry_if_exception(error_may_pass) | retry_if_result(answer_may_pass),
            first_wait=max(FIRST_WAIT, spec.pause_seconds),
            asked_for=wait_asked_for,
        )
        if spec.ca_file:
            self.session.verify = self._certificates(str(spec.ca_file))
        self.auth = self._auth()
        self._free_at = 0.0
        self.ends_at = time.monotonic() + MINUTE * spec.max_minutes

    def _certificates(self, file: str) -> str:
        try:
            ssl.create_default_context(cafile=file)
        except OSError:
            raise self.extraction.error(f"`ca_file` {file}", "holds no certificates", "correct the path") from None
        return file

    def _auth(self) -> AuthBase | None:
        system = self.extraction.system
        match self.spec.auth:
            case OAuth2() as auth:
                return _Token(self, auth)
            case ApiKey() as auth:
                return _Key(auth.name, auth.key.read(system), auth.place)
            case Bearer() as auth:
                return _Key("Authorization", f"Bearer {auth.token.read(system)}", "header")
            case Basic() as auth:
                return HTTPBasicAuth(auth.user.encode(), auth.password.read(system).encode())
            case _:
                return None

    def ask(self, request: Request) -> Answer:
        """Return the answer to a request for a page, whatever its status; a token that has ended is renewed once.

        Raises:
            SourceError: the request leads to another host, or cannot be sent.
            RequestException: there is no answer.
        """
        request.auth = self.auth
        response = self._at_pace(request)
        if response.status_code == UNAUTHORISED and isinstance(self.auth, _Token):
            self.auth.token = None
            response = self._at_pace(request)
        return response

    def _at_pace(self, request: Request) -> Answer:
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        try:
            return self.send(request, self.spec.base_url)
        finally:
            self._free_at = time.monotonic() + self.spec.pause_seconds

    def send(self, request: Request, declared: str) -> Answer:
        """Send a request, again and again where that may help, and follow no redirection.

        Raises:
            SourceError: it leads to another host than the declared address, or cannot be sent.
            RequestException: there is no answer.
        """
        try:
            prepared = self.session.prepare_request(request)
            # Lest the credentials go wherever a page says that the next one is.
            if _origin(prepared) != _origin(requests.Request("GET", declared).prepare()):
                remedy = "correct `base_url`, or ask who runs the service"
                raise self.error(declared, "leads to a page on another host", remedy)
            answer: Answer = self._patiently(self._answer, prepared, declared)
        except ValueError:  # a next page that is no address; a line end or a letter that no header may hold
            remedy = "correct the source's credentials, `headers` and `params`, or ask who runs the service"
            raise self.error(declared, "leads to a request that cannot be sent", remedy) from None
        return answer

    def _answer(self, prepared: PreparedRequest, declared: str) -> Answer:
        """Send a request once and return its whole answer."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise self._unfinished(declared)
        try:
            return within(
                min(left, WHOLE_ANSWER * self.spec.timeout_seconds), lambda: self._receive(prepared, declared)
            )
        except SlowError:
            if time.monotonic() >= self.ends_at:
                raise self._unfinished(declared) from None
            raise

    def _receive(self, prepared: PreparedRequest, declared: str) -> Answer:
        most, body = self.spec.max_answer_megabytes * MEGABYTE, bytearray()
        timeout = self.spec.timeout_seconds
        with closing(self.session.send(prepared, timeout=timeout, allow_redirects=False, stream=True)) as response:
            for part in response.iter_content(AT_ONCE):
                body += part
                if len(body) > most:
                    problem = f"gives more than {self.spec.max_answer_megabytes:,} MB in one answer"
                    raise self.error(declared, problem, "ask for less at a time, or raise `max_answer_megabytes`")
            return Answer(response.status_code, response.headers, bytes(body), response.url)

    def _unfinished(self, address: str) -> SourceError:
        took = f"has not given everything within {counted(self.spec.max_minutes, 'minute')}"
        return self.error(address, took, "ask who runs the service, or raise `max_minutes`")

    def error(self, address: str, problem: str, remedy: str) -> SourceError:
        """Return the error for an address of the service that fails, without its query."""
        parts = urlsplit(address)
        return self.extraction.error(f"{parts.scheme}://{parts.netloc}{parts.path}", problem, remedy)

    def unreachable(self, address: str, error: requests.RequestException) -> SourceError:
        """Return the error for an address that gave no answer."""
        remedy = "check that the service is up and run again"
        match error:
            case exceptions.SSLError():
                problem = "does not prove who it is"
                remedy = "name the certificates to trust in `ca_file`, or ask who runs the service"
            case SlowError():
                problem = f"did not end its answer within {WHOLE_ANSWER * self.spec.timeout_seconds:,} s"
            case exceptions.Timeout():
                problem = f"did not answer within {self.spec.timeout_seconds} s"
            case _:
                problem = "could not be reached or broke off"
        return self.error(address, problem, remedy)


class _Key(AuthBase):
    """A secret that is sent as it is with every request."""

    def __init__(self, name: str, value: str, place: Literal["header", "query"]) -> None:
        self.name, self.value, self.place = name, value, place

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self.place == "header":
            request.headers[self.name] = self.value
        else:
            request.prepare_url(str(request.url), {self.name: self.value})
        return request


class _Token(AuthBase):
    """An OAuth 2.0 token, renewed a little before it ends, by our own clock, since the service's may differ."""

    def __init__(self, service: Service, spec: OAuth2) -> None:
        self.service, self.spec = service, spec
        # Both are encoded before they are joined (RFC 6749, section 2.3.1).
        secret = spec.client_secret.read(service.extraction.system)
        self.client = HTTPBasicAuth(quote_plus(spec.client_id), quote_plus(secret))
        self.token: str | None = None
        self.ends_at = 0.0

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self.token is None or time.monotonic() >= self.ends_at:
            self._renew()
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def _renew(self) -> None:
        service, address = self.service, self.spec.token_url
        form = {"grant_type": "client_credentials"} | ({"scope": self.spec.scope} if self.spec.scope else {})
        request = requests.Request("POST", address, data=form, auth=self.client)
        try:
            response = service.send(request, address)
        except requests.RequestException as error:
            raise service.unreachable(address, error) from None
        if response.status_code != OK:
            problem = f"gives no token (status {response.status_code})"
            raise service.error(address, problem, "correct `token_url`, `client_id` or its secret")
        try:
            given = read_json(response)
            token, lifetime = given["access_token"], float(given.get("expires_in") or TOKEN_LIFETIME)
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
            token, lifetime = None, 0.0
        if not token or not isinstance(token, str):
            raise service.error(address, "gives no token", "correct `token_url`, or ask who runs the service")
        self.token, self.ends_at = token, time.monotonic() + max(1.0, lifetime * 0.9)


def _origin(request: PreparedRequest) -> tuple[str, str]:
    parts = urlsplit(str(request.url))
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return parts.scheme, parts.netloc.rpartition("@")[2].removesuffix(usual)
