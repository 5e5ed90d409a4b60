"""Opening the published joint snapshot, as every command that answers questions does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import NothingPublishedError
from pipelines.publish.format import check_format
from pipelines.settings import Settings


def joint_snapshot(settings: Settings) -> Path:
    """Return the path of the joint audience's current snapshot."""
    return settings.published / "joint" / "current.duckdb"


@contextmanager
def open_snapshot(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the joint snapshot read-only.

    Raises:
        NothingPublishedError: no run has published yet.
        FormatError: a later version of Conjoin published it.
    """
    path = joint_snapshot(settings)
    if not path.exists():
        raise NothingPublishedError(f"{path} does not exist yet; start with `conjoin demo` or `conjoin run`.")
    with duckdb.connect(str(path), read_only=True) as con:
        check_format(con, path)
        yield con
