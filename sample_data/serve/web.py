"""A real web server on loopback, as an agency's JSON service: tokens, pages, and whatever can be made to go wrong."""

import asyncio
import itertools
import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from sample_data.serve.access import API_KEY_HEADER, Auth, Tokens, client_of, read_basic, same
from sample_data.serve.faults import Drop, Fault, Faults, Place, Slow, Status, TooMany, Truncated, WithoutItems
from sample_data.serve.paging import BadRequestError, Collection, cut_page
from sample_data.serve.processes import HOST, ServerError

TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address
# Requests that still run when the server ends are given up after this many seconds.
_LAST_WORDS = 0.2


@dataclass(frozen=True)
class Request:
    """A request that was answered.

    Attributes:
        method: its HTTP method.
        path: without the query.
        query: what it asked for.
        status: the answer's; a dropped connection has the status it began with.
        began: when it came, in seconds of `time.monotonic()`.
        ended: when its answer was ready to be sent, or was sent in part.
    """

    method: str
    path: str
    query: Mapping[str, str]
    status: int
    began: float
    ended: float


@dataclass
class Web:
    """A web server that runs until its context ends.

    Attributes:
        url: its address, without a slash at the end.
        port: its TCP port.
        client_id: of the one OAuth 2 client it knows.
        client_secret: that client's.
        collections: what it hands out, by name; may be changed at any time.
        faults: what goes wrong; may be changed at any time.
        tokens: those it has handed out.
        api_key: for collections protected by a key.
        user: for collections protected by a name and a password.
        password: that user's.
        requests: those answered so far, in the order of the answers.
    """

    url: str
    port: int
    client_id: str
    client_secret: str = field(repr=False)
    collections: dict[str, Collection] = field(repr=False)
    faults: Faults = field(repr=False)
    tokens: Tokens = field(repr=False)
    api_key: str = field(default_factory=secrets.token_urlsafe, repr=False)
    user: str = "reader"
    password: str = field(default_factory=secrets.token_urlsafe, repr=False)
    requests: list[Request] = field(default_factory=list, repr=False)

    @property
    def token_url(self) -> str:
        """Where tokens are handed out."""
        return self.url + TOKEN_PATH

    def collection_url(self, name: str) -> str:
        """Give a collection's address."""
        return f"{self.url}/api/{name}"

    def revoke_tokens(self) -> None:
        """Let every token that was handed out go, at once."""
        self.tokens.revoke()

    def count(self, path: str | None = None, status: int | None = None) -> int:
        """Count the requests answered so far: all of them, or those of one path or status."""
        return sum(path in {None, seen.path} and status in {None, seen.status} for seen in self.requests)

    def waits(self, path: str) -> list[float]:
        """Give the seconds that passed between each answer of a path and the next request for it."""
        seen = sorted((request for request in self.requests if request.path == path), key=lambda request: request.began)
        return [later.began - earlier.ended for earlier, later in itertools.pairwise(seen)]


@contextmanager
def serve_web(
    collections: Mapping[str, Collection],
    *,
    client_id: str = "conjoin",
    client_secret: str | None = None,
    token_lifetime: float = 3600.0,
    ssl_context: ssl.SSLContext | None = None,
) -> Iterator[Web]:
    """Serve collections of documents on a free port of the loopback address until the context ends.

    `GET /api/{collection}` answers a page of documents, `POST /oauth/token` a token. The server runs in a thread of
    its own.

    Args:
        collections: what is handed out, by name.
        client_id: of the one OAuth 2 client there is.
        client_secret: that client's; a random one where not given.
        token_lifetime: seconds that a token is good for.
        ssl_context: the server's certificate and key; plain HTTP where not given.

    Raises:
        ServerError: it did not start.
    """
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        served = Web(
            url=f"{'https' if ssl_context else 'http'}://{HOST}:{port}",
            port=port,
            client_id=client_id,
            client_secret=client_secret or secrets.token_urlsafe(),
            collections=dict(collections),
            faults=Faults(),
            tokens=Tokens(token_lifetime),
        )
        with _running(served, listener, ssl_context):
            yield served


@contextmanager
def _running(served: Web, listener: socket.socket, ssl_context: ssl.SSLContext | None) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    ready = threading.Event()
    failed: list[BaseException] = []

    async def run() -> None:
        application = web.Application()
        service = _Service(served)
        application.router.add_post(TOKEN_PATH, service.token)
        application.router.add_get("/api/{collection}", service.page)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=_LAST_WORDS)
        await runner.setup()
        try:
            await web.SockSite(runner, listener, ssl_context=ssl_context).start()
            ready.set()
            await stop.wait()
        finally:
            await runner.cleanup()

    def work() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(run())
        except BaseException as error:  # noqa: BLE001 - told to the thread that waits
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=work, name="sample web server", daemon=True)
    thread.start()
    ready.wait()
    if failed:
        thread.join()
        raise ServerError(f"the web server did not start: {failed[0]}") from failed[0]
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


