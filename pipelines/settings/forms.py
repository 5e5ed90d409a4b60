"""The forms that settings have: what a value must be, in words, and the checks that pydantic does not have."""

from __future__ import annotations

import grp
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

FIRST_YEAR, LAST_YEAR = 1970, 2200
"""An instant outside is a typing error, and due dates that follow from it would not be dates."""

LEAST_MEMORY = 256_000_000
"""Bytes: below it DuckDB cannot hold what it must for the shipped sample on two threads."""

_UNITS = {
    "B": 1, "K": 10**3, "KB": 10**3, "M": 10**6, "MB": 10**6, "G": 10**9, "GB": 10**9, "T": 10**12, "TB": 10**12,
    "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40,
}  # fmt: skip
"""DuckDB's units of memory."""


@dataclass(frozen=True)
class Form:
    """What the value of a setting must be.

    Attributes:
        words: that, so that "must be" may stand before it.
        environment_only: whether a home's own file cannot give it.
    """

    words: str
    environment_only: bool = False


def form_of(field: FieldInfo) -> Form:
    """Return the form of a setting."""
    return next(part for part in field.metadata if isinstance(part, Form))


def printable(value: str) -> str:
    """Return a text without line breaks, other control characters and bytes that are not characters.

    Raises:
        ValueError: it holds one.
    """
    if not value.isprintable():
        raise ValueError
    return value


def instant(value: object) -> object:
    """Return the instant that a text gives; a bare number is not an instant.

    Raises:
        ValueError: it says none, or one that nobody can mean.
    """
    said = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(said, datetime) and not FIRST_YEAR <= said.year <= LAST_YEAR:
        raise ValueError
    return said.astimezone(UTC) if isinstance(said, datetime) and said.tzinfo else said


def size(value: str) -> str:
    """Return a size of memory in the form that DuckDB reads.

    Raises:
        ValueError: it is none, or too small to work with.
    """
    said = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)\s*", value)
    unit = _UNITS.get(said[2].upper()) if said else None
    if not said or not unit or not LEAST_MEMORY <= float(said[1]) * unit < 2**60:
        raise ValueError
    return value


def folder(value: Path | None) -> Path | None:
    """Return the path of a folder that is there.

    Raises:
        ValueError: it is not.
    """
    if value is not None and not os.path.isdir(value):  # noqa: PTH112  # unlike Path's, it never raises
        raise ValueError
    return value


def no_file(value: Path | None) -> Path | None:
    """Return the path of a folder that is there or can be made.

    Raises:
        ValueError: something else is there.
    """
    if value is not None and os.path.exists(value):  # noqa: PTH110  # unlike Path's, it never raises
        return folder(value)
    return value


def home(value: Path | None) -> Path | None:
    """Return the path of a home: a folder that is there or can be made, and that DuckDB can keep its log in.

    DuckDB takes what follows a `?` for no part of a path where it names the log beside a database.

    Raises:
        ValueError: something else is there, or its path holds a question mark.
    """
    if value is not None and "?" in os.path.realpath(value):
        raise ValueError
    return no_file(value)


def no_folder(value: Path | None) -> Path | None:
    """Return the path of a file that is there or can be made.

    Raises:
        ValueError: a folder is there.
    """
    if value is not None and os.path.isdir(value):  # noqa: PTH112  # unlike Path's, it never raises
        raise ValueError
    return value


def group(value: str | None) -> str | None:
    """Return the name of a group that this machine knows.

    Raises:
        ValueError: it knows none of that name.
    """
    if value is not None:
        try:
            grp.getgrnam(value)
        except KeyError:
            raise ValueError from None
    return value
