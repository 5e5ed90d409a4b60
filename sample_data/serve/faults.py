"""What can be made to go wrong in the web server, when, and how often."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Place = Literal["page", "token"]
"""Where a fault shows: in the pages of collections, or where tokens are handed out."""


@dataclass(frozen=True)
class Status:
    """Answers with an error status and a page of HTML, as a proxy in front of a service does."""

    code: int = 503


@dataclass(frozen=True)
class TooMany:
    """Answers 429 and asks the client to wait.

    Attributes:
        retry_after: seconds.
        as_date: says it as the time when they have passed, by the server's own clock, to the second.
    """

    retry_after: int = 1
    as_date: bool = False


@dataclass(frozen=True)
class Drop:
    """Promises the whole body, sends half of it, and closes the connection."""


@dataclass(frozen=True)
class Truncated:
    """Answers 200, in good order, with half of the JSON."""


@dataclass(frozen=True)
class WithoutItems:
    """Answers 200 with a JSON object that has no items."""


@dataclass(frozen=True)
class Slow:
    """Answers correctly, after some seconds."""

    seconds: float


Fault = Status | TooMany | Drop | Truncated | WithoutItems | Slow


class Faults:
    """The faults of one web server; they may be changed from any thread while it runs.

    Attributes:
        same_next: every page names itself as the next, for ever (paging by cursor, link or next).
        foreign_next: every page names this address as the next (paging by link or next).
        withheld: how many documents at the end of a collection are never handed out, though the total counts them.
        delay: seconds before each answer.
        clock_skew: how far the server's clock is ahead.
    """

    def __init__(self) -> None:
        self.same_next = False
        self.foreign_next: str | None = None
        self.withheld = 0
        self.delay = 0.0
        self.clock_skew = timedelta(0)
        self._lock = threading.Lock()
        self._asked: dict[Place, int] = {"page": 0, "token": 0}
        self._planned: dict[tuple[Place, int], Fault] = {}

    def plan(self, fault: Fault, *, nth: int = 1, times: int = 1, at: Place = "page") -> None:
        """Let a fault happen once, or several times in a row.

        Args:
            fault: what happens.
            nth: which request it first happens to; the next one is 1. Requests without a right to the page are not
                counted.
            times: to how many requests on end it happens.
            at: to what kind of request.

        Raises:
            ValueError: something else is planned for one of these requests, or a number is not positive.
        """
        if nth < 1 or times < 1:
            raise ValueError("a fault happens to the first request or a later one, and at least once")
        with self._lock:
            first = self._asked[at] + nth
            places: Sequence[tuple[Place, int]] = [(at, number) for number in range(first, first + times)]
            if any(place in self._planned for place in places):
                raise ValueError("another fault is planned for the same request")
            self._planned.update(dict.fromkeys(places, fault))

    def take(self, at: Place) -> Fault | None:
        """Count a request, and give what happens to it."""
        with self._lock:
            self._asked[at] += 1
            return self._planned.pop((at, self._asked[at]), None)

    @property
    def pending(self) -> int:
        """How many planned faults have not happened yet."""
        with self._lock:
            return len(self._planned)

    def clear(self) -> None:
        """Let nothing go wrong from now on."""
        with self._lock:
            self._planned.clear()
        self.same_next, self.foreign_next, self.withheld = False, None, 0
        self.delay, self.clock_skew = 0.0, timedelta(0)
