"""Names of columns, keys and tags in messages: those that the source's YAML uses are shown, all others are counted.

What a delivery calls its columns may be data: a file without its heading, a table pivoted by name, documents keyed by
person. So no message repeats a name that the delivery alone tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from pipelines.source.extract.files import OWN_COLUMNS

_IN_SQL = re.compile(
    r""""(?P<quoted>(?:[^"]|"")+)"            # a quoted identifier
    | ->>?\s*'(?P<key>[^'$][^']*)'            # a key of a document
    | '(?P<path>[$/][^']*)'                   # a path in a document
    | '(?:[^']|'')*'                          # any other literal is a value, which names nothing
    | (?P<word>[^\W\d]\w*)""",
    re.VERBOSE,
)
_IN_PATH = re.compile(r'"([^"]+)"|([@#]?\w+)')


@dataclass(frozen=True, repr=False)
class Names:
    """The names that a source's YAML uses, without regard to upper and lower case."""

    used: frozenset[str]

    @classmethod
    def of(cls, *parts: BaseModel) -> Names:
        """Return the names in parts of a source's YAML: its fields, plain texts, and identifiers in SQL."""
        texts = (text for part in parts for text in _texts(part.model_dump(mode="json", exclude_none=True)))
        return cls(frozenset(name.casefold() for text in texts for name in _names(text)).union(OWN_COLUMNS))

    def __contains__(self, name: object) -> bool:
        return str(name).casefold() in self.used

    def listed(self, names: Iterable[str]) -> str:
        """Return names as a message lists them: the known ones, and how many others there are."""
        given = list(names)
        known = [f"`{name}`" for name in given if name in self]
        others = len(given) - len(known)
        said = ", ".join(known)
        if not others:
            return said
        return f"{said}{' and ' if said else ''}{others:,} that the YAML does not name"

    def one(self, name: str) -> str:
        """Return one column as a message names it."""
        return f"the column `{name}`" if name in self else "a column that the YAML does not name"


def _texts(held: object) -> Iterator[str]:
    """Yield every text in a part of the YAML, the keys of its mappings included."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, Mapping):
        for name, value in held.items():
            yield str(name)
            yield from _texts(value)
    elif isinstance(held, Sequence):
        for value in held:
            yield from _texts(value)


def _names(text: str) -> Iterator[str]:
    """Yield the names in a text of the YAML, which may be a name itself or SQL."""
    yield text
    for found in _IN_SQL.finditer(text):
        if found["quoted"]:
            yield found["quoted"].replace('""', '"')
        elif found["path"]:
            yield from (quoted or bare for quoted, bare in _IN_PATH.findall(found["path"]))
        elif name := found["key"] or found["word"]:
            yield name
