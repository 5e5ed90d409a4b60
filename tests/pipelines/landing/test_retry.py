"""What a network spoilt is tried again, longer apart each time, until it passes or has been tried often enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tenacity import retry_if_exception_type, retry_if_result

from pipelines.landing.retry import trying_again

BROKEN = retry_if_exception_type(ConnectionError)


def once_each(outcomes: Iterator[object]) -> Callable[[], int]:
    """An action with one outcome after another."""

    def act() -> int:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        assert isinstance(outcome, int)
        return outcome

    return act


def test_each_wait_is_twice_the_one_before_up_to_half_a_minute() -> None:
    waits: list[float] = []
    outcomes = iter([*(ConnectionError() for _ in range(9)), 7])
    assert trying_again(9, BROKEN).copy(sleep=waits.append)(once_each(outcomes)) == 7
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_the_first_wait_may_be_longer_than_the_longest() -> None:
    waits: list[float] = []
    outcomes = iter([ConnectionError(), ConnectionError(), 7])
    trying_again(2, BROKEN, first_wait=60).copy(sleep=waits.append)(once_each(outcomes))
    assert waits == [60, 60]


def test_the_error_of_the_last_try_is_raised_as_it_is() -> None:
    last = ConnectionError("the last")
    outcomes = iter([ConnectionError("the first"), last, 7])
    with pytest.raises(ConnectionError) as raised:
        trying_again(1, BROKEN).copy(sleep=lambda _: None)(once_each(outcomes))
    assert raised.value is last
    assert next(outcomes) == 7


def test_a_result_that_does_not_get_better_is_given_as_it_is() -> None:
    retrying = trying_again(2, retry_if_result(lambda result: result >= 500)).copy(sleep=lambda _: None)
    assert retrying(once_each(iter([500, 502, 503]))) == 503


def test_what_cannot_pass_is_not_tried_again() -> None:
    outcomes = iter([PermissionError(), 7])
    with pytest.raises(PermissionError):
        trying_again(3, BROKEN)(once_each(outcomes))
    assert next(outcomes) == 7


@pytest.mark.parametrize(("asked", "waited"), [(3.0, 3.0), (3600.0, 300.0), (None, 0.5)])
def test_a_wait_that_the_server_asks_for_is_kept_up_to_five_minutes(asked: float | None, waited: float) -> None:
    waits: list[float] = []
    retrying = trying_again(1, retry_if_result(lambda result: result == 429), asked_for=lambda _: asked)
    assert retrying.copy(sleep=waits.append)(once_each(iter([429, 200]))) == 200
    assert waits == [waited]
