"""How a collection is cut into pages: what a request asks for, and the body and the link that answer it."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sample_data.serve.access import Auth
from sample_data.serve.faults import Faults

Document = Mapping[str, Any]
Paging = Literal["page", "offset", "cursor", "link", "next", "none"]
"""How the next page is found: its number, how many documents to skip, an opaque cursor, a `Link` header (RFC 8288), an
address in the body; or there is one page that holds everything."""

Query = Mapping[str, str]


class BadRequestError(ValueError):
    """What was asked for makes no sense; the sentence says why."""


@dataclass
class Collection:
    """Documents under one address; everything may be changed between two requests.

    Attributes:
        documents: in the order in which they are handed out.
        paging: how they are cut into pages.
        auth: who may have them.
        updated_field: dotted path of the ISO date or time that `updated_since` looks at; without it, all are handed
            out whatever is asked. A document without one is left out.
        page_size: documents on a page if the request does not say.
        largest_page: a request for more gets this many, without a notice.
        items_key: where a body that is an object holds the documents.
    """

    documents: Sequence[Document]
    paging: Paging = "cursor"
    auth: Auth = "oauth2"
    updated_field: str | None = None
    page_size: int = 100
    largest_page: int = 1000
    items_key: str = "items"


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        body: what is sent as JSON.
        next_query: what the request for the next page asks, if there is one and the address says it.
    """

    body: Any
    next_query: Query | None = None


def _positive(query: Query, name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise BadRequestError(f"{name} must be a positive integer")
    return int(text)


def _not_negative(query: Query, name: str) -> int:
    text = query.get(name, "0")
    if not (text.isascii() and text.isdecimal()):
        raise BadRequestError(f"{name} must be an integer, 0 or more")
    return int(text)


def _write_cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"after": offset}).encode()).decode()


def _read_cursor(cursor: str) -> int:
    try:
        return int(json.loads(base64.urlsafe_b64decode(cursor))["after"])
    except (binascii.Error, KeyError, TypeError, ValueError):
        raise BadRequestError("cursor is not one that was handed out here") from None


def _moment(value: object) -> datetime | None:
    """Read an ISO date or time, or return None if it is neither; without an offset it is in UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and not moment.tzinfo else moment


def _updated(document: Document, path: str) -> datetime | None:
    value: object = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return _moment(value)


def _since(collection: Collection, query: Query) -> Sequence[Document]:
    asked, field = query.get("updated_since"), collection.updated_field
    if asked is None or field is None:
        return collection.documents
    since = _moment(asked)
    if since is None:
        raise BadRequestError("updated_since must be an ISO date or time")
    updated = ((document, _updated(document, field)) for document in collection.documents)
    return [document for document, moment in updated if moment and moment >= since]


def cut_page(collection: Collection, query: Query, faults: Faults) -> Page:
    """Cut out the page that a request asks for.

    Args:
        collection: what is asked for.
        query: the request's `updated_since`, and `page` and `page_size`, `offset` and `limit`, or `cursor` and
            `page_size`, by the collection's paging. Links and addresses of next pages are like those by cursor.
        faults: `same_next` and `withheld` are heeded.

    Raises:
        BadRequestError: a parameter has no meaning.
    """
    documents = _since(collection, query)
    total = len(documents)
    if faults.withheld:
        documents = documents[: -faults.withheld]
    if collection.paging == "none":
        return Page(list(documents))
    size_name = "limit" if collection.paging == "offset" else "page_size"
    size = min(_positive(query, size_name, collection.page_size), collection.largest_page)
    match collection.paging:
        case "page":
            number = _positive(query, "page", 1)
            items = list(documents[(number - 1) * size : number * size])
            return Page({collection.items_key: items, "page": number, "pages": -(-total // size), "total": total})
        case "offset":
            start = _not_negative(query, "offset")
            return Page({collection.items_key: list(documents[start : start + size]), "total": total})
        case _:
            return _cut_chained(collection, documents, query, size, same_next=faults.same_next)


def _cut_chained(
    collection: Collection, documents: Sequence[Document], query: Query, size: int, *, same_next: bool
) -> Page:
    """Cut out a page that names the next one."""
    start = _read_cursor(query["cursor"]) if "cursor" in query else 0
    items = list(documents[start : start + size])
    following = start if same_next else start + size
    cursor = _write_cursor(following) if following < len(documents) else None
    next_query = {**query, "cursor": cursor} if cursor else None
    if collection.paging == "link":
        return Page(items, next_query)
    if collection.paging == "next":
        return Page({collection.items_key: items}, next_query)
    return Page({collection.items_key: items, "next_cursor": cursor})
