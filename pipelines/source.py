"""A source system, as its YAML file describes it: who owns it, how it delivers, and what its columns mean."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.canonical.spec import ItemMapping, Marking, RecordMapping
from pipelines.landing.spec import Extract, resource_names


class SourceSpec(BaseModel):
    """One source system."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Short name, used in record keys and asset names.")
    title: str = Field(description="Name for people.")
    description: str = Field(description="What the system is for.")
    service: Literal["police", "prison", "probation", "multi-agency"]
    owner: str = Field(
        pattern=r"^(team:[A-Za-z0-9_.-]+|[^@\s]+@[^@\s]+\.[^@\s]+)$",
        description="E-mail address or `team:name` of who answers for the feed.",
    )
    marking: Marking = Field(description="Marking of what it holds, where an item does not say.")
    originator: str = Field(description="Body that owns the information.")
    freshness_hours: int = Field(36, ge=1, description="Age beyond which the feed counts as stale.")
    max_quarantine_share: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Share of rows in quarantine, or of dates that cannot be read, above which a load is refused.",
    )
    max_deleted_share: float = Field(
        0.25,
        ge=0,
        le=1,
        description="Share of nominal records gone since the load before above which a load is refused.",
    )
    date_format: str = Field("%Y-%m-%d", description="How the source writes dates, as strptime knows it.")
    extract: Extract
    record: RecordMapping
    items: list[ItemMapping] = Field(default_factory=list)

    @model_validator(mode="after")
    def _reads_declared_resources(self) -> Self:
        known = set(resource_names(self.extract))
        mappings: list[RecordMapping | ItemMapping] = [self.record, *self.items]
        for mapping in mappings:
            if mapping.source not in known:
                message = f"`from: {mapping.source}` is not among the resources {', '.join(sorted(known))}"
                raise ValueError(message)
        unread = known - {mapping.source for mapping in mappings}
        if unread:
            message = f"the resources {', '.join(sorted(unread))} are extracted but nothing reads them"
            raise ValueError(message)
        return self
