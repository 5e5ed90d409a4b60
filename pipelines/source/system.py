"""A source system, as its YAML file describes it: who owns it, how it delivers, and what its columns mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from linkage_models.standardise.dates import FIRST_BIRTH_YEAR
from linkage_models.standardise.identifiers import IDENTIFIER_KINDS, OTHER_COMPARISONS
from pipelines.source.extract import Extract, resources
from pipelines.source.mapping import ItemMapping, Marking, RecordMapping
from pipelines.source.names import Names

Code = Annotated[
    str,
    BeforeValidator(lambda given: str(given) if isinstance(given, int) else given, json_schema_input_type=str | int),
]

BELOW = ("attributes",)
"""Where a source's YAML says what the source is."""


class SourceSpec(BaseModel):
    """One source system."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Short name, used in record keys and asset names.")
    title: str = Field(description="Name for people.")
    description: str = Field(description="What the system is for.")
    service: str = Field(
        pattern=r"^[a-z][a-z0-9_-]*$",
        max_length=40,
        description="The service whose system it is, such as `police` or `prison`; summaries count by it.",
    )
    owner: str = Field(
        pattern=r"^(team:[A-Za-z0-9_.-]+|[^@\s]+@[^@\s]+\.[^@\s]+)$",
        description="E-mail address or `team:name` of who answers for the feed.",
    )
    marking: Marking = Field(description="Marking of what it holds, for items without their own.")
    originator: str = Field(description="Body that owns the information.")
    freshness_hours: int = Field(36, ge=1, description="Age beyond which the feed counts as stale.")
    max_quarantine_share: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Share of quarantined rows, or of dates that cannot be read, above which a load is refused.",
    )
    max_deleted_share: float = Field(
        0.25,
        ge=0,
        le=1,
        description="Share of nominal records gone since the load before above which a load is refused.",
    )
    max_completeness_drop: float = Field(
        0.25,
        ge=0,
        le=1,
        description="Fall in the share of nominal records that have a field, against the median of the loads before,"
        " above which a load is refused.",
    )
    expected_records: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]] | None = Field(
        None, description="[least, most] nominal records the source may hold; a load outside is refused."
    )
    date_format: str | Annotated[list[str], Field(min_length=1)] = Field(
        "%Y-%m-%d", description="How the source writes dates, as strptime knows it: one format, or several to try."
    )
    birth_years: tuple[Annotated[int, Field(ge=1, le=9999)], Annotated[int, Field(ge=1, le=9999)]] = Field(
        (FIRST_BIRTH_YEAR, 2999),
        description="[first, last] year in which its people may have been born. A date of birth outside, or after the"
        " delivery, is left out and counted.",
    )
    time_zone: str = Field(
        "Europe/London",
        description="Where a day begins for it (a name of the IANA database): a moment, such as"
        " `2024-06-01T23:00:00Z`, is read as a day there; midnight in UTC is the day as written.",
    )
    country: str = Field(
        "GB",
        pattern="^[A-Z]{2}$",
        description="Country of its addresses (ISO 3166), by which postcodes are read: outside GB any with a digit.",
    )
    identifier_kinds: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]] = Field(
        default_factory=list,
        description="Kinds of identifier it has beside those of the justice systems, as `code` gives them. Such a"
        " number has no check: any that is not empty counts as valid.",
    )
    code_lists: dict[str, dict[Code, Code]] = Field(
        default_factory=dict,
        description="Code lists, each by name: the source's code: the canonical one. A code that its list lacks is kept"
        " as it is and counted.",
    )
    extract: Extract = Field(description="How it delivers; `format` says which of the forms below.")
    record: RecordMapping = Field(description="Which landed rows are persons.")
    items: list[ItemMapping] = Field(default_factory=list, description="Which landed rows are information items.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        """Yield a clause for each part that does not fit another."""
        known = set(resources(self.extract))
        mappings: list[RecordMapping | ItemMapping] = [self.record, *self.items]
        read = {mapping.source for mapping in mappings}
        for source in sorted(read - known):
            yield f"`from: {source}` is not among the resources {', '.join(sorted(known))}"
        if unread := known - read:
            yield f"the resources {', '.join(sorted(unread))} are extracted but nothing reads them"
        for kind in sorted({*IDENTIFIER_KINDS, *OTHER_COMPARISONS} & set(self.identifier_kinds)):
            yield f"`identifier_kinds` names {kind}, which Conjoin knows or uses already; name only others"
        first, last = self.birth_years
        if first > last:
            yield f"`birth_years` begins in {first} and ends in {last}; write the earlier year first"
        if self.time_zone not in available_timezones():
            yield f"`time_zone` names `{self.time_zone}`, which is no time zone of the IANA database"
        asked = {*self.record.code_lists.values(), *(item.code_list for item in self.items if item.code_list)}
        for name in sorted(asked - set(self.code_lists)):
            yield f"there is no code list `{name}` under `code_lists`"

    @property
    def date_formats(self) -> list[str]:
        """The formats the source writes dates in."""
        return [self.date_format] if isinstance(self.date_format, str) else self.date_format

    @property
    def names(self) -> Names:
        """The names of columns, keys and tags that its YAML uses, which are those that messages may show."""
        return Names.of(self.extract, self.record, *self.items)
