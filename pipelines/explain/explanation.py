"""What an explanation holds, and which live subject a subject id or a record key names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage_models.relations import single_value
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from linkage_models.explain import ScoredPair


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why records are, or are not, together.

    Attributes:
        text: in words.
        data: as plain values, for a script to read.
        drawn: the pair of records that a picture of it shows; None if there is none.
    """

    text: str
    data: dict[str, Any]
    drawn: ScoredPair | None


def subject_named(con: DuckDBPyConnection, given: str) -> str:
    """Return the live subject that a subject id or a record key names.

    Args:
        con: the snapshot.
        given: the id or the key.

    Raises:
        ConfigurationError: it names none; the message says what became of a retired id.
    """
    if ":" in given:
        return subject_of(con, given)
    subject = given.upper()
    found = con.execute("SELECT subject_id FROM linked.current_subject($id) ORDER BY subject_id", {"id": subject})
    now = [live for (live,) in found.fetchall()]
    if now == [subject]:
        return subject
    if now:
        raise ConfigurationError(f"{subject} is retired; what it stood for is now {' and '.join(now)}.")
    events = "SELECT count(*) FROM linked.subject_event WHERE list_contains(old_subject_ids || new_subject_ids, $id)"
    if single_value(con, events, {"id": subject}):
        raise ConfigurationError(f"{subject} is retired: none of its records is in any source system now.")
    raise ConfigurationError(
        f"There is no subject {given}; a subject id looks like S00000022Y and a record key like system:record-id."
    )


def subject_of(con: DuckDBPyConnection, record: str) -> str:
    """Return the subject that a nominal record is of.

    Args:
        con: the snapshot.
        record: the record's key.

    Raises:
        ConfigurationError: there is no such record.
    """
    row = con.execute(
        "SELECT subject_id FROM linked.subject_record WHERE record_key = $key", {"key": record}
    ).fetchone()
    if row is None:
        raise ConfigurationError(f"No source system holds the record {record}; look it up in linked.subject_record.")
    return str(row[0])
