"""From one night to the next about one record in a hundred is new, changed, deleted or merged; the rest stay."""

import sqlite3
from pathlib import Path

import pytest

_TABLES = {
    "nomis": ("offenders", "noms_no"),
    "ndelius": ("offenders", "crn"),
    "oasys": ("assessments", "assessment_id"),
}


def _rows(sample: Path, night: int, system: str) -> dict[str, tuple[object, ...]]:
    table, _ = _TABLES[system]
    with sqlite3.connect(sample / f"night-{night}" / system / f"{system}.sqlite") as database:
        return {str(row[0]): row for row in database.execute(f"select * from {table}")}


def _ids(sample: Path, night: int, system: str, query: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(sample / f"night-{night}" / system / f"{system}.sqlite") as database:
        return database.execute(query).fetchall()


def _lines(sample: Path, night: int, file: str) -> set[str]:
    return set((sample / f"night-{night}" / file).read_text(encoding="utf-8").splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("file", ["pnc/PNC_NOMINALS.txt", "rms/nominals.csv", "rms/addresses.csv", "rms/contacts.csv"])
def test_all_but_about_one_row_in_a_hundred_is_the_same_byte_for_byte(population: Path, file: str) -> None:
    before, after = _lines(population, 1, file), _lines(population, 2, file)
    assert 0.002 < len(after - before) / len(after) < 0.02
    assert len(before - after) / len(before) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("system", ["nomis", "ndelius"])
def test_records_are_new_deleted_and_changed(population: Path, system: str) -> None:
    before, after = _rows(population, 1, system), _rows(population, 2, system)
    changed = [key for key in before.keys() & after.keys() if before[key] != after[key]]
    assert after.keys() - before.keys()
    assert before.keys() - after.keys()
    assert changed
    touched = len(after.keys() - before.keys()) + len(before.keys() - after.keys()) + len(changed)
    assert touched / len(before) < 0.03


@pytest.mark.parametrize(("system", "prefix"), [("nomis", "noms_no"), ("ndelius", "crn")])
def test_a_merged_record_leaves_the_live_table_and_its_merge_names_the_survivor(
    shipped: Path, system: str, prefix: str
) -> None:
    query = f"select merged_{prefix}, surviving_{prefix}, merged_on from merges"
    earlier = {row[0] for row in _ids(shipped, 1, system, query)}
    merges = [row for row in _ids(shipped, 2, system, query) if row[0] not in earlier]
    before, after = _rows(shipped, 1, system), _rows(shipped, 2, system)
    assert merges
    for merged, surviving, merged_on in merges:
        assert merged in before
        assert merged not in after
        assert surviving in after
        assert merged_on == "2026-03-02"


@pytest.mark.parametrize(("system", "key"), [("nomis", "noms_no"), ("ndelius", "crn")])
def test_what_hung_on_a_merged_record_hangs_on_the_survivor(shipped: Path, system: str, key: str) -> None:
    table = {"nomis": "sentences", "ndelius": "disposals"}[system]
    earlier = set(_ids(shipped, 1, system, f"select merged_{key} from merges"))
    for merged, surviving in _ids(shipped, 2, system, f"select merged_{key}, surviving_{key} from merges"):
        if (merged,) not in earlier:
            hung = f"select 1 from {table} where {key} = '{merged}'"
            assert not _ids(shipped, 2, system, hung)
            count = f"select count(*) from {table} where {key} in ('{merged}', '{surviving}')"
            assert _ids(shipped, 1, system, count) == _ids(shipped, 2, system, count)


def test_the_historic_merges_are_delivered_every_night(shipped: Path) -> None:
    query = "select merged_crn, surviving_crn, merged_on from merges"
    assert set(_ids(shipped, 1, "ndelius", query)) <= set(_ids(shipped, 2, "ndelius", query))
