"""Builders for tests of landing: an `extract` as its YAML would say it, deliveries, and what was landed of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import TypeAdapter

from pipelines.errors import SourceError
from pipelines.landing.land import land
from pipelines.landing.manifest import QUARANTINED, Load, loads
from pipelines.settings import Settings
from pipelines.source.extract import Extract, ExtractSpec

SYSTEM = "acme"
NOON = 1_772_366_400  # 2026-03-01 12:00 UTC
_EXTRACT: TypeAdapter[ExtractSpec] = TypeAdapter(Extract)


def extract(**fields: Any) -> ExtractSpec:
    """Return the `extract` of a source, as its YAML would give it."""
    return _EXTRACT.validate_python(fields)


def home(folder: Path) -> Settings:
    """Return a new home on 2 March 2026, with an empty inbox."""
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    return Settings(home=folder / "home", inbox=folder / "inbox", as_of="2026-03-02T02:00:00Z")  # type: ignore[arg-type]


def put(path: Path, content: bytes | str, minute: int = 0) -> Path:
    """Write a file so many minutes after noon on 1 March 2026."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    written_at(path, minute)
    return path


def written_at(path: Path, minute: int) -> None:
    """Say of a file that it was written so many minutes after noon on 1 March 2026."""
    os.utime(path, (NOON + 60 * minute,) * 2)


def take_in(settings: Settings, **fields: Any) -> Load:
    """Land what was delivered."""
    return land(SYSTEM, extract(**fields), settings)


def refusal(settings: Settings, **fields: Any) -> str:
    """Return why a delivery is refused: one sentence, with nothing landed beside what was."""
    before = loads(settings.landing / SYSTEM)
    with pytest.raises(SourceError) as error:
        take_in(settings, **fields)
    text = str(error.value)
    assert "\n" not in text
    assert text.startswith(f"{SYSTEM}: ")
    assert text.endswith(".")
    assert loads(settings.landing / SYSTEM) == before
    assert not list((settings.landing / SYSTEM).glob(".landing-*"))
    return text


def asked(settings: Settings, resource: str, sql: str = "SELECT * EXCLUDE (_row)") -> list[tuple[Any, ...]]:
    """Return what a question to a resource of the load in force answers, in the order it was landed."""
    latest = loads(settings.landing / SYSTEM)[-1]
    path = settings.landing / SYSTEM / latest.load_id / f"{resource}.parquet"
    with duckdb.connect() as con:
        return con.execute(f"{sql} FROM read_parquet('{path}') ORDER BY _row").fetchall()


def quarantined(settings: Settings) -> list[tuple[int, str]]:
    """Return the rows that the load in force could not read: their number and the reason."""
    latest = loads(settings.landing / SYSTEM)[-1]
    path = settings.landing / SYSTEM / latest.load_id / QUARANTINED
    with duckdb.connect() as con:
        return con.execute(f"SELECT landed_row, reason FROM read_parquet('{path}') ORDER BY ALL").fetchall()
