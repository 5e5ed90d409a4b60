"""Extraction from REST services: their pages, one after the other, become documents.

What a service says about itself is checked: a list that is missing, pages that repeat, fewer rows than it counts. No
error holds what it answered. The connection itself is in `service.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pyarrow as pa
import requests
from jsonpath_ng.parser import parse as parse_path

from linkage_models.words import counted
from pipelines.errors import ConjoinError, SourceError, raise_if_storage
from pipelines.landing.rest.answer import OK, Answer, read_json
from pipelines.landing.rest.service import Service, unlogged
from pipelines.source.extract.rest import CursorPages, LinkHeader, NextUrl, Offset, OnePage, PageNumber

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import Request

    from pipelines.landing.extraction import Extraction
    from pipelines.source.extract import Rest
    from pipelines.source.extract.rest import RestResource

DOCUMENTS = pa.schema([("_row", pa.int64()), ("document", pa.json_(pa.string()))])
REMEDIES = {
    400: "correct the resource's `params`, or `paging`",
    401: "correct the source's credentials",
    403: "have the account granted access",
    404: "correct `base_url` or the resource's `path`",
    429: "ask less often with `pause_seconds`, or run again later",
} | dict.fromkeys((301, 302, 303, 307, 308), "correct `base_url`: redirections are not followed")


def extract_rest(extraction: Extraction, spec: Rest, since: Mapping[str, str]) -> dict[str, int]:
    """Write every resource of the service as Parquet and return the number of rows of each.

    Raises:
        SourceError: the service cannot be reached, refuses, or gives what its YAML does not lead one to expect.
    """
    service = Service(extraction, spec)
    with closing(service.session), unlogged():
        return {
            name: _land(_Reading(service, name, resource, since.get(name))) for name, resource in spec.resources.items()
        }


def _land(reading: _Reading) -> int:
    extraction = reading.service.extraction
    try:
        written = extraction.write_rows(reading.name, pa.RecordBatchReader.from_batches(DOCUMENTS, reading.batches()))
    except Exception as error:
        if reading.fault is not None:
            raise reading.told(reading.fault) from None
        raise_if_storage(error)
        raise
    extraction.quarantine(reading.quarantined)
    return written


@dataclass
class _Reading:
    """The documents of one endpoint, page by page.

    Attributes:
        service: the service.
        name: the resource.
        resource: what its YAML says.
        since: what `cursor_param` asks from.
        quarantined: receives the elements that are no documents.
        fault: what ended it; DuckDB, which pulls the batches, makes an error of its own of it.
    """

    service: Service
    name: str
    resource: RestResource
    since: str | None
    quarantined: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    fault: BaseException | None = None

    def __post_init__(self) -> None:
        spec = self.service.spec
        self._address = f"{spec.base_url.rstrip('/')}/{self.resource.path.lstrip('/')}"
        self._count = 0
        self._total: int | None = None
        self._page = b""
        self._followed: set[str] = set()
        self._params: dict[str, Any] = self._first_params()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the documents in the shape of `DOCUMENTS`, page by page: no more than one is ever held."""
        try:
            for first, elements in self._pages():
                texts = [(ordinal, _text(element)) for ordinal, element in enumerate(elements, start=first)]
                self.quarantined += [
                    self._not_a_document(row, elements[row - first]) for row, text in texts if text is None
                ]
                documents = pa.array([text for _, text in texts if text is not None], pa.string())
                ordinals = pa.array([row for row, text in texts if text is not None], pa.int64())
                yield pa.record_batch([ordinals, documents.cast(pa.json_(pa.string()))], schema=DOCUMENTS)
        except GeneratorExit:
            raise
        except requests.RequestException as error:
            self.fault = self.service.unreachable(self._address, error)
            raise
        except BaseException as error:
            self.fault = error
            raise

    def told(self, fault: BaseException) -> BaseException:
        """Return what ended the reading as an error of the source, where the answers brought it about."""
        if isinstance(fault, MemoryError):
            return self._error("gives more than this machine can hold", "ask for less at a time with `paging`")
        if isinstance(fault, ConjoinError | OSError) or not isinstance(fault, Exception):
            return fault
        return self._error(f"gives what cannot be read ({type(fault).__name__})", "ask who runs the service")

    def _not_a_document(self, ordinal: int, element: object) -> tuple[str, int, str, str, str]:
        try:
            # Half a character cannot be written but as JSON escapes it.
            raw = json.dumps(element, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
        except RecursionError:
            raw = ""
        return self.name, ordinal, "malformed_json", f"{self.name} element {ordinal} is not a JSON document", raw

    def _error(self, problem: str, remedy: str) -> SourceError:
        return self.service.error(self._address, problem, remedy)

    def _pages(self) -> Iterator[tuple[int, list[Any]]]:
        """Yield the elements of each page, and the ordinal of the first of them."""
        spec = self.service.spec
        request = requests.Request("GET", self._address, headers=spec.headers, params=self._params)
        for _ in range(spec.max_pages):
            response = self.service.ask(request)
            answer, elements = self._read(response)
            self._count += len(elements)
            yield self._count - len(elements) + 1, elements
            if not self._turn(request, response, answer, last=not elements):
                break
        else:
            raise self._error(
                f"gives more than {counted(spec.max_pages, 'page')}", "correct `paging`, or raise `max_pages`"
            )
        if self._total is not None and self._count < self._total:
            problem = f"gave {self._count:,} of the {counted(self._total, 'row')} it counts"
            raise self._error(problem, "run again, or correct `paging`")

    def _first_params(self) -> dict[str, Any]:
        params: dict[str, Any] = dict(self.resource.params)
        if self.since is not None and self.resource.cursor_param:
            params[self.resource.cursor_param] = self.since
        match self.service.spec.paging:
            case PageNumber() as paging:
                sizes = {paging.size_param: paging.size} if paging.size_param else {}
                params |= {paging.param: paging.first} | sizes
            case Offset() as paging:
                params |= {paging.param: 0, paging.size_param: paging.size}
        return params

    def _read(self, response: Answer) -> tuple[Any, list[Any]]:
        """Return an answer and the elements of the list it holds, once it is known to be a page."""
        if response.status_code != OK:
            remedy = REMEDIES.get(response.status_code, "ask who runs the service, and run again")
            raise self._error(f"answered with status {response.status_code}", remedy)
        try:
            answer = read_json(response)
        except ValueError:
            raise self._error("gave half a page, or none in JSON", "run again, or ask who runs the service") from None
        found = _found(answer, self.resource.data)
        if len(found) != 1 or not isinstance(found[0], list):
            raise self._error(f"holds no list at `{self.resource.data}`", "correct the resource's `data`")
        if self.resource.total:
            self._total = self._number(answer, self.resource.total, "the resource's `total`")
        return answer, found[0]

    def _turn(self, request: Request, response: Answer, answer: object, *, last: bool) -> bool:
        """Have the request ask for the page that follows an answer, and tell whether there is one."""
        following: str | None
        match self.service.spec.paging:
            case PageNumber() as paging:
                self._params[paging.param] += 1
                asked = self._params[paging.param] - paging.first
                pages = self._number(answer, paging.pages, "`pages`") if paging.pages else None
                if last and pages is not None and asked < pages:
                    raise self._error(f"gave nothing on page {asked:,} of {pages:,}", "run again, or correct `paging`")
                return not last and self._is_new(response) and asked != pages
            case Offset() as paging:
                # What was received counts, not what was asked for: a service may give fewer.
                self._params[paging.param] = self._count
                return not last and self._is_new(response) and self._count != self._total
            case CursorPages() as paging:
                following = self._params[paging.param] = self._reference(answer, paging.path)
            case LinkHeader():
                following = self._follow(request, response, _linked(response.headers.get("Link", "")))
            case NextUrl() as paging:
                following = self._follow(request, response, self._reference(answer, paging.path))
            case OnePage():
                following = None
        if following in self._followed:
            raise self._error("names the same next page again", "correct `paging`, or ask who runs the service")
        self._followed |= {following} if following else set()
        return following is not None

    def _is_new(self, response: Answer) -> bool:
        """Raise where the page is the one before; a service that overlooks the parameter gives it for ever."""
        if response.content == self._page:
            raise self._error("gives the same page again", "correct `paging`")
        self._page = response.content
        return True

    def _follow(self, request: Request, response: Answer, following: str | None) -> str | None:
        try:
            # An address brings its own query.
            request.url, request.params = urljoin(response.url, following or ""), {}
        except ValueError:
            raise self._error("names a next page that is no address", "ask who runs the service") from None
        return following

    def _reference(self, answer: object, path: str) -> str | None:
        """Return the reference to the next page; None if there is none."""
        found = _found(answer, path) or [None]
        if found in ([None], [""], [0]):  # 0 is also False
            return None
        if len(found) != 1 or not isinstance(found[0], str | int) or found[0] is True:
            raise self._error(f"holds no text at `{path}`", "correct `paging`")
        return str(found[0])

    def _number(self, answer: object, path: str, name: str) -> int:
        found = _found(answer, path)
        if len(found) != 1 or not isinstance(found[0], int) or isinstance(found[0], bool):
            raise self._error(f"holds no whole number at `{path}`", f"correct {name}")
        return found[0]


@cache
def _path(text: str) -> Any:  # noqa: ANN401  # of a library without types
    return parse_path(text)


def _found(answer: object, path: str) -> list[Any]:
    """Return what an answer holds at a path."""
    return [match.value for match in _path(path).find(answer)]


def _linked(header: str) -> str | None:
    """Return the address that a `Link` header calls the next."""
    for address, parameters in re.findall(r'<([^>]*)>((?:[^<"]|"[^"]*")*)', header):
        for name, quoted, bare in re.findall(r'([^\s=;,"]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]*))', parameters):
            if name.lower() == "rel" and "next" in (quoted or bare).lower().split():
                return str(address)
    return None


def _text(element: object) -> str | None:
    """Return an element as JSON; None if it is no document, or holds what JSON cannot."""
    if not isinstance(element, dict):
        return None
    try:
        text = json.dumps(element, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError):  # no number, a number past all bounds, half a character, no end of depth
        return None
    return text
