"""Extraction from a REST service that answers in JSON."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.parser import parse as parse_path
from pydantic import AfterValidator, Field, model_validator

from pipelines.source.extract.part import Connected, InClear, Part, Polling, ResourceName, Secret, in_clear


def _is_path(given: str) -> str:
    try:
        parse_path(given)
    except JSONPathError:
        raise ValueError("is no JSONPath: write it as `$.items` or `$['total-count']`") from None
    return given


JsonPath = Annotated[str, Field(pattern=r"^\$"), AfterValidator(_is_path)]
Address = Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$")]
"""Without a query and a user: these may be secrets, and addresses are shown."""

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^([!-~]([ -~]*[!-~])?)?$")]


class OAuth2(Part):
    """OAuth 2.0 client credentials (RFC 6749, section 4.4)."""

    kind: Literal["oauth2"]
    token_url: Address = Field(description="Where tokens are given out; an address without a user or a query.")
    client_id: str = Field(description="The name that the service knows Conjoin by.")
    client_secret: Secret = Field(description="Where its secret is kept.")
    scope: str | None = Field(None, description="What the token is to be valid for, if the service asks.")


class ApiKey(Part):
    """A key in a header or in the query."""

    kind: Literal["api_key"]
    name: HeaderName = Field("X-Api-Key", description="Name of the header or parameter.")
    key: Secret = Field(description="Where the key is kept.")
    place: Literal["header", "query"] = Field("header", alias="in", description="Where the service wants it.")


class Bearer(Part):
    """A token given once."""

    kind: Literal["bearer"]
    token: Secret = Field(description="Where the token is kept.")


class Basic(Part):
    """User and password."""

    kind: Literal["basic"]
    user: str = Field(description="An account that may only read.")
    password: Secret = Field(description="Where its password is kept.")


class NoAuth(Part):
    """An open service."""

    kind: Literal["none"]


class PageNumber(Part):
    """Pages by number."""

    kind: Literal["page"]
    param: str = Field("page", description="Parameter with the page's number.")
    first: int = Field(1, ge=0, description="Number of the first page.")
    size_param: str | None = Field(None, description="Parameter with the rows wanted in a page.")
    size: int = Field(500, ge=1, le=100_000, description="Rows wanted in a page.")
    pages: JsonPath | None = Field(None, description="Where the answer tells the number of pages.")


class Offset(Part):
    """Pages by offset and limit."""

    kind: Literal["offset"]
    param: str = Field("offset", description="Parameter with the number of rows to skip.")
    size_param: str = Field("limit", description="Parameter with the rows wanted in a page.")
    size: int = Field(500, ge=1, le=100_000, description="Rows wanted in a page.")


class CursorPages(Part):
    """Each answer gives what to ask the next page with."""

    kind: Literal["cursor"]
    param: str = Field("cursor", description="Parameter that carries it.")
    path: JsonPath = Field("$.next_cursor", description="Where the answer gives it.")


class LinkHeader(Part):
    """Each answer links to the next page in its `Link` header (RFC 8288)."""

    kind: Literal["link"]


class NextUrl(Part):
    """Each answer holds the address of the next page."""

    kind: Literal["next"]
    path: JsonPath = Field("$.next", description="Where the answer gives it.")


class OnePage(Part):
    """Everything in one answer."""

    kind: Literal["none"]


Auth = Annotated[OAuth2 | ApiKey | Bearer | Basic | NoAuth, Field(discriminator="kind")]
Paging = Annotated[PageNumber | Offset | CursorPages | LinkHeader | NextUrl | OnePage, Field(discriminator="kind")]


class RestResource(Polling):
    """One endpoint; each element of its list is landed whole in the column `document`."""

    path: str = Field(description="Path below `base_url`.")
    params: dict[str, str | int] = Field(default_factory=dict, description="Parameters of every request.")
    data: JsonPath = Field("$", description="Where the answer holds the list of rows.")
    total: JsonPath | None = Field(
        None, description="Where the answer tells how many rows there are in all; fewer received is an error."
    )
    cursor_param: str | None = Field(None, description="Parameter that asks for rows from the last `cursor` on.")

    @model_validator(mode="after")
    def _cursor_is_asked_with(self) -> Self:
        if self.cursor_param and not self.cursor:
            raise ValueError("`cursor_param` needs `cursor`, the expression that gives its value")
        return self


class Rest(Connected):
    """A REST service that answers in JSON, page by page."""

    format: Literal["rest"]
    base_url: Address = Field(description="What every path begins with; an address without a user or a query.")
    auth: Auth = Field(description="How Conjoin proves who it is.")
    paging: Paging = Field(description="How the service divides a list into pages.")
    headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict, description="Headers of every request; no secrets."
    )
    pause_seconds: float = Field(0, ge=0, le=60, description="Pause between requests, for a service's rate limit.")
    credentials_in_clear: InClear = False
    max_pages: int = Field(100_000, ge=1, description="More pages than this are an error of the service.")
    max_answer_megabytes: int = Field(
        100, ge=1, le=2000, description="A larger answer is an error of the service; unpacked, where it came packed."
    )
    max_minutes: int = Field(240, ge=1, description="How long reading the whole source may take.")
    resources: dict[ResourceName, RestResource] = Field(min_length=1, description="Resource: its endpoint.")

    @model_validator(mode="after")
    def _keeps_credentials_secret(self) -> Self:
        if isinstance(self.auth, NoAuth) or self.credentials_in_clear:
            return self
        addresses = {"base_url": self.base_url}
        if isinstance(self.auth, OAuth2):
            addresses["token_url"] = self.auth.token_url
        for name, address in addresses.items():
            parts = urlsplit(address)
            if parts.scheme == "http" and (problem := in_clear(f"the `http://` of `{name}`", parts.hostname)):
                raise ValueError(problem)
        return self
