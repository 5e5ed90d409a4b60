"""How landed columns become the canonical shape: the `record` and `items` parts of a source's YAML.

Every expression is DuckDB SQL over the columns of one landed row. Inside an item with `each`, the name `each` is the
element of the nested list, as JSON. A field whose name ends in `_date` is read by the source's `date_format`, unless
its expression already gives a date.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Marking = Literal["OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET"]
MARKINGS: tuple[str, ...] = ("OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET")
"""Government markings, lowest first; SENSITIVE is a caveat within OFFICIAL."""

Kind = Literal[
    "name", "birth_date", "identifier", "address", "contact_point",
    "alert", "registration", "custody", "sentence", "release_date", "case", "licence_condition", "report", "marker",
    "conviction", "assessment", "notification", "death", "merge",
]  # fmt: skip
ContactKind = Literal["PHONE", "EMAIL", "VEHICLE", "DOCUMENT"]


class _Mapping(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


RecordCode = Literal["sex", "ethnicity", "nationality"]


class RecordMapping(_Mapping):
    """Which landed rows are persons, and what each says of the person."""

    source: str = Field(alias="from", description="The resource with one row per person.")
    key: str = Field(description="The record id.")
    surname: str = Field(description="The surname, as the source writes it.")
    forenames: str | None = Field(None, description="All forenames, or the first where `middle_names` has the rest.")
    middle_names: str | None = Field(None, description="The forenames after the first.")
    birth_date: str | None = Field(None, description="The date of birth.")
    sex: str | None = Field(None, description="The sex: any usual code or word for male and female.")
    ethnicity: str | None = Field(None, description="The ethnicity, as a code.")
    nationality: str | None = Field(None, description="The nationality.")
    birth_place: str | None = Field(None, description="The place of birth.")
    code_lists: dict[RecordCode, str] = Field(
        default_factory=dict, description="Field: the source's code list (see `code_lists`) that its codes are of."
    )


class ItemMapping(_Mapping):
    """Which landed rows, or elements of nested lists, are information items of one kind."""

    kind: Kind = Field(description="What the items are; some kinds need further fields.")
    source: str = Field(alias="from", description="The resource it is read from.")
    key: str = Field(description="The record id of the person it is about.")
    each: str | None = Field(None, description="JSON path of a list inside `document`; one item per element.")
    when: str | None = Field(None, description="Condition under which a row gives an item at all.")
    id: str | None = Field(None, description="The item's own id in the source.")
    code: str | None = Field(None, description="Its code; for identifiers and contact points, which kind it is.")
    code_list: str | None = Field(None, description="The source's code list (see `code_lists`) that `code` is of.")
    value: str | None = Field(None, description="Its text or value; for addresses the address without postcode.")
    postcode: str | None = Field(None, description="Addresses only.")
    surname: str | None = Field(None, description="Names only.")
    forenames: str | None = Field(None, description="Names only.")
    middle_names: str | None = Field(None, description="Names only.")
    birth_date: str | None = Field(None, description="Names only: a date of birth given with the alias.")
    item_date: str | None = Field(None, description="The day it is about, such as of a sentence, release or report.")
    from_date: str | None = Field(None, description="The day from which it holds.")
    to_date: str | None = Field(None, description="The day on which it ends or ended.")
    active: str | None = Field(None, description="Whether it is in force; without it, unless `to_date` has passed.")
    detail: dict[str, str] = Field(default_factory=dict, description="Further fields, kept as text: name: expression.")
    marking: str | None = Field(None, description="Expression; without it, the source's own marking.")
    handling: str | None = Field(None, description="Its handling code, such as a grading of intelligence.")

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needed = {
            "name": ("surname",),
            "identifier": ("code", "value"),
            "contact_point": ("code", "value"),
            "address": ("value",),
            "birth_date": ("item_date",),
            "release_date": ("item_date",),
            "merge": ("value",),
        }.get(self.kind, ())
        if self.code_list is not None and self.code is None:
            raise ValueError("`code_list` needs `code`")
        if missing := [f"the field `{field}`" for field in needed if getattr(self, field) is None]:
            raise ValueError(f"an item of kind {self.kind} needs {' and '.join(missing)}")
        return self

    @property
    def resource(self) -> str:
        """The resource its rows are counted under: the landed one, or the nested list inside it."""
        return f"{self.source}.{self.each.removeprefix('$.')}" if self.each else self.source
