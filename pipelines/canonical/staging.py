"""Staging: one load's landed rows as canonical records and items in temporary tables, and why the others are not.

staged_person      one row per row of the record's resource, with `problem` if it is no person
staged_merge       one row per record id that the source merged into another, with the one that is left
staged_item        one row per candidate information item, with `problem` if it cannot be one
staged_quarantine  one row per landed row, or element of a nested list, that became neither
staged_record      one row per nominal record, whole
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import duckdb

from linkage_models import standardise
from linkage_models.python_function import as_written
from linkage_models.relations import Temporaries, quote, statement
from linkage_models.standardise.identifiers import IDENTIFIER_KINDS
from pipelines.canonical import ahead, bind, dates, given, merges
from pipelines.landing.changes import parquet
from pipelines.landing.manifest import QUARANTINED
from pipelines.source.mapping import MARKINGS, ContactKind

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec

STAGED = Path(__file__).parent / "staged"
"""Every statement that decides what a landed row becomes."""

LONGEST = 254
"""Letters of the longest value that is compared: those of the longest e-mail address that may be (RFC 5321). A name of
a person or a number is far shorter; what is longer is no such value, and comparing two costs their product."""

LONGEST_ADDRESS = 500
"""Letters of the longest address, which is several lines of up to some eighty letters."""

EXPLANATIONS = {
    "missing_key": "the row has no record id",
    "overlong_value": f"a value to compare by is longer than {LONGEST} letters, or {LONGEST_ADDRESS} in an address",
    "duplicate_key": "an earlier row of the same load has the same record id",
    "unknown_record": "the row names a record id that the load does not hold",
    "not_a_list": "the document holds a single value where a list belongs",
    "unreadable_date": "the date of birth cannot be read",
    "implausible_date": "the date of birth lies outside the years that the source may hold, or after the delivery",
    "no_value": "the row holds nothing but blanks or placeholders",
    "unknown_kind": "the row gives a kind of identifier or contact point that Conjoin does not know",
    "not_mapped": "no mapping of the source's YAML takes the row",
    "merge_cycle": "the merge leads, over others, back to where it began",
    "merge_conflict": "the record id was merged into two others",
}
"""Why a row is in quarantine: each reason in words. Landing has reasons of its own, for rows it cannot read."""


class Staging(Temporaries):
    """One load of a source system, staged; leaving the `with` block drops the tables.

    Attributes:
        spec: the source system.
        load: the load.
        folder: the load's folder.
        touched: whether only the rows in `touched_row` are staged.
    """

    def __init__(
        self, con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, load: Load, folder: Path, *, touched: bool
    ) -> None:
        """Stage nothing yet.

        Args:
            con: the warehouse.
            spec: the source system.
            yaml_file: where its YAML lies, for errors.
            load: the load.
            folder: the source's landing folder.
            touched: whether to stage only the rows in `touched_row`.
        """
        super().__init__(con)
        self.spec, self.load, self.folder, self.touched = spec, load, folder / load.load_id, touched
        self._yaml_file = yaml_file
        self._taking, self._ahead = ahead.taken_ahead(con, spec)

    def stage(self) -> None:
        """Fill the tables named in this module's docstring.

        Raises:
            ConfigurationError: an expression of the YAML does not fit the landed columns.
        """
        standardise.register(self.con)
        system = {"system": self.spec.system}
        longest = {"longest": LONGEST}
        of_item = {
            "as_of": self.load.delivered_at,
            "country": self.spec.country,
            "markings": list(MARKINGS),
            "identifier_kinds": [*IDENTIFIER_KINDS, *self.spec.identifier_kinds],
            "contact_kinds": list(get_args(ContactKind)),
        }
        why = {"reasons": list(EXPLANATIONS), "explanations": list(EXPLANATIONS.values())}
        self._read_given()
        self.table("staged_person", _kept("person"), {**system, **longest})
        self.view("person_row", "SELECT landed_row FROM staged_person WHERE problem IS NULL OR problem = 'merged'")
        self.table("merge_event", _kept("merge_event"), system)
        self.rows("merge_ending", merges.merge_endings(self.con.execute("FROM merge_event").fetchall()))
        self.table("staged_merge", _kept("merge"))
        self.con.execute(
            "UPDATE staged_person SET problem = 'merged' "
            "WHERE problem IS NULL AND record_key IN (SELECT merged_key FROM staged_merge WHERE problem IS NULL)"
        )
        self.table("said_item", _kept("said_item"), {**system, **longest, "longest_address": LONGEST_ADDRESS})
        self.table("staged_item", _kept("item", "read_item"), {**system, **of_item})
        self.drop("said_item")
        self.table("staged_record", _kept("record", "told", "ordered", "whole"), system)
        self.view("expected_part", _kept("expected_part"))
        self.view("landed_quarantine", f"FROM {parquet(self.folder / QUARANTINED)}")
        self.table("staged_quarantine", _kept("quarantine"), {"record": self.spec.record.source, **why})

    def _read_given(self) -> None:
        """Make what the source's YAML says readable: `given_person`, `given_item`, `landed_part`, and its dates."""
        self.macro("bounded", "given", f"CASE WHEN length(given) <= {LONGEST} THEN given END")
        dates.make_macros(self, self.spec, self.load.delivered_at.date())
        try:
            self.view("given_person", given.given_person(self.spec, self._landed))
            self.view("given_item", given.given_item(self._taking, self._landed))
            self.view("landed_part", given.landed_part(self.spec, self._landed))
        except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):
            for misfit in bind.misfits(self.con, self.spec, self._yaml_file, self.folder):
                raise misfit from None
            raise

    def _landed(self, resource: str, each: str | None) -> str:
        """Return the name of the view of a resource's landed rows, or of a list inside them, making it if need be."""
        name = f"landed {resource}" + (f" {each}" if each else "")
        if name not in self._made:
            taken = self._ahead.get((resource, each))
            rows = bind.landed_view(self.folder, self.spec, resource, each, ahead=taken, touched=self.touched)
            self.view(name, rows)
        return quote(name)


def mapping_hash(spec: SourceSpec) -> str:
    """Return a hash of all that turns landed rows into canonical ones: the YAML's mapping and Conjoin's own forms."""
    digest = hashlib.sha256(spec.model_dump_json(exclude={"extract", "title", "description"}).encode())
    kept = [path.read_text(encoding="utf-8") for path in sorted(STAGED.rglob("*.sql"))]
    modules = (ahead, bind, dates, given, merges)
    built = [as_written(path) for path in (*(str(module.__file__) for module in modules), __file__)]
    digest.update("".join((*standardise.APPLIED, *kept, *built)).encode())
    return digest.hexdigest()


def _kept(name: str, *steps: str) -> str:
    return statement(__file__, f"staged/{name}", steps)
