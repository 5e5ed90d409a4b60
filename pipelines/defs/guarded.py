"""Guarded steps: what nobody foresaw in one goes into Dagster's records without its words, which may quote a row."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pipelines.errors import ConjoinError, UnforeseenError
from pipelines.settings.given import debugging

P = ParamSpec("P")
T = TypeVar("T")


def guarded(step: Callable[P, T]) -> Callable[P, T]:
    """Return a step, an asset's or a check's, that raises nothing but Conjoin's own errors.

    CONJOIN_DEBUG lets every error pass as it is.

    Raises:
        UnforeseenError: in place of any other error; Dagster keeps no word of that.
    """

    @functools.wraps(step)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return step(*args, **kwargs)
        except ConjoinError:
            raise
        except Exception as error:
            if debugging():
                raise
            raise UnforeseenError(error) from None

    return run
