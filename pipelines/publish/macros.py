"""The macros of a snapshot: questions with a parameter, answered by plain DuckDB without any of Conjoin's code."""

from __future__ import annotations

from dataclasses import dataclass

from linkage_models.relations import literal, statement
from linkage_models.standardise.names import APOSTROPHES, LETTERS_WITHOUT_DECOMPOSITION

_UNBUILT, _PLAIN = LETTERS_WITHOUT_DECOMPOSITION

# The folding of standardised names, so that a name typed in any case, with or without accents, apostrophes and
# hyphens meets the tokens of the file.
_FOLD_NAME = rf"""
array_to_string(list_filter(string_split(regexp_replace(regexp_replace(
    translate(
        upper(strip_accents(replace(replace(replace(
            regexp_replace(given::VARCHAR, {literal(APOSTROPHES)}, '', 'g'), 'ß', 'ss'), 'Æ', 'AE'), 'æ', 'ae'
        ))),
        '{_UNBUILT}', '{_PLAIN}'
    ),
    '[^\pL\pM]+', ' ', 'g'), '\bMC (\pL)', 'MC\1', 'g'), ' '), lambda token: token <> ''), ' ')
"""


@dataclass(frozen=True, slots=True)
class Macro:
    """One macro of a snapshot."""

    name: str
    parameters: str
    body: str
    is_table: bool
    description: str

    def ddl(self) -> str:
        """Return the statement that makes it in the snapshot, opened as a database of its own."""
        kind = "TABLE " if self.is_table else ""
        return f"CREATE OR REPLACE MACRO linked.{self.name}({self.parameters}) AS {kind}{self.body}"


STEPS = ("asked", "wanted", "close", "candidate", "scored", "dated", "best")
"""From the name asked for to the best name of each subject, each kept in `macro/find_subject/`."""

FOLD_NAME = Macro(
    "fold_name",
    "given",
    _FOLD_NAME,
    is_table=False,
    description="A name as `find_subject` compares it: capitals, no accents, apostrophes or hyphens.",
)

MACROS: tuple[Macro, ...] = (
    FOLD_NAME,
    Macro(
        "find_subject",
        "name, birth_date := NULL, max_rows := 50",
        statement(__file__, "macro/find_subject", steps=STEPS),
        is_table=True,
        description=(
            "Subjects with that name or alias, its parts in any order, exact before close; with a date of birth only "
            "those that hold it, nearly hold it or hold none. Gives subject_id, display_name, birth_date, "
            "source_systems, record_count, matched_name and score (1 is exact), best first."
        ),
    ),
    Macro(
        "subject_as_of",
        "ts",
        statement(__file__, "macro/subject_as_of"),
        is_table=True,
        description=(
            "Which records were held to be which subject at an instant (UTC). Gives subject_id, record_key, "
            "source_system, source_record_id and since."
        ),
    ),
    Macro(
        "current_subject",
        "id",
        statement(__file__, "macro/current_subject"),
        is_table=True,
        description=(
            "The subject of an id today: itself if the id is in use, else every subject its merges and splits lead "
            "to; none if the records are gone. Gives subject_id, display_name, birth_date, source_systems and "
            "record_count."
        ),
    ),
)
"""The macros in the order they are made: a macro must exist before one that calls it."""
