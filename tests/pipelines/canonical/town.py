"""A small source of CSV in a home of its own, taken in night after night as the nightly run takes it in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.canonical.applied import Applied
from pipelines.canonical.apply import apply_latest
from pipelines.canonical.known_loads import last_number
from pipelines.errors import SourceError
from pipelines.landing.land import land
from pipelines.settings import Settings
from pipelines.source import SourceSpec
from pipelines.warehouse.database import writer

SOURCE: dict[str, Any] = {
    "system": "town", "title": "Town", "description": "A town.", "service": "police", "owner": "team:town",
    "marking": "OFFICIAL", "originator": "Town", "max_quarantine_share": 0.5, "max_deleted_share": 0.5,
    "extract": {"format": "csv", "resources": {"people": "people.csv"}},
    "record": {"from": "people", "key": "number", "surname": "surname"},
    "items": [{"kind": "alert", "from": "people", "key": "number", "code": "alert"}],
}  # fmt: skip

CHANGES: dict[str, Any] = {
    "extract": {"format": "csv", "resources": {"people": {"path": "*.csv", "load": "changes", "key": "number"}}}
}


class Town:
    """The source in a home; each night is the next day of March 2026."""

    def __init__(self, folder: Path, **changed: Any) -> None:
        self.folder, self.nights, self.spec = folder, 0, SourceSpec.model_validate(SOURCE | changed)
        (folder / "inbox").mkdir(parents=True)
        (folder / "town.yaml").write_text("attributes: {}\n", encoding="utf-8")

    @property
    def landing(self) -> Path:
        return self.folder / "landing" / "town"

    def settings(self) -> Settings:
        return Settings(home=self.folder, as_of=datetime(2026, 3, 1 + self.nights, tzinfo=UTC))

    def deliver(self, *surnames: str, file: str = "people.csv", first: int = 1) -> None:
        """Write a file of people, numbered from the first."""
        rows = "".join(f"{number},{surname},XA\n" for number, surname in enumerate(surnames, first))
        (self.folder / "inbox" / file).write_text(f"number,surname,alert\n{rows}", encoding="utf-8")

    def night(self, *, accept_loss: bool = False) -> Applied:
        """Land and take in what lies in the inbox."""
        self.nights += 1
        settings = self.settings()
        with writer(settings) as con:
            applied = last_number(con, "town")
            try:
                land("town", self.spec.extract, settings, applied=applied, accept_loss=accept_loss)
            except SourceError:
                if not applied:
                    raise
        return self.take_in()

    def take_in(self) -> Applied:
        """Bring the warehouse up to what lies landed."""
        settings = self.settings()
        with writer(settings) as con:
            return apply_latest(con, self.spec, self.folder / "town.yaml", settings.landing, settings.now())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a question to the warehouse answers."""
        with writer(self.settings()) as con:
            return con.execute(sql).fetchall()

    def surnames(self) -> list[str]:
        """Return the surnames that are held, in the order of their records' keys."""
        return [surname for (surname,) in self.rows("SELECT names[1].surname FROM nominal.record ORDER BY record_key")]
