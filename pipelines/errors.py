"""Errors that a user of Conjoin can meet: each message is one sentence that says what is wrong, where, and what to do.

No message ever holds a personal value: places are named by file, line, row number or field.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from contextlib import contextmanager
from traceback import extract_tb
from typing import TYPE_CHECKING, NoReturn

from pipelines.terminal import in_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ConjoinError(Exception):
    """Base of every error Conjoin raises on purpose; the CLI prints its message and exits with status 1."""

    def __init__(self, message: str) -> None:
        """Make the error of its sentence; a name in it, as of a file, brings no control character along."""
        super().__init__(in_line(message))


class ConfigurationError(ConjoinError):
    """A setting, a deployment's YAML or a command's argument is wrong.

    Attributes:
        file: the file it stands in, if there is one.
        line: its line there, counted from 1.
        field: the field, as the path of keys that leads to it.
    """

    def __init__(
        self, message: str, *, file: Path | None = None, line: int | None = None, field: str | None = None
    ) -> None:
        """Make the error of its sentence, which names the place, and of the place for scripts."""
        super().__init__(message)
        self.file, self.line, self.field = file, line, field


Report = Callable[[ConfigurationError], None]
"""What a loader of a deployment does with each mistake it finds."""


def refuse(error: ConfigurationError) -> NoReturn:
    """Raise the error: a run stops at the first mistake, while `conjoin check` collects them all."""
    raise error


class SourceError(ConjoinError):
    """A source system's delivery cannot be read as its YAML declares it."""


class WarehouseBusyError(ConjoinError):
    """Another run holds the warehouse."""


class FormatError(ConjoinError):
    """Something in the home has a format that this version of Conjoin does not read, or none."""


class StorageError(ConjoinError):
    """The disk or the memory is full, or a place that Conjoin must use cannot be used."""


class DamagedError(ConjoinError):
    """A file of the home is not as Conjoin left it."""


class CheckFailedError(ConjoinError):
    """The nightly job stopped before publishing because a step or a blocking check failed."""


class UnforeseenError(ConjoinError):
    """What nobody foresaw, told by its kind and place alone, since its own words may quote a row."""

    def __init__(self, error: BaseException) -> None:
        """Make the error of the one that was not foreseen."""
        own = [frame for frame in extract_tb(error.__traceback__) if _OWN.search(frame.filename)]
        place = f" at {_OWN.split(own[-1].filename)[-1]}, line {own[-1].lineno}" if own else ""
        super().__init__(
            f"This should not have happened ({type(error).__name__}{place}); set CONJOIN_DEBUG=1 to see it whole, which"
            " may show personal data, and report it."
        )


class NothingPublishedError(ConjoinError):
    """A snapshot or a warehouse was asked for before any run has made one."""


_NO_MEMORY = ("Out of Memory Error", "bad_alloc", "ArrowMemoryError", "MemoryError")
_OWN = re.compile(r"^.*/(?=(?:pipelines|linkage_models|sample_data)/)")
"""What stands before the part of a module's path that is the same on every machine."""

_FULL = ("No space left", "File too large", "Disk quota exceeded", "max_temp_directory_size", "Could not write")
_REFUSED = re.compile(
    r'"([^"]+)"[^"]*: (Permission denied|Read-only file system|Operation not permitted|Not a directory|Is a directory'
    r"|No such file or directory|File name too long|Too many levels of symbolic links|Input/output error)"
)


def raise_if_storage(error: Exception) -> None:
    """Raise a StorageError if the error means that nothing more can be written or held; return otherwise.

    DuckDB gives no error number, so its message is searched for the operating system's words, and for the name of an
    error of Python's that it met.
    """
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    if isinstance(error, StorageError):
        raise error
    if full or any(words in str(error) for words in _FULL):
        message = "The disk that CONJOIN_HOME lies on is full; free some space and run again (nothing was published)."
        raise StorageError(message) from None
    if isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY):
        needs = "DuckDB needs more than CONJOIN_MEMORY_LIMIT; raise it, or lower CONJOIN_THREADS, and run again."
        lacks = "This machine has too little memory free; free some, or lower CONJOIN_MEMORY_LIMIT, and run again."
        raise StorageError(needs if _NO_MEMORY[0] in str(error) else lacks) from None


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn every error that means a full disk or a place that cannot be used into one StorageError; let others pass."""
    try:
        yield
    except ConjoinError:
        raise
    except Exception as error:
        raise_if_storage(error)
        place, reason = None, None
        if isinstance(error, OSError) and error.filename is not None:
            place, reason = error.filename, error.strerror
        elif type(error).__name__ == "IOException" and (refused := _REFUSED.search(str(error))):
            place, reason = refused.groups()
        if place is None:
            raise
        raise StorageError(f"{place} cannot be used ({reason}); correct that and run again.") from None
