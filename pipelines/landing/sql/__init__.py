"""Extraction from SQL databases: PostgreSQL through ADBC, in Arrow throughout; all others through SQLAlchemy.

All resources are read in one read-only transaction, so that no table knows of a person another has not yet heard of.
Drivers' own messages may quote a value, so none is passed on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenacity import retry_if_exception_type

from pipelines.landing.retry import trying_again
from pipelines.landing.sql.others import read_through_sqlalchemy
from pipelines.landing.sql.postgresql import read_postgresql
from pipelines.landing.sql.reading import BrokenError, Position, RefusedError, Since

if TYPE_CHECKING:
    from pipelines.landing.extraction import Extraction
    from pipelines.source.extract import Sql


def extract_sql(extraction: Extraction, spec: Sql, since: Since) -> dict[str, int]:
    """Write every resource of the database as Parquet and return the number of rows of each.

    Raises:
        SourceError: the database cannot be reached, refuses, or holds no such table.
    """
    read = read_postgresql if spec.dialect == "postgresql" else read_through_sqlalchemy
    place = Position(spec)

    def read_all() -> dict[str, int]:
        place.resource = None
        return read(extraction, spec, since, place)

    try:
        return trying_again(spec.retries, retry_if_exception_type(BrokenError))(read_all)
    except RefusedError as refused:
        raise extraction.error(str(place), refused.problem, refused.remedy) from None
    except BrokenError:
        problem, remedy = "could not be reached or broke off", "check that the server is up and run again"
        raise extraction.error(str(place), problem, remedy) from None
