"""Deliveries in plain CSV files, a row a record, for worlds that are none of the seven systems; and their truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sample_data.delivery import Night

_GAP_HEADINGS = "rule_id,person_id,held_by,expected_in,planted,detail\n"
_SHEET = Path(__file__).with_name("sheet.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class CsvFile:
    """One CSV file, a row a nominal record.

    Attributes:
        system: the source system whose file it is; names the file too.
        systems: the numbers of the systems whose records it takes.
        fields: its columns after `record_id`, of those of `sheet.sql`.
        firsts: whether each person's first record of a system alone is taken, so that nobody is in it twice.
    """

    system: str
    systems: tuple[int, ...]
    fields: tuple[str, ...]
    firsts: bool = False

    @property
    def records(self) -> str:
        """The part of the night's sheet that is in the file, as SQL, in an order that says nothing of who is who."""
        firsts = " and sequence = 0" if self.firsts else ""
        return f"sheet where system in ({', '.join(map(str, self.systems))}){firsts} order by record_id"


def deliver(night: Night, files: Sequence[CsvFile]) -> None:
    """Append the chunk's rows to the files."""
    night.connection.execute(_SHEET)
    for file in files:
        columns = ", ".join(("record_id", *file.fields))
        night.csv(night.folder / f"{file.system}.csv", f"select {columns} from {file.records}")


def write_people_of(night: Night, files: Sequence[CsvFile]) -> dict[str, int]:
    """Append the chunk's records to `record.csv`, and count those of each file."""
    counts = {}
    for file in files:
        columns = f"'{file.system}' as system, record_id as source_record_id, person_id"
        night.csv(night.truth / "record.csv", f"select {columns} from {file.records}")
        found = night.connection.execute(f"select count(*) from (select 1 from {file.records})").fetchall()
        counts[file.system] = int(found[0][0])
    return counts


def write_no_gaps(night: Night) -> tuple[int, int]:
    """Write a `gap.csv` without a gap: a file that says who somebody is should hold nothing that others hold."""
    (night.truth / "gap.csv").write_text(_GAP_HEADINGS, encoding="utf-8")
    return 0, 0
