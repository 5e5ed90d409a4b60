"""Masking: values that keep their shape but not their content, for people who look at live data on a screen."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

SHOWN = {"sex", "kind", "valid"}
"""Fields whose values come from a short list of Conjoin's own, so that no mapping can put a name into them."""


def mask(text: str) -> str:
    """Return the text with letters as `x` or `X` and digits as `9`; its length, spaces and punctuation stay."""
    return "".join(map(_masked, text))


def _masked(character: str) -> str:
    match unicodedata.category(character)[0]:
        case "L" | "M":
            return "X" if character.isupper() else "x"
        case "N":
            return "9"
        case "P" | "S" | "Z":
            return character
        case _:
            return "?"


def masked(value: Any, field: str = "") -> Any:  # noqa: ANN401  # a value of DuckDB, of any type
    """Return a value of DuckDB, however nested, with every text in it masked and every date as 9999-99-99."""
    match value:
        case dict():
            return {name: masked(part, str(name)) for name, part in value.items()}
        case list():
            return [masked(part, field) for part in value]
        case None | bool():
            return value
        case date():
            return "9999-99-99"
    return str(value) if field in SHOWN else mask(str(value))
