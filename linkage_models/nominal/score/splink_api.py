"""Splink, kept quiet and kept out of the caller's database."""

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache, lru_cache
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator
from splink.internals.comparison_level import ComparisonLevel
from splink.internals.dialects import SplinkDialect
from splink.internals.settings import Settings
from splink.internals.splink_dataframe import SplinkDataFrame


class TemporaryDuckDBAPI(DuckDBAPI):
    """Splink's DuckDB backend with its working tables in the connection's temporary catalogue.

    Splink writes many working tables. As temporary ones they never reach the warehouse file, they may be written inside
    the caller's transaction, and they spill to disk like any other.
    """

    def _setup_for_execute_sql(self, sql: str, physical_name: str) -> str:
        return super()._setup_for_execute_sql(sql, physical_name).replace("CREATE TABLE", "CREATE TEMP TABLE", 1)


def model_linker(records: SplinkDataFrame, model: dict[str, Any]) -> Linker:
    """Return the linker that applies a trained model; its conditions are parsed only once.

    Splink takes about a second to read the conditions of a model, longer than a small night is scored in.

    Args:
        records: a table registered with a Splink backend.
        model: Splink's settings, which are not checked.
    """
    return Linker(records, _ModelSettings(model), log_level=None, validate_settings=False)


class _ModelSettings(SettingsCreator):
    """A model as `Linker` takes it."""

    def __init__(self, model: dict[str, Any]) -> None:
        super().__init__(link_type=model["link_type"])
        self._model = json.dumps(model)

    def get_settings(self, sql_dialect_str: str) -> Settings:
        settings = deepcopy(_parsed(self._model, sql_dialect_str))
        settings._cache_uid = self.linker_uid  # noqa: SLF001 - as Splink makes it
        return settings


@lru_cache(maxsize=4)
def _parsed(model: str, dialect: str) -> Settings:
    settings = SettingsCreator.from_path_or_dict(json.loads(model)).get_settings(dialect)
    for comparison in settings.comparisons:
        for level in comparison.comparison_levels:
            level.__class__ = AskedLevel
    return settings


class AskedLevel(ComparisonLevel):
    """A level of a model that remembers what Splink said about its condition.

    Splink asks whether each condition before a level with a term frequency is an equality, by bringing it to normal
    form, again for each such level and each scoring. Its answer depends on the condition alone.
    """

    @property
    def _is_exact_match(self) -> bool:
        return _is_equality(self.sql_condition, self.sql_dialect.sql_dialect_str)


@cache
def _is_equality(condition: str, dialect: str) -> bool:
    return bool(ComparisonLevel(condition, SplinkDialect.from_string(dialect))._is_exact_match)  # noqa: SLF001


@contextmanager
def quietly() -> Iterator[None]:
    """Silence Splink until the block ends.

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
