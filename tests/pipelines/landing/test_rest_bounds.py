"""A service whose answers have no end, in bytes or in time, costs its own source a sentence and nothing more."""

from __future__ import annotations

import gzip
import json
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.landing.rest import documents, service
from tests.pipelines.landing.services import Answer, declared, home, land_one, refusal, told

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def speaking(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve whoever connects with what `speak` sends; the address is given."""

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65_536)
                speak(connection)
            except OSError:
                pass  # whoever asked has gone

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def dripping(start: bytes) -> Callable[[socket.socket], None]:
    """Send a beginning, and then a byte every tenth of a second."""

    def speak(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(b"a")
            time.sleep(0.1)

    return speak


@pytest.mark.parametrize(
    "start",
    [HEAD + b"Content-Length: 1000000\r\n\r\n[", HEAD + b"X-Drip: ", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"],
    ids=["body", "header", "chunks"],
)
def test_an_answer_that_drips_ends_although_it_is_never_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(service, "WHOLE_ANSWER", 2)
    began = time.monotonic()
    with speaking(dripping(start)) as url:
        said = refusal(declared(url, "cursor", timeout_seconds=1, retries=0), home(tmp_path))
    assert "did not end its answer within 2 s; check that the service is up and run again." in said
    assert time.monotonic() - began < 30


def test_reading_a_whole_source_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MINUTE", 1)
    pages = iter(range(1_000_000))

    def answer(_: object) -> Answer:
        time.sleep(0.2)
        return Answer({"items": [{"id": next(pages)}], "next_cursor": f"c{next(pages)}"})

    with told(answer) as server:
        said = refusal(declared(server.url, "cursor", max_minutes=1), home(tmp_path))
    assert "has not given everything within 1 minute; ask who runs the service, or raise `max_minutes`." in said


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_past_all_size_is_not_held(tmp_path: Path, packed: bool) -> None:
    def speak(connection: socket.socket) -> None:
        piece = b" " * 1_000_000
        if packed:  # a thousandth of what it unpacks to
            body = gzip.compress(piece * 300)
            connection.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            return
        connection.sendall(HEAD + b"\r\n")
        while True:
            connection.sendall(piece)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with speaking(speak) as url:
        said = refusal(declared(url, "cursor", max_answer_megabytes=5, retries=0), home(tmp_path))
    assert "gives more than 5 MB in one answer; ask for less at a time, or raise `max_answer_megabytes`." in said
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # kilobytes, the packed body's own too


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (MemoryError, "gives more than this machine can hold; ask for less at a time with `paging`."),
        (RecursionError, "gives what cannot be read (RecursionError); ask who runs the service."),
    ],
)
def test_an_answer_that_breaks_what_reads_it_costs_its_source_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[Exception], sentence: str
) -> None:
    def breaks(*_: object) -> None:
        raise fault

    monkeypatch.setattr(documents, "_found", breaks)
    with told(lambda _: Answer({"items": []})) as server:
        assert sentence in refusal(declared(server.url, "cursor"), home(tmp_path))


def test_a_cap_lets_an_answer_of_its_size_pass(tmp_path: Path) -> None:
    body = json.dumps({"items": [{"id": 1, "text": "a" * 900_000}]}).encode()
    with told(lambda _: Answer(body)) as server:
        assert land_one(declared(server.url, "cursor", max_answer_megabytes=1), home(tmp_path)).rows == {"people": 1}
