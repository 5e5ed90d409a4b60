"""An answer of a REST service: received whole within a bound of time, read as JSON, and whether to ask again."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from requests import exceptions

OK = 200
TOO_MANY = 429
BROKEN = 500
"""The first of the statuses that tell of a fault of the service's own."""


@dataclass(frozen=True)
class Answer:
    """A whole answer of the service.

    Attributes:
        status_code: its HTTP status.
        headers: its headers; their names may be in any case.
        content: its body, unpacked.
        url: the address that gave it.
    """

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    url: str


class SlowError(exceptions.Timeout):
    """An answer came, but not its end."""


def within(seconds: float, action: Callable[[], Answer]) -> Answer:
    """Return what an action gives; what takes longer is left to itself, for nothing ends a name's look-up or a header.

    Raises:
        RequestException: it fails, or takes longer.
    """
    given: Future[Answer] = Future()

    def run() -> None:
        try:
            given.set_result(action())
        except BaseException as error:  # noqa: BLE001  # whatever it is, the one who asked gets it
            given.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return given.result(timeout=max(0.0, seconds))
    except TimeoutError:
        raise SlowError from None


def read_json(response: Answer) -> Any:  # noqa: ANN401  # any JSON
    """Return the answer, read as the UTF-8 that JSON is, whatever its headers say.

    Raises:
        ValueError: it is no whole JSON document, or too deep to be read.
    """
    try:
        return json.loads(response.content)
    except RecursionError as error:
        raise ValueError from error


def error_may_pass(error: BaseException) -> bool:
    """Tell whether another try may help after a request got no answer."""
    cut_short = (exceptions.ChunkedEncodingError, exceptions.ContentDecodingError)
    broken = (exceptions.ConnectionError, exceptions.Timeout, *cut_short)
    return isinstance(error, broken) and not isinstance(error, exceptions.SSLError)


def answer_may_pass(response: Answer) -> bool:
    """Tell whether another try may bring a better answer."""
    if response.status_code == OK:
        try:
            read_json(response)
        except ValueError:
            return True  # half an answer, as a proxy gives that lost the service
    return response.status_code == TOO_MANY or response.status_code >= BROKEN


def wait_asked_for(response: Answer) -> float | None:
    """Return the seconds that a service asks to wait; None where it asks for none.

    A time until which to wait is read by the service's own clock, which need not agree with ours.
    """
    try:
        asked = response.headers["Retry-After"].strip()
        if asked.isdecimal():
            return float(asked) or None
        until, now = (parsedate_to_datetime(text) for text in (asked, response.headers["Date"]))
        return max(0.0, math.ceil((until - now).total_seconds())) or None
    except (LookupError, ValueError, TypeError):
        return None