class _Service:
    """What answers the requests of one server, in the server's thread."""

    def __init__(self, served: Web) -> None:
        self._served = served

    @property
    def _faults(self) -> Faults:
        return self._served.faults

    @asynccontextmanager
    async def _noted(self, request: web.Request) -> AsyncIterator[list[web.StreamResponse]]:
        """Note a request and its answer, which goes into the list."""
        began = time.monotonic()
        if self._faults.delay:
            await asyncio.sleep(self._faults.delay)
        answer: list[web.StreamResponse] = []
        yield answer
        query = dict(request.query)
        seen = Request(request.method, request.path, query, answer[0].status, began, time.monotonic())
        self._served.requests.append(seen)

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._faults.clock_skew

    def _answer(self, status: int, body: bytes, content_type: str, headers: Mapping[str, str]) -> web.Response:
        date = format_datetime(self._now(), usegmt=True)
        return web.Response(status=status, body=body, content_type=content_type, headers={"Date": date, **headers})

    def _json(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> web.Response:  # noqa: ANN401 - any JSON
        text = json.dumps(body, ensure_ascii=False).encode()
        return self._answer(status, text, "application/json", headers or {})

    async def token(self, request: web.Request) -> web.StreamResponse:
        """Hand out a token (RFC 6749, section 4.4)."""
        async with self._noted(request) as answer:
            answer.append(await self._failing(request, "token", await self._token(request)))
        return answer[0]

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        client, secret = client_of(request.headers.get("Authorization", ""), form)
        if not (same(client, self._served.client_id) and same(secret, self._served.client_secret)):
            return self._json(401, {"error": "invalid_client"}, {"WWW-Authenticate": 'Basic realm="token"'})
        if form.get("grant_type") != "client_credentials":
            return self._json(400, {"error": "unsupported_grant_type"})
        tokens = self._served.tokens
        answer = {"access_token": tokens.issue(), "token_type": "Bearer", "expires_in": int(tokens.lifetime)}
        return self._json(200, answer, {"Cache-Control": "no-store"})

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Answer a page of a collection."""
        async with self._noted(request) as answer:
            answer.append(await self._page(request))
        return answer[0]

    async def _page(self, request: web.Request) -> web.StreamResponse:
        collection = self._served.collections.get(request.match_info["collection"])
        if collection is None:
            return self._json(404, {"error": "there is no such collection"})
        refused = self._refusal(request, collection.auth)
        return refused or await self._failing(request, "page", self._cut(request, collection))

    def _refusal(self, request: web.Request, auth: Auth) -> web.Response | None:
        header = request.headers.get("Authorization", "")
        match auth:
            case "none":
                return None
            case "oauth2":
                scheme, _, token = header.partition(" ")
                allowed = scheme.lower() == "bearer" and self._served.tokens.good(token)
                challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            case "api_key":
                allowed, challenge = same(request.headers.get(API_KEY_HEADER, ""), self._served.api_key), {}
            case "basic":
                name, password = read_basic(header) or ("", "")
                allowed = same(name, self._served.user) and same(password, self._served.password)
                challenge = {"WWW-Authenticate": 'Basic realm="api"'}
        return None if allowed else self._json(401, {"error": "not allowed"}, challenge)

    def _cut(self, request: web.Request, collection: Collection) -> web.Response:
        try:
            page = cut_page(collection, request.query, self._faults)
        except BadRequestError as error:
            return self._json(400, {"error": str(error)})
        following = str(request.url.with_query(page.next_query)) if page.next_query else None
        following = self._faults.foreign_next or following
        headers = {}
        body = page.body
        if collection.paging == "link":
            # Other relations come with it, as they do from real services.
            links = [f'<{request.url.with_query(None)}>; rel="first"']
            headers["Link"] = ", ".join(links + [f'<{following}>; rel="next"'] * bool(following))
        elif collection.paging == "next":
            body = {**body, "next": following}
        return self._json(200, body, headers)

    async def _failing(self, request: web.Request, at: Place, answer: web.Response) -> web.StreamResponse:
        """Let happen what is planned for this request."""
        fault = self._faults.take(at)
        if fault is None:
            return answer
        return await self._fail(request, fault, answer)

    async def _fail(self, request: web.Request, fault: Fault, answer: web.Response) -> web.StreamResponse:
        body = answer.body if isinstance(answer.body, bytes) else b""
        match fault:
            case Status(code):
                page = f"<html><body><h1>{code} {HTTPStatus(code).phrase}</h1></body></html>"
                return self._answer(code, page.encode(), "text/html", {})
            case TooMany(seconds, as_date):
                when = format_datetime(self._now() + timedelta(seconds=seconds), usegmt=True) if as_date else seconds
                return self._json(429, {"error": "too many requests"}, {"Retry-After": str(when)})
            case Truncated():
                return self._answer(200, body[: len(body) // 2], "application/json", {})
            case WithoutItems():
                return self._json(200, {"status": "ok"})
            case Slow(seconds):
                await asyncio.sleep(seconds)
                return answer
            case Drop():
                return await self._drop(request, answer, body)

    @staticmethod
    async def _drop(request: web.Request, answer: web.Response, body: bytes) -> web.StreamResponse:
        part = web.StreamResponse(status=answer.status, headers=answer.headers)
        part.content_length = len(body)
        await part.prepare(request)
        await part.write(body[: len(body) // 2])
        if request.transport:
            request.transport.close()
        return part
