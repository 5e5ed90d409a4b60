"""Extraction from REST services through dlt's client: tokens, pages, rate limits and retries.

What a service says about itself is checked: pages that repeat, a list that is missing, fewer rows than it counts. An
error names the address without its query, and never the answer.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
import requests
from jsonpath_ng.parser import parse as parse_path
from requests.auth import AuthBase

from pipelines.errors import SourceError, raise_if_storage
from pipelines.landing.spec.rest import (
    ApiKey,
    Basic,
    Bearer,
    CursorPages,
    LinkHeader,
    NextUrl,
    OAuth2,
    Offset,
    OnePage,
    PageNumber,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dlt.sources.helpers.rest_client.client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import BasePaginator
    from requests import PreparedRequest, Response

    from pipelines.landing.extraction import Extraction
    from pipelines.landing.spec import Rest
    from pipelines.landing.spec.rest import Paging, RestResource

ROWS_AT_ONCE = 5_000
DOCUMENTS = pa.schema([("_row", pa.int64()), ("document", pa.json_(pa.string()))])
LONGEST_WAIT = 300
"""Seconds: a service that asks to wait longer (`Retry-After`) is asked again after this."""

UNAUTHORISED = 401


def extract_rest(extraction: Extraction, spec: Rest, since: Mapping[str, str]) -> dict[str, int]:
    """Write every resource of the service as Parquet and return the number of rows of each.

    Raises:
        SourceError: the service cannot be reached, refuses, or gives what its YAML does not lead one to expect.
    """
    service = _Service(extraction, spec)
    return {name: _read(extraction, service, name, since.get(name)) for name in spec.resources}


class _Service:
    """A connection to the service, with its credentials."""

    def __init__(self, extraction: Extraction, spec: Rest) -> None:
        # Only sources that use it pay for it.
        from dlt.sources.helpers.requests import Client  # noqa: PLC0415
        from dlt.sources.helpers.rest_client.client import RESTClient  # noqa: PLC0415

        self.extraction, self.spec = extraction, spec
        retrying = Client(
            request_timeout=spec.timeout_seconds,
            raise_for_status=False,
            request_max_attempts=spec.retries + 1,
            request_backoff_factor=0.5,
            request_max_retry_delay=LONGEST_WAIT,
            # Half an answer is worth another try as much as none.
            exceptions=(requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError),
            retry_condition=_is_half,
        )
        self.session = retrying.session
        self.session.verify = str(spec.ca_file) if spec.ca_file else True
        self.session.trust_env = False  # no .netrc, and no bundle of certificates that nobody declared
        self.client: RESTClient = RESTClient(
            spec.base_url, headers=spec.headers, auth=_SameHost(self, self._auth()), session=self.session
        )

    def _auth(self) -> AuthBase | None:
        from dlt.sources.helpers.rest_client import auth as known  # noqa: PLC0415

        system = self.extraction.system
        match self.spec.auth:
            case OAuth2() as auth:
                return _Token(self, auth)
            case ApiKey() as auth:
                return known.APIKeyAuth(name=auth.name, api_key=auth.key.read(system), location=auth.place)
            case Bearer() as auth:
                return known.BearerTokenAuth(token=auth.token.read(system))
            case Basic() as auth:
                return known.HttpBasicAuth(auth.user, auth.password.read(system))
            case _:
                return None

    def error(self, address: str, problem: str, remedy: str) -> SourceError:
        """Return the error that an address of the service fails, without its query."""
        parts = urlsplit(address)
        return self.extraction.error(f"{parts.scheme}://{parts.netloc}{parts.path}", problem, remedy)

    def refused(self, response: Response) -> SourceError:
        """Return the error that the service answered with a status that is none of success."""
        remedies = {
            401: "correct the source's credentials",
            403: "have the account granted access",
            404: "correct `base_url` or the resource's `path`",
            429: "ask less often with `pause_seconds`, or run again later",
        }
        remedy = remedies.get(response.status_code, "ask who runs the service, and run again")
        return self.error(response.url, f"answered with status {response.status_code}", remedy)


class _SameHost(AuthBase):
    """Lends the credentials to the declared host alone, wherever a page says that the next one is."""

    def __init__(self, service: _Service, inner: AuthBase | None) -> None:
        self.service, self.inner = service, inner

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        asked, declared = urlsplit(str(request.url)), urlsplit(self.service.spec.base_url)
        if (asked.scheme, asked.netloc) != (declared.scheme, declared.netloc):
            raise self.service.error(
                self.service.spec.base_url, "leads to a page on another host", "correct `base_url`, or ask who runs it"
            )
        return self.inner(request) if self.inner else request


class _Token(AuthBase):
    """An OAuth 2.0 token, renewed when it ends or when the service no longer takes it, whatever our clocks say."""

    def __init__(self, service: _Service, spec: OAuth2) -> None:
        self.service, self.spec = service, spec
        self.secret = spec.client_secret.read(service.extraction.system)
        self.token: str | None = None
        self.ends_at = 0.0

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self.token is None or time.monotonic() >= self.ends_at:
            self.renew()
        request.headers["Authorization"] = f"Bearer {self.token}"
        request.register_hook("response", self._again_if_ended)
        return request

    def renew(self) -> None:
        """Ask for a new token."""
        asked = {"grant_type": "client_credentials"} | ({"scope": self.spec.scope} if self.spec.scope else {})
        try:
            answer = self.service.session.post(self.spec.token_url, data=asked, auth=(self.spec.client_id, self.secret))
        except requests.RequestException as error:
            raise _unreachable(self.service, self.spec.token_url, error) from None
        if not answer.ok:
            problem = f"gives no token (status {answer.status_code})"
            raise self.service.error(self.spec.token_url, problem, "correct `client_id` or its secret")
        try:
            given = answer.json()
            self.token = str(given["access_token"])
            lifetime = float(given.get("expires_in", 300))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self.service.error(
                self.spec.token_url, "gives no token", "correct `token_url`, or ask who runs it"
            ) from None
        # Renewed a little early; by our own clock alone, since the server's may differ.
        self.ends_at = time.monotonic() + max(1.0, lifetime * 0.9)

    def _again_if_ended(self, response: Response, **kwargs: Any) -> Response:  # what requests passes on
        if response.status_code != UNAUTHORISED or getattr(response.request, "conjoin_again", False):
            return response
        response.close()
        self.renew()
        request = response.request.copy()
        request.headers["Authorization"] = f"Bearer {self.token}"
        request.conjoin_again = True  # type: ignore[attr-defined]  # once, or a wrong scope would go on for ever
        kwargs.pop("auth", None)
        again: Response = self.service.session.send(request, **kwargs)  # type: ignore[no-untyped-call]
        again.history.append(response)
        return again


def _is_half(response: Response | None, _: BaseException | None) -> bool:
    """Tell whether an answer that claims success holds no whole JSON document."""
    if response is None or not response.ok:
        return False
    try:
        response.json()
    except ValueError:
        return True
    return False


def _unreachable(service: _Service, address: str, error: requests.RequestException) -> SourceError:
    match error:
        case requests.exceptions.SSLError():
            problem = "does not prove who it is"
            return service.error(address, problem, "name the certificates to trust in `ca_file`, or ask who runs it")
        case requests.Timeout():
            problem = f"did not answer within {service.spec.timeout_seconds} s"
        case _:
            problem = "could not be reached or broke off"
    return service.error(address, problem, "check that the service is up and run again")


def _read(extraction: Extraction, service: _Service, name: str, since: str | None) -> int:
    reading = _Reading(service, name, service.spec.resources[name], since)
    extraction.con.register("rest_row", pa.RecordBatchReader.from_batches(DOCUMENTS, reading.batches()))
    try:
        written = extraction.write(name, "FROM rest_row")
    except (duckdb.Error, SourceError) as error:
        if reading.fault:
            raise reading.fault from None
        raise_if_storage(error)
        raise reading.error("gave what cannot be landed", "ask who runs the service") from None
    finally:
        extraction.con.unregister("rest_row")
    extraction.reject(reading.refused)
    return written


@dataclass
class _Reading:
    """The documents of one endpoint, page by page.

    Attributes:
        service: the service.
        name: the resource.
        resource: what its YAML says.
        since: what `cursor_param` asks from.
        refused: receives the elements that are no documents.
        fault: the error that ended it; DuckDB, which pulls the batches, turns it into one of its own.
    """

    service: _Service
    name: str
    resource: RestResource
    since: str | None
    refused: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    fault: SourceError | None = None
    _total: int | None = None
    _last_page: bytes | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the documents in the shape of `DOCUMENTS`.

        Raises:
            SourceError: also kept in `fault`.
        """
        numbered = enumerate(self._elements(), start=1)
        try:
            while several := list(islice(numbered, ROWS_AT_ONCE)):
                texts = [
                    (ordinal, json.dumps(one, ensure_ascii=False), isinstance(one, dict)) for ordinal, one in several
                ]
                self.refused += [
                    (
                        self.name,
                        ordinal,
                        "malformed_json",
                        f"{self.name} element {ordinal} is not a JSON document",
                        text,
                    )
                    for ordinal, text, whole in texts
                    if not whole
                ]
                documents = pa.array([text for _, text, whole in texts if whole], pa.string())
                ordinals = pa.array([ordinal for ordinal, _, whole in texts if whole], pa.int64())
                yield pa.record_batch([ordinals, documents.cast(pa.json_(pa.string()))], schema=DOCUMENTS)
        except SourceError as error:
            self.fault = error
            raise
        except requests.RequestException as error:
            self.fault = _unreachable(self.service, self._address(), error)
            raise self.fault from None

    def error(self, problem: str, remedy: str) -> SourceError:
        """Return the error that the endpoint fails."""
        return self.service.error(self._address(), problem, remedy)

    def _address(self) -> str:
        return f"{self.service.spec.base_url.rstrip('/')}/{self.resource.path.lstrip('/')}"

    def _elements(self) -> Iterator[Any]:
        spec, resource = self.service.spec, self.resource
        params: dict[str, Any] = {**_size(spec.paging), **resource.params}
        if self.since is not None and resource.cursor_param:
            params[resource.cursor_param] = self.since
        pages = self.service.client.paginate(
            resource.path,
            params=params,
            paginator=_paginator(spec.paging, resource),
            data_selector=resource.data,
            hooks={"response": [self._check]},
            allow_redirects=False,
        )
        count = 0
        for number, page in enumerate(pages, start=1):
            if number > spec.max_pages:
                raise self.error(f"gives more than {spec.max_pages:,} pages", "correct `paging`, or raise `max_pages`")
            count += len(page)
            yield from page
            if spec.pause_seconds:
                time.sleep(spec.pause_seconds)
        if self._total is not None and count < self._total:
            raise self.error(f"gave {count:,} of the {self._total:,} rows it counts", "run again, or correct `paging`")

    def _check(self, response: Response, *_: Any, **__: Any) -> None:  # what requests passes on
        """Raise unless the answer is a page that goes on from the one before."""
        if response.status_code >= 300:  # noqa: PLR2004  # a redirection would take the credentials elsewhere
            raise self.service.refused(response)
        try:
            answer = response.json()
        except ValueError:
            raise self.error("gave half a page, or none in JSON", "run again, or ask who runs the service") from None
        found = parse_path(self.resource.data).find(answer)
        if len(found) != 1 or not isinstance(found[0].value, list):
            raise self.error(f"holds no list at `{self.resource.data}`", "correct the resource's `data`")
        if found[0].value and response.content == self._last_page:
            raise self.error("gives the same page again", "correct `paging`")
        self._last_page = response.content
        if self.resource.total:
            totals = [one.value for one in parse_path(self.resource.total).find(answer)]
            if len(totals) != 1 or not isinstance(totals[0], int):
                raise self.error(f"holds no number at `{self.resource.total}`", "correct the resource's `total`")
            self._total = totals[0]


def _size(paging: Paging) -> dict[str, int]:
    return {paging.size_param: paging.size} if isinstance(paging, PageNumber) and paging.size_param else {}


def _paginator(paging: Paging, resource: RestResource) -> BasePaginator:
    from dlt.sources.helpers.rest_client import paginators as known  # noqa: PLC0415

    match paging:
        case PageNumber():
            return known.PageNumberPaginator(
                base_page=paging.first, page=paging.first, page_param=paging.param, total_path=paging.pages
            )
        case Offset():
            return known.OffsetPaginator(
                limit=paging.size, offset_param=paging.param, limit_param=paging.size_param, total_path=resource.total
            )
        case CursorPages():
            return known.JSONResponseCursorPaginator(cursor_path=paging.path, cursor_param=paging.param)
        case LinkHeader():
            return known.HeaderLinkPaginator()
        case NextUrl():
            return known.JSONLinkPaginator(next_url_path=paging.path)
        case OnePage():
            return known.SinglePagePaginator()
