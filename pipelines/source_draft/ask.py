"""Questions on a terminal or a pipe: each with a default that Enter takes, asked again until the answer can be used."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

import typer

NONE = "-"
"""The answer that there is nothing of the kind."""


def text(question: str, default: str | None = None, fault: Callable[[str], str | None] = lambda _: None) -> str:
    """Ask for a text.

    Args:
        question: what to ask.
        default: what Enter gives; None if something must be answered.
        fault: returns what is wrong with an answer, as a sentence; None if nothing is.
    """
    while True:
        given = str(typer.prompt(question, default=default, show_default=bool(default))).strip()
        problem = fault(given)
        if problem is None:
            return given
        typer.echo(f"  {problem}")


def optional(question: str) -> str | None:
    """Ask for a text that may be left out."""
    given = text(f"{question} (Enter: none)", "")
    return None if given in ("", NONE) else given


def pattern(question: str, regex: str, wanted: str, default: str | None = None) -> str:
    """Ask for a text of the form that `wanted` describes."""
    return text(question, default, lambda given: None if re.fullmatch(regex, given) else f"Write {wanted}.")


def number(question: str, default: int | None = None) -> int:
    """Ask for a whole number."""
    return int(pattern(question, r"\d+", "a whole number", None if default is None else str(default)))


def choice(question: str, among: Sequence[str], default: str | None = None) -> str:
    """Ask for one of several words; the beginning of a word is enough."""
    if len(among) == 1:
        return among[0]

    def found(given: str) -> list[str]:
        exact = [choice for choice in among if choice.lower() == given.lower()]
        return exact or [choice for choice in among if given and choice.lower().startswith(given.lower())]

    wanted = f"Answer with one of {', '.join(among)}."
    given = text(f"{question} ({', '.join(among)})", default, lambda given: None if len(found(given)) == 1 else wanted)
    return found(given)[0]


def confirm(question: str, *, default: bool = True) -> bool:
    """Ask for yes or no."""
    return bool(typer.confirm(question, default=default))


def secret(of: str, variable: str) -> dict[str, str]:
    """Ask where a secret is kept: never for the secret itself."""
    question = f"Where {of} is kept: the name of an environment variable, or the path of a file"

    def fault(given: str) -> str | None:
        if os.sep in given or re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", given):
            return None
        return "Give the name of a variable or a path with /, never the secret itself."

    given = text(question, variable, fault)
    return {"file": given} if os.sep in given else {"env": given}
