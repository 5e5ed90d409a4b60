"""What goes out to a terminal: no control character of a delivery reaches one, whoever prints it.

The standard streams are guarded as a whole, so that no command has to think of it. What draws on the terminal by
control characters of its own, as tables and progress do, goes around the guard through a console that guards its words.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and line end, what turns the direction of writing, and halves of characters."""

_LINE_BREAKING = re.compile(f"{_STEERING.pattern[:-1]}\t\n]")


def shown(text: str) -> str:
    r"""Return a text with every control character written out, as `\u001b`: in JSON as good as the character itself."""
    return _STEERING.sub(_written_out, text)


def in_line(text: str) -> str:
    r"""Return a text as a part of one line: tabs and line ends are written out as well, as `\u000a`."""
    return _LINE_BREAKING.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


class _Guarded:
    """A stream of text that writes control characters out; its bytes cannot be had, since they would go around it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        return self.stream.write(shown(text))

    def writelines(self, texts: Iterable[str]) -> None:
        """Write several texts."""
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the stream has
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self.stream, name)


def guard() -> None:
    """Guard the standard streams of this process."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, _Guarded):
            setattr(sys, name, _Guarded(stream))


def console(*, err: bool = False, width: int | None = None) -> Console:
    """Return a console that draws on the standard output, or on the standard error, and guards the words it is given.

    Args:
        err: whether it is the standard error.
        width: in characters; None for that of the terminal.
    """
    from rich.console import Console  # noqa: PLC0415  # only commands that draw pay for it

    class GuardedConsole(Console):
        def print(self, *objects: Any, **options: Any) -> None:
            super().print(*(shown(given) if isinstance(given, str) else given for given in objects), **options)

    stream = sys.stderr if err else sys.stdout
    own = stream.stream if isinstance(stream, _Guarded) else stream
    return GuardedConsole(file=cast("TextIO", own), width=width)
