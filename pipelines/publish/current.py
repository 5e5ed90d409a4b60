"""Opening an audience's snapshot in force, to answer questions from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import NothingPublishedError
from pipelines.publish.format import check_format
from pipelines.publish.versions import CURRENT
from pipelines.settings import Settings
from pipelines.warehouse.damage import PUBLISH, undamaged


def current_snapshot(settings: Settings, audience: str) -> Path:
    """Return the path of an audience's current snapshot.

    Raises:
        NothingPublishedError: no run has published one for it yet.
    """
    path = settings.published / audience / CURRENT
    if not path.exists():
        raise NothingPublishedError(f"{path} does not exist yet; start with `conjoin demo` or `conjoin run`.")
    return path


@contextmanager
def open_snapshot(settings: Settings, audience: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an audience's snapshot read-only.

    Raises:
        NothingPublishedError: no run has published one for it yet.
        FormatError: a later version of Conjoin published it.
        DamagedError: its file is damaged.
    """
    path = current_snapshot(settings, audience)
    with undamaged(path, PUBLISH), duckdb.connect(str(path), read_only=True) as con:
        check_format(con, path)
        yield con
