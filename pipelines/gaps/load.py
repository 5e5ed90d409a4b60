"""Loading a folder of gap rules: every file read, its SQL bound to the tables it may read, every mistake reported."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from linkage_models.relations import Temporaries
from pipelines.errors import ConfigurationError, Report, refuse
from pipelines.gaps import sentence, views, working
from pipelines.gaps.binding import ANSWER_COLUMNS, GAP_COLUMNS, RISK_COLUMNS, BindingError, Bound, bind
from pipelines.gaps.rule import ANY, Risk, RiskSpec, Rule, RuleSpec
from pipelines.warehouse.catalogue import WAREHOUSE
from pipelines.yaml_file import check_yaml, field_error, yaml_files

DEFAULT_RULES = Path(__file__).parent / "rules"
"""The folder of the rules that come with Conjoin."""

RISK_FILE = "risk_subject.yaml"
"""The one file of the folder that is no rule: what makes a risk subject."""

_READ = "`subject_id`, `records` and `items`"


def load_rules(folder: Path = DEFAULT_RULES, report: Report = refuse) -> tuple[Rule, ...]:
    """Return every rule of a folder, ordered by id, its SQL proven to run on the warehouse's tables.

    Args:
        folder: holds one `<rule id>.yaml` per rule; an empty folder is a deployment that seeks no gaps.
        report: called with each mistake; a rule that has one is left out.

    Raises:
        ConfigurationError: by default, for the first of these: the folder is missing; a file is not a rule; its SQL
            does not bind, is not one SELECT, or yields other columns than a rule must; a sentence names a column that
            the SQL does not yield.
    """
    if not folder.is_dir():
        report(ConfigurationError(f"{folder} does not exist; create the folder of gap rules or correct the path."))
        return ()
    with _empty_warehouse() as con, Temporaries(con) as own:
        views.make(own)
        working.make(own)
        files = [file for file in yaml_files(folder, report) if file.name != RISK_FILE]
        return tuple(rule for file in files if (rule := _Loading(con, file, report).rule()))


def load_risk(folder: Path = DEFAULT_RULES, report: Report = refuse) -> Risk | None:
    """Return what makes a risk subject, its SQL proven to run; None if the folder does not say.

    Args:
        folder: the folder of rules.
        report: called with each mistake; with one, None is returned.

    Raises:
        ConfigurationError: by default, if the file is wrong.
    """
    file = folder / RISK_FILE
    if not file.is_file():
        return None
    with _empty_warehouse() as con, Temporaries(con) as own:
        views.make_items(own)
        return _Loading(con, file, report).risk()


@contextmanager
def _empty_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        for schema in sorted({table.schema for table in WAREHOUSE}):
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for table in WAREHOUSE:
            for statement in table.ddl():
                con.execute(statement)
        yield con


class _Loading:
    """One file on its way to what the engine takes; it arrives if nothing was wrong with it."""

    def __init__(self, con: duckdb.DuckDBPyConnection, file: Path, report: Report) -> None:
        self._con, self._file, self._report = con, file, report
        self._whole = True

    def rule(self) -> Rule | None:
        spec = check_yaml(self._file, RuleSpec, self._report)
        if spec is None:
            return None
        if spec.id != self._file.stem:
            self._wrong("id", f"it must be the file's name, `{self._file.stem}`")
        required = ["subject_id", "trigger_date"]
        required += ["held_by"] if spec.held_by == (ANY,) or len(spec.held_by) > 1 else []
        required += ["expected_in"] if len(spec.expected_in) > 1 else []
        gaps = self._bound("sql", spec, spec.sql, GAP_COLUMNS, required)
        answers = None
        if spec.answered_by is not None:
            answers = self._bound("answered_by", spec, spec.answered_by, ANSWER_COLUMNS, ("gap_id", "record_key"))
        if gaps is None:
            return None
        if not {"records", "items"} & gaps.columns.keys():
            self._wrong("sql", "it yields neither `records` nor `items`, so a gap would rest on nothing")
        for clause, template in spec.sentence.clauses.items():
            unknown = sorted(sentence.placeholders(template) - sentence.FROM_ENGINE - gaps.columns.keys())
            for name in unknown:
                self._wrong("sentence", f"its clause `{clause}` names `{name}`, which `sql` does not yield")
        return Rule(self._file, spec, gaps, answers) if self._whole else None

    def risk(self) -> Risk | None:
        spec = check_yaml(self._file, RiskSpec, self._report)
        if spec is None:
            return None
        subjects = self._bound("sql", spec, spec.sql, RISK_COLUMNS, ("subject_id",))
        if subjects is None:
            return None
        for name in sorted(subjects.columns.keys() - RISK_COLUMNS.keys()):
            self._wrong("sql", f"it yields the column `{name}`, and only {_READ} are read")
        return Risk(self._file, spec, subjects) if self._whole else None

    def _bound(
        self,
        field: str,
        spec: RuleSpec | RiskSpec,
        sql: str,
        columns: Mapping[str, str],
        required: Collection[str],
    ) -> Bound | None:
        try:
            return bind(self._con, sql, spec.values, columns=columns, required=required)
        except BindingError as error:
            problem = str(error)
        self._wrong(field, problem)
        return None

    def _wrong(self, field: str, problem: str) -> None:
        self._whole = False
        self._report(field_error(self._file, (field,), problem))
