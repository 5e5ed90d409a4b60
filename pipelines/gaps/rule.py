"""The form of the YAML files in a folder of gap rules: a rule, what makes a risk subject, and both once bound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from pipelines.errors import ConfigurationError
from pipelines.gaps import sentence
from pipelines.gaps.binding import Bound, Value
from pipelines.yaml_file import field_error

ANY = "any"
"""In `held_by`: whichever source system holds it."""

ALL = "all"
"""In `expected_in`: every other source system that knows the subject."""


def _as_tuple(given: object) -> object:
    """Let a list of one source system be written without brackets."""
    return (given,) if isinstance(given, str) else given


Systems = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(_Part):
    """A value that a rule's SQL may use as `$name`, with the reason for it."""

    value: int | float | str
    reason: Text


class Sentence(_Part):
    """The three clauses of a gap's sentence; `{column}` stands for a column of the rule's SQL.

    Attributes:
        holds: what the one system holds.
        lacks: how the other falls short, as a clause that can follow "but".
        act: who should do what, as a clause that can be followed by "by 5 March 2026".
    """

    holds: Text
    lacks: Text
    act: Text

    @field_validator("holds", "lacks", "act")
    @classmethod
    def _braces_match(cls, template: str) -> str:
        sentence.placeholders(template)
        return template.strip()

    @property
    def clauses(self) -> dict[str, str]:
        """The clauses by name."""
        return {"holds": self.holds, "lacks": self.lacks, "act": self.act}


class _Asking(_Part):
    """What every file with SQL of its own has."""

    parameters: dict[str, Parameter] = {}
    sql: Text

    @property
    def values(self) -> dict[str, Value]:
        """The value of each parameter."""
        return {name: parameter.value for name, parameter in self.parameters.items()}


class RuleSpec(_Asking):
    """One rule file. docs/reference/gap-rules.md explains every field."""

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
    title: Text
    severity: Literal["critical", "high", "medium"]
    owner_role: Text
    sla_days: Annotated[int, Field(ge=0)]
    statutory: bool
    basis: Text
    held_by: Systems
    expected_in: Systems
    scope: Text
    sentence: Sentence
    answered_by: Text | None = None

    @model_validator(mode="after")
    def _words_stand_alone(self) -> RuleSpec:
        for field, named, word in (("held_by", self.held_by, ANY), ("expected_in", self.expected_in, ALL)):
            if word in named and len(named) > 1:
                raise ValueError(f"`{field}` says `{word}` and names systems as well")
        return self


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the engine takes it: the file's content, and its SQL bound.

    Attributes:
        file: the file it came from, for errors.
        spec: the file's content.
        gaps: the rule's `sql`, bound.
        answers: its `answered_by`, bound; None if any unlinked record of the expected system answers the gap.
    """

    file: Path
    spec: RuleSpec
    gaps: Bound
    answers: Bound | None

    def error(self, field: str, problem: str) -> ConfigurationError:
        """Return the error for a field of this rule's file."""
        return field_error(self.file, (field,), problem)

    @property
    def tables(self) -> frozenset[str]:
        """The tables and views that its SQL reads."""
        return self.gaps.tables | (self.answers.tables if self.answers else frozenset())

    @property
    def systems(self) -> dict[str, frozenset[str]]:
        """The source systems that it names, by the field that names them."""
        named = {
            "held_by": frozenset(self.spec.held_by) - {ANY},
            "expected_in": frozenset(self.spec.expected_in) - {ALL},
            "sql": self.gaps.systems - {ALL},
            "answered_by": self.answers.systems - {ALL} if self.answers else frozenset(),
        }
        return {field: systems for field, systems in named.items() if systems}


class RiskSpec(_Asking):
    """The file `risk_subject.yaml`: which subjects are risk subjects. docs/reference/gap-rules.md explains it."""

    title: Text
    basis: Text


@dataclass(frozen=True, slots=True)
class Risk:
    """What makes a risk subject: the file's content, and its SQL bound.

    Attributes:
        file: the file it came from, for errors.
        spec: the file's content.
        subjects: its `sql`, bound.
    """

    file: Path
    spec: RiskSpec
    subjects: Bound

    @property
    def systems(self) -> dict[str, frozenset[str]]:
        """The source systems that it names, by the field that names them."""
        return {"sql": self.subjects.systems} if self.subjects.systems else {}

    def error(self, field: str, problem: str) -> ConfigurationError:
        """Return the error for a field of this file."""
        return field_error(self.file, (field,), problem)
