"""The night after an upgrade: a home that an earlier version left goes on as one that was never upgraded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.formats import FORMAT
from tests.kept_homes.contents import contents
from tests.kept_homes.telling import conjoin, tell
from tests.kept_homes.unpacking import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.kept_homes.contents import Contents

pytestmark = pytest.mark.slow

FORMATS = range(1, FORMAT + 1)

OF_RUN_CLOCK_AND_CODE = {
    "linkage.decision": ("decision_id",),
    "linkage.run": ("run_id", "started_at", "finished_at", "bundle", "versions", "timings"),
    "linkage.subject_event": ("run_id",),
    "linked.snapshot": ("audit_entries", "audit_hash"),
    "linked.run": ("run_id", "started_at", "finished_at", "bundle", "versions", "timings"),
    "linked.subject_event": ("run_id",),
    "nominal.load": ("mapping_hash",),
}
"""Columns that tell which run wrote a row, when by the clock, and by what code, with the bundle that comes with it."""

COUNTED_SINCE_FORMAT_4 = ("implausible_birth_dates", "placeholder_birth_dates", "partial_birth_dates")

APPLIED_ANEW = {
    "nominal.record": ("load_id", "landed_row"),
    "nominal.load": ("records_changed", *COUNTED_SINCE_FORMAT_4),
    "gap.finding": ("rests_on",),
}
"""What differs where loads were applied anew for columns that formats 3 and 4 added, and in loads and gaps before."""

APPLIED_ANEW_SINCE = 4

KEPT_FOR_EVER = {
    "linkage.decision": ("*",),
    "linkage.subject_event": ("*",),
    "linkage.run": ("run_id", "as_of", "started_at", "bundle", "inputs", "counts"),
    "linkage.membership": ("record_key", "subject_id", "since"),
    "gap.finding": ("gap_id", "subject_id", "rule_id", "first_seen"),
    "nominal.quarantine": ("load_id", "resource", "landed_row", "reason", "raw"),
    "nominal.profile": ("*",),
}
"""What a night adds to and takes nothing from, by table."""


@pytest.fixture(scope="module")
def told_afresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Return what tells a story with its next night in a new home, once for all kept homes that tell the same."""
    told: dict[str, Path] = {}

    def telling(story: Path) -> Path:
        files = sorted(path for path in story.rglob("*") if path.is_file())
        content = repr([(path.relative_to(story), path.read_bytes()) for path in files])
        if content not in told:
            told[content] = tmp_path_factory.mktemp("afresh")
            tell(story, "kept", told[content])
            tell(story, "next", told[content])
        return told[content]

    return telling


def without(held: Contents, columns: Mapping[str, tuple[str, ...]]) -> Contents:
    """Return contents without some columns, in order of what is left."""
    return {
        table: sorted(
            ({name: value for name, value in row.items() if name not in columns.get(table, ())} for row in rows),
            key=repr,
        )
        for table, rows in held.items()
    }


def all_of(folder: Path) -> Contents:
    """Return what the warehouse and the snapshot of a home hold, but for what two runs never have in common."""
    home = folder / "home"
    held = contents(home / "warehouse.duckdb") | contents(home / "published" / "joint" / "current.duckdb")
    del held["conjoin.format"], held["conjoin.audit_head"]
    return without(held, OF_RUN_CLOCK_AND_CODE)


@pytest.mark.parametrize("number", FORMATS)
def test_the_night_after_an_upgrade_is_that_of_a_home_made_afresh(
    number: int, told_afresh: Callable[[Path], Path], tmp_path: Path
) -> None:
    settings = unpack(number, tmp_path)
    before = contents(settings.warehouse)
    tell(tmp_path / "story", "next", tmp_path)
    after = contents(settings.warehouse)
    for table, columns in KEPT_FOR_EVER.items():
        names = before[table][0] if columns == ("*",) else columns
        held = [[row[name] for name in names] for row in after[table]]
        assert [row for row in before[table] if [row[name] for name in names] not in held] == [], table
    upgraded, made_afresh = all_of(tmp_path), all_of(told_afresh(tmp_path / "story"))
    if number < APPLIED_ANEW_SINCE:
        upgraded, made_afresh = without(upgraded, APPLIED_ANEW), without(made_afresh, APPLIED_ANEW)
    assert set(upgraded) == set(made_afresh)
    assert [table for table in upgraded if upgraded[table] != made_afresh[table]] == []
    assert conjoin(tmp_path, "2026-03-04T03:00:00Z", "audit", "--verify") == "The audit log is whole.\n"
