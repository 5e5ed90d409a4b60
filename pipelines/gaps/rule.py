"""Gap rules: what one YAML file may say, and loading a folder of them, each bound to the tables it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import duckdb
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from pipelines.errors import ConfigurationError
from pipelines.gaps import sentence, views, working
from pipelines.gaps.binding import ANSWER_COLUMNS, GAP_COLUMNS, BindingError, Bound, bind
from pipelines.warehouse.catalogue import WAREHOUSE
from pipelines.yaml_file import field_line, read_yaml

DEFAULT_RULES = Path(__file__).parent / "rules"
"""The folder of the rules that come with Conjoin."""

ANY = "any"
"""In `held_by`: whichever source system holds it."""

ALL = "all"
"""In `expected_in`: every other source system that knows the subject."""

T = TypeVar("T")


def _as_tuple(given: object) -> object:
    """Let a list of one source system be written without its brackets."""
    return (given,) if isinstance(given, str) else given


Systems = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(_Part):
    """A value rule SQL may use as `$name`, with the reason it is what it is."""

    value: int | float | str
    reason: Text


class Sentence(_Part):
    """The three clauses a gap's sentence is put together from; `{column}` stands for a column of the rule's SQL.

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


class RuleSpec(_Part):
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
    parameters: dict[str, Parameter] = {}
    sql: Text
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
        answers: its `answered_by`, bound; None where any unlinked record of the expected system answers the gap.
    """

    file: Path
    spec: RuleSpec
    gaps: Bound
    answers: Bound | None

    def error(self, field: str, problem: str) -> ConfigurationError:
        """Return the error for a field of this rule's file."""
        return _error(self.file, field, problem)


def load_rules(folder: Path = DEFAULT_RULES) -> tuple[Rule, ...]:
    """Return every rule of a folder, ordered by id, its SQL proven to run on the warehouse's tables.

    Args:
        folder: holds one `<rule id>.yaml` per rule; an empty folder is a deployment that seeks no gaps.

    Raises:
        ConfigurationError: the folder is missing; a file is not a rule; its SQL does not bind, is not one SELECT, or
            yields other columns than a rule must; a sentence names a column that the SQL does not yield.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} does not exist; create the folder of gap rules or correct the path.")
    with duckdb.connect() as con:
        for schema in sorted({table.schema for table in WAREHOUSE}):
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for table in WAREHOUSE:
            for statement in table.ddl():
                con.execute(statement)
        views.prepare(con)
        working.prepare(con)
        return tuple(_load(con, file) for file in sorted(folder.glob("*.yaml")))


def _load(con: duckdb.DuckDBPyConnection, file: Path) -> Rule:
    spec = read_yaml(file, RuleSpec)
    if spec.id != file.stem:
        raise _error(file, "id", f"it must be the file's name, `{file.stem}`")
    values = {name: parameter.value for name, parameter in spec.parameters.items()}
    required = ["subject_id", "trigger_date"]
    required += ["held_by"] if spec.held_by == (ANY,) or len(spec.held_by) > 1 else []
    required += ["expected_in"] if len(spec.expected_in) > 1 else []
    gaps = _bound(file, "sql", lambda: bind(con, spec.sql, values, columns=GAP_COLUMNS, required=required))
    if not {"records", "items"} & gaps.columns.keys():
        raise _error(file, "sql", "it yields neither `records` nor `items`, so a gap would rest on nothing")
    for clause, template in spec.sentence.clauses.items():
        unknown = sorted(sentence.placeholders(template) - sentence.FROM_ENGINE - gaps.columns.keys())
        if unknown:
            raise _error(file, "sentence", f"its clause `{clause}` names `{unknown[0]}`, which `sql` does not yield")
    answers = None
    answered_by = spec.answered_by
    if answered_by is not None:
        answers = _bound(
            file,
            "answered_by",
            lambda: bind(con, answered_by, values, columns=ANSWER_COLUMNS, required=["gap_id", "record_key"]),
        )
    return Rule(file, spec, gaps, answers)


def _bound(file: Path, field: str, binding: Callable[[], T]) -> T:
    try:
        return binding()
    except BindingError as error:
        raise _error(file, field, str(error)) from None


def _error(file: Path, field: str, problem: str) -> ConfigurationError:
    line = field_line(file, (field,))
    return ConfigurationError(f"{file}, line {line}: the field `{field}` is wrong: {problem}; correct it.")
