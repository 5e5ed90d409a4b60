"""Reading a folder of truth, to measure or calibrate by: which person each record is of, and which gaps there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from linkage_models.relations import literal, relation, single_row
from linkage_models.words import counted
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from linkage_models.relations import Temporaries

COLUMNS = {
    "record.csv": ("system", "source_record_id", "person_id"),
    "gap.csv": ("rule_id", "person_id", "held_by", "expected_in", "planted", "detail"),
}
"""The files of a truth folder and the columns each must have."""


def read_people(own: Temporaries, folder: Path, known: str) -> str:
    """Make the view `truth` (record_key, person_id) of a truth folder; raise if the folder cannot be a truth.

    Args:
        own: where the view is made.
        folder: the folder.
        known: a relation with the `record_key` of every record there is.

    Returns:
        The view's name.

    Raises:
        ConfigurationError: the file or a column is missing, a record is there twice, or none of them is known.
    """
    people = (
        f"SELECT system || ':' || source_record_id AS record_key, person_id FROM {_table(own, folder, 'record.csv')}"
    )
    own.view("truth", people)
    twice, shared = single_row(
        own.con,
        "SELECT (SELECT count(*) - count(DISTINCT record_key) FROM truth), "
        f"(SELECT count(*) FROM truth SEMI JOIN {relation(known)} USING (record_key))",
    )
    file = folder / "record.csv"
    if twice:
        raise ConfigurationError(f"{file} names {counted(twice, 'record')} twice; give each record one person.")
    if not shared:
        raise ConfigurationError(f"{file} names no record that is here; name the truth of these records.")
    return "truth"


def read_gaps(own: Temporaries, folder: Path, findings: str) -> str:
    """Make the view `truth_gap` of a truth folder: each gap that should be found, or should not.

    Args:
        own: where the view is made.
        folder: the folder.
        findings: a relation with the `rule_id` and `matter` of every gap found.

    Returns:
        The view's name.

    Raises:
        ConfigurationError: the file or a column is missing.
    """
    # A rule that finds one thing only tells no matters apart.
    own.view(
        "truth_gap",
        "SELECT * REPLACE (planted::BOOLEAN AS planted), CASE WHEN rule_id IN "
        f"(SELECT rule_id FROM {relation(findings)} WHERE matter <> '') THEN detail ELSE '' END AS matter "
        f"FROM {_table(own, folder, 'gap.csv')}",
    )
    return "truth_gap"


def read_origins(own: Temporaries, folder: Path) -> str | None:
    """Make the view `origin` of each person's name origin, if the truth has it, as the sample's does.

    Returns:
        The view's name; None if it does not.
    """
    file = folder.parent / "person.csv"
    if not file.is_file() or not {"person_id", "name_origin"} <= _columns(own, file):
        return None
    own.view("origin", f"SELECT person_id, name_origin FROM {_csv(file)} WHERE name_origin IS NOT NULL")
    return "origin"


def _table(own: Temporaries, folder: Path, name: str) -> str:
    """Return SQL for the rows of a file of a truth folder.

    Raises:
        ConfigurationError: the file or a column of it is missing.
    """
    file, wanted = folder / name, COLUMNS[name]
    if not file.is_file():
        raise ConfigurationError(f"{folder} holds no {name}; name the folder of the truth with --truth.")
    held = _columns(own, file)
    lacking = [column for column in wanted if column not in held]
    if lacking:
        raise ConfigurationError(f"{file} lacks the column {', '.join(lacking)}; its columns are {wanted}.")
    return _csv(file)


def _columns(own: Temporaries, file: Path) -> set[str]:
    return {column for column, *_ in own.con.execute(f"DESCRIBE FROM {_csv(file)}").fetchall()}


def _csv(file: Path) -> str:
    return f"read_csv({literal(str(file))}, header = true, all_varchar = true)"
