"""REST services as the tests of landing use them: how they are declared, what was landed, and one that does as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import duckdb
import pytest
from pydantic import TypeAdapter

from pipelines.errors import SourceError
from pipelines.landing.land import land
from pipelines.landing.manifest import Load, failure, loads
from pipelines.settings import Settings
from pipelines.source.extract import Extract, Rest

SYSTEM = "custody"
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
OPEN = {"kind": "none"}
PAGING: dict[str, dict[str, Any]] = {
    "page": {"kind": "page", "size_param": "page_size", "size": 4, "pages": "$.pages"},
    "offset": {"kind": "offset", "size": 4},
    "cursor": {"kind": "cursor"},
    "link": {"kind": "link"},
    "next": {"kind": "next"},
    "none": {"kind": "none"},
}
"""How each of the sample server's ways of paging is declared."""


def declared(
    url: str,
    paging: str | Mapping[str, Any] = "none",
    *,
    auth: Mapping[str, Any] = OPEN,
    name: str = "people",
    **more: Any,
) -> Rest:
    """Return the extraction of one collection, as its YAML says it; `more` goes to the resource where it can."""
    how = PAGING[paging] if isinstance(paging, str) else paging
    resource = {"path": f"/api/{name}", "data": "$" if how["kind"] in {"link", "none"} else "$.items"}
    of_service = {key: more.pop(key) for key in list(more) if key in Rest.model_fields}
    given = {
        "format": "rest", "base_url": url, "auth": auth, "paging": how, "retries": 2, "timeout_seconds": 10,
        "resources": {"people": resource | more}, **of_service,
    }  # fmt: skip
    return cast("Rest", TypeAdapter(Extract).validate_python(given))


def home(folder: Path, at: datetime = NOW) -> Settings:
    return Settings(home=folder / "home", as_of=at)


def land_one(spec: Rest, settings: Settings) -> Load:
    return land(SYSTEM, spec, settings)


def rows(settings: Settings, load: Load, file: str = "people") -> list[tuple[Any, ...]]:
    """Return what a landed file holds."""
    path = settings.landing / SYSTEM / load.load_id / f"{file}.parquet"
    return duckdb.sql(f"FROM read_parquet('{path}')").fetchall()


def documents(settings: Settings, load: Load) -> list[Any]:
    """Return the landed documents in their order, which `_row` tells."""
    found = rows(settings, load)
    assert [one[0] for one in found] == sorted({one[0] for one in found})
    return [json.loads(one[1]) for one in found]


def refusal(spec: Rest, settings: Settings) -> str:
    """Return the sentence that a landing ends in, which leaves the loads as they were."""
    folder = settings.landing / SYSTEM
    before = loads(folder)
    with pytest.raises(SourceError) as error:
        land_one(spec, settings)
    text = str(error.value)
    assert text.startswith(f"{SYSTEM}: ")
    assert text.endswith(".")
    assert "\n" not in text
    assert "?" not in text
    kept = failure(folder)
    assert kept is not None
    assert kept.problem == text
    assert loads(folder) == before
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    return text


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    """What is sent back; a body that is not in bytes is written as JSON."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Told:
    """A server that answers as it is told, and what it was asked."""

    url: str
    answer: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def told(answer: Callable[[Asked], Answer]) -> Iterator[Told]:
    """Serve HTTP on a free port of the loopback address until the context ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name is http.server's
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            server.asked.append(asked)
            given = server.answer(asked)
            content = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
            self.send_response(given.status)
            sent = {"Content-Length": str(len(content)), "Content-Type": "application/json"} | dict(given.headers)
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815  # the name is http.server's

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server = Told(f"http://127.0.0.1:{http.server_port}", answer)
        http.daemon_threads = True
        http.block_on_close = False
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
