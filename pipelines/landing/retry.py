"""Retrying what a network may have spoilt: one policy for databases, web services and remote files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tenacity import RetryCallState, Retrying, stop_after_attempt, wait_exponential
from tenacity.retry import retry_base

FIRST_WAIT = 0.5
"""Seconds before the first retry; each further one waits twice as long."""
LONGEST_WAIT = 30.0
"""Seconds: no retry waits longer, unless the server asks for it."""
LONGEST_WAIT_ASKED_FOR = 300.0
"""Seconds: if a server asks for a longer wait, the retry comes after this time."""


def trying_again(
    retries: int,
    may_pass: retry_base,
    *,
    first_wait: float = FIRST_WAIT,
    asked_for: Callable[[Any], float | None] = lambda _: None,
) -> Retrying:
    """Return a function that calls an action, and retries it while that may help.

    Of the last try it gives the result, or raises the error, as they are.

    Args:
        retries: how often to try again.
        may_pass: tells from a result or an error whether another try may help.
        first_wait: seconds before the first new try.
        asked_for: reads from a result how many seconds the server asks to wait.
    """
    longer_each_time = wait_exponential(multiplier=first_wait, max=max(first_wait, LONGEST_WAIT))

    def wait(state: RetryCallState) -> float:
        asked = asked_for(state.outcome.result()) if state.outcome and not state.outcome.failed else None
        return longer_each_time(state) if asked is None else min(asked, LONGEST_WAIT_ASKED_FOR)

    return Retrying(
        stop=stop_after_attempt(retries + 1),
        wait=wait,
        retry=may_pass,
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
