"""Rulings of people on night 1 of the shipped sample, all of other subjects, that one run takes up together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.pipelines.nights import ask, conjoin

HEADING = "record_a,record_b,verdict,decided_by,reason\n"


@dataclass(frozen=True)
class Ruled:
    """The home, and whom the rulings are about.

    Attributes:
        home: where the run took them up.
        near_miss: two records that nearly were one person; they are.
        singles: two records, each a subject of its own; they are one person.
        parted: the two records of one subject; they are two people.
        stranger: a record of another subject, which is one person with the first of `parted`.
        decision: the id of the ruling on `parted`.
        imported: two records that nearly were one person; a file says that they are.
    """

    home: Path
    near_miss: list[str]
    singles: list[str]
    parted: list[str]
    stranger: str
    decision: str
    imported: list[str]


def rule(home: Path, file: Path) -> dict[str, object]:
    """Make all rulings in a home and run; return what `Ruled` holds but for the home.

    Args:
        home: a home in which night 1 was linked.
        file: where to write those that are imported.
    """
    subject_of = dict(ask(home, "SELECT record_key, subject_id FROM linked.subject_record"))
    taken: set[object] = set()

    def first_free(sql: str) -> list[str]:
        """Return the first row of records that no other ruling is about."""
        for row in ask(home, sql):
            subjects = {subject_of[record] for record in row}
            if not subjects & taken:
                taken.update(subjects)
                return [str(record) for record in row]
        raise LookupError(sql)

    singles = "FROM linked.subject_record SEMI JOIN (FROM linked.subject WHERE record_count = 1) USING (subject_id)"
    near_misses = "SELECT record_l, record_r FROM linked.link WHERE relation = 'near_miss'"
    near_miss = first_free(f"{near_misses} ORDER BY match_weight DESC")
    alone = first_free(f"SELECT min(record_key), max(record_key) {singles}")
    parted = first_free(
        "SELECT min(record_key), max(record_key) FROM linked.subject_record GROUP BY subject_id HAVING count(*) = 2 "
        "ORDER BY subject_id"
    )
    (stranger,) = first_free("SELECT record_key FROM linked.subject_record WHERE source_system = 'rms' ORDER BY 1 DESC")
    one, other = imported = first_free(f"{near_misses} ORDER BY ALL")

    said = conjoin(home, "decide", "different", *parted, "--by", "a.person", "--reason", "twins").stdout
    for pair in (near_miss, alone, [parted[0], stranger]):
        conjoin(home, "decide", "same", *pair, "--by", "a.person", "--reason", "fingerprints")
    file.write_text(f"{HEADING}{other},{one},same,a.person,fingerprints\n", encoding="utf-8-sig")
    conjoin(home, "decide", "import", str(file))
    conjoin(home, "run", "--json")
    decision = re.search(r"D[0-9a-f]{12}", said)
    assert decision
    return {
        "near_miss": near_miss, "singles": alone, "parted": parted, "stranger": stranger, "decision": decision[0],
        "imported": imported,
    }  # fmt: skip
