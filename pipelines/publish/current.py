"""The snapshot in force, as whoever answers questions from it opens it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import NothingPublishedError
from pipelines.publish.versions import CURRENT
from pipelines.settings import Settings


def joint_snapshot(settings: Settings) -> Path:
    """Return the path of the joint audience's current snapshot.

    Raises:
        NothingPublishedError: no run has published yet.
    """
    path = settings.published / "joint" / CURRENT
    if not path.exists():
        raise NothingPublishedError(f"{path} does not exist yet; start with `conjoin demo` or `conjoin run`.")
    return path


@contextmanager
def open_snapshot(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the joint snapshot read-only.

    Raises:
        NothingPublishedError: no run has published yet.
    """
    with duckdb.connect(str(joint_snapshot(settings)), read_only=True) as con:
        yield con
