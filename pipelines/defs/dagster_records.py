"""Dagster's records of runs and events in SQLite, over connections that stay open.

Dagster opens a connection for each event, some 1,200 a night, and when it closes the last one SQLite takes the whole
write-ahead log over. These are the same files in the same form, which other processes may read and write meanwhile,
through Dagster's own storage as well.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import sqlalchemy

# Dagster's own storage in SQLite can be extended, and named in `dagster.yaml`, but its modules are not public.
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS, create_db_conn_string
from dagster._core.storage.sqlite_storage import (
    DagsterSqliteStorage,
    _event_logs_directory,
    _runs_directory,
)
from dagster._serdes import ConfigurableClassData


def _kept(address: str) -> sqlalchemy.Engine:
    """Return an engine that keeps one connection open; others that are wanted at the same time are closed again."""
    return sqlalchemy.create_engine(
        address,
        poolclass=sqlalchemy.QueuePool,
        pool_size=1,
        max_overflow=-1,
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )


class RunRecords(SqliteRunStorage):
    """The runs, over one connection that stays open."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(conn_string, inst_data)
        self._engine = _kept(conn_string)

    @contextmanager
    def connect(self) -> Iterator[sqlalchemy.Connection]:
        """Give a connection with a transaction, which ends with it."""
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the connection that stays open."""
        self._engine.dispose()


class EventRecords(SqliteEventLogStorage):
    """The events, over two connections that stay open: to what all runs share, and to the run last asked for."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._turn = threading.Lock()
        self._engines: dict[str, sqlalchemy.Engine] = {}
        super().__init__(base_dir, inst_data)

    # Dagster's own storage does not say what it gives.
    def run_connection(self, run_id: str | None = None) -> Any:  # noqa: ANN401
        """Return a connection to the events of a run, with a transaction, which ends with it."""
        return self._connection(str(run_id))

    def index_connection(self) -> AbstractContextManager[sqlalchemy.Connection]:
        """Return a connection to what all runs share, with a transaction, which ends with it."""
        return self._connection(INDEX_SHARD_NAME)

    @contextmanager
    def _connection(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        with self._turn:
            if shard not in self._engines:
                for other in self._engines.keys() - {INDEX_SHARD_NAME}:
                    self._engines.pop(other).dispose()
                # Dagster's own connection sees to it that the tables are there.
                shared = shard == INDEX_SHARD_NAME
                with super().index_connection() if shared else super().run_connection(shard):
                    self._engines[shard] = _kept(self.conn_string_for_shard(shard))
            with self._engines[shard].begin() as connection:
                yield connection

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, and let those who watch the run know.

        They watch its file, as the UI does, and SQLite writes to the log beside it while a connection is open.
        """
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    def wipe(self) -> None:
        """Delete all events."""
        self._close()
        super().wipe()

    def dispose(self) -> None:
        """Close the connections that stay open."""
        super().dispose()
        self._close()

    def _close(self) -> None:
        with self._turn:
            while self._engines:
                self._engines.popitem()[1].dispose()


class DagsterRecords(DagsterSqliteStorage):
    """Dagster's own storage in a folder, with the runs and the events over connections that stay open.

    `dagster.yaml` names it.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        # Dagster's own have made the folders and the tables by now.
        self._run_storage = RunRecords(create_db_conn_string(_runs_directory(base_dir), "runs"))
        self._event_log_storage = EventRecords(_event_logs_directory(base_dir))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> DagsterRecords:
        """Return the storage that `dagster.yaml` describes."""
        return cls.from_local(inst_data=inst_data, **config_value)
