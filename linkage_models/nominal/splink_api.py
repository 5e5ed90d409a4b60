"""Splink, kept quiet and kept out of the caller's database."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from splink import DuckDBAPI


class TemporaryDuckDBAPI(DuckDBAPI):
    """Splink's DuckDB backend with its working tables in the connection's temporary catalogue.

    Splink writes many working tables. As temporary ones they never reach the warehouse file, they may be written inside
    the caller's transaction, and they spill to disk like any other.
    """

    def _setup_for_execute_sql(self, sql: str, physical_name: str) -> str:
        return super()._setup_for_execute_sql(sql, physical_name).replace("CREATE TABLE", "CREATE TEMP TABLE", 1)


@contextmanager
def quietly() -> Iterator[None]:
    """Silence Splink for as long as the block lasts.

    Splink logs SQL and parameters, which may hold personal data, so only its errors pass. A `Linker` must be made with
    `log_level=None`, or it turns its logging on again.
    """
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


@contextmanager
def quiet_splink(con: duckdb.DuckDBPyConnection) -> Iterator[TemporaryDuckDBAPI]:
    """Give a Splink backend on a connection, silenced as by `quietly`, and drop its working tables afterwards."""
    api = TemporaryDuckDBAPI(con)
    try:
        with quietly():
            yield api
    finally:
        api.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]
