"""Whatever is lost of a landing, no older load is ever taken for the newest, and no night is lost with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from linkage_models.relations import statement
from pipelines.errors import SourceError
from pipelines.landing.manifest import MANIFEST, folders, loads
from pipelines.publish import fill
from tests.pipelines.canonical.town import CHANGES, Town


def names(town: Town) -> list[str]:
    return [path.name for path in folders(town.landing)]


def published_load(town: Town) -> list[tuple[str, int]]:
    """Return the load that is told to analysts, with how many rows tell it."""
    town.rows("CREATE OR REPLACE MACRO publish_shows(system) AS true")
    found = town.rows(f"SELECT load_id, count(*) FROM ({statement(fill.__file__, 'linked/source_load')}) GROUP BY ALL")
    town.rows("DROP MACRO publish_shows")
    return found


def test_a_delivery_is_applied_after_old_loads_were_deleted(tmp_path: Path) -> None:
    town = Town(tmp_path)
    for surname in ("Abbott", "Baker", "Carter"):
        town.deliver(surname, "Smith")
        town.night()
    for name in names(town)[:2]:
        shutil.rmtree(town.landing / name)
    town.deliver("Dyer", "Smith")
    applied = town.night()
    assert applied.load.load_id.split("-")[1] == "00004"
    assert applied.records_changed == 1
    assert town.surnames() == ["DYER", "SMITH"]
    assert town.rows("SELECT state, load_id FROM nominal.feed") == [("current", applied.load.load_id)]


def test_a_landing_that_was_lost_is_read_anew_and_published_once(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.deliver("Abbott", "Smith")
    town.night()
    for surname in ("Abbott", "Baker"):  # the same again, and something else
        shutil.rmtree(town.landing)
        town.deliver(surname, "Smith")
        applied = town.night()
        assert not applied.repeated
        assert published_load(town) == [(applied.load.load_id, 1)]
    assert [name.split("-")[1] for name in names(town)] == ["00003"]
    assert town.surnames() == ["BAKER", "SMITH"]
    assert town.night().repeated


def test_of_two_loads_that_bear_one_number_the_later_is_in_force(tmp_path: Path) -> None:
    """As a home has them whose landing was lost before numbers went on from the warehouse's."""
    town = Town(tmp_path)
    town.deliver("Abbott", "Smith")
    first = town.night().load.load_id
    later = "20260303T000000Z-00001-00000000"
    for table in ("load", "profile"):
        town.rows(f"INSERT INTO nominal.{table} SELECT * REPLACE ('{later}' AS load_id) FROM nominal.{table}")
    assert first < later
    assert published_load(town) == [(later, 1)]


def cut(load: Path) -> None:
    manifest = load / MANIFEST
    manifest.write_bytes(manifest.read_bytes()[:40])


def empty(load: Path) -> None:
    (load / MANIFEST).write_bytes(b"")


def another(load: Path) -> None:
    (load / MANIFEST).write_text('["not", "a", "manifest"]', encoding="utf-8")


def without(load: Path) -> None:
    (load / MANIFEST).unlink()


def cut_rows(load: Path) -> None:
    rows = load / "people.parquet"
    rows.write_bytes(rows.read_bytes()[:-9])


def no_rows(load: Path) -> None:
    (load / "people.parquet").write_bytes(b"")


def lost_rows(load: Path) -> None:
    (load / "people.parquet").unlink()


@pytest.mark.parametrize("damage", [cut, empty, another, without, cut_rows, no_rows, lost_rows])
@pytest.mark.parametrize("which", [0, -1], ids=["oldest", "newest"])
def test_a_damaged_load_costs_that_load_alone(
    damage: Callable[[Path], None], which: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    town = Town(tmp_path)
    for surname in ("Abbott", "Baker"):
        town.deliver(surname, "Smith")
        town.night()
    damaged = names(town)[which]
    damage(town.landing / damaged)
    applied = town.night()
    assert f"town: 1 load is damaged and passed over: {damaged}" in caplog.text
    assert applied.repeated == (which == 0)
    assert town.surnames() == ["BAKER", "SMITH"]
    town.deliver("Carter", "Smith")
    assert town.night().records_changed == 1
    assert town.surnames() == ["CARTER", "SMITH"]


def test_what_is_no_load_of_ours_is_left_alone(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.deliver("Abbott", "Smith")
    load = town.landing / town.night().load.load_id
    shutil.copytree(load, town.landing / f"{load.name} copy")
    shutil.copytree(load, town.landing / "99990101T000000Z-x-y")
    (town.landing / "notes").mkdir()
    (town.landing / "notes" / MANIFEST).write_text("{}", encoding="utf-8")
    (town.landing / "20990101T000000Z-99999-00000000").write_text("a file", encoding="utf-8")
    assert [one.load_id for one in loads(town.landing)] == [load.name]
    town.deliver("Baker", "Smith")
    assert town.night().load.load_id.split("-")[1] == "00002"


def test_records_stay_in_force_where_the_landing_is_lost_and_nothing_can_be_landed(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.deliver("Abbott", "Smith")
    load = town.night().load.load_id
    shutil.rmtree(town.landing)
    (tmp_path / "inbox" / "people.csv").unlink()
    applied = town.night()
    assert applied.state == "failed"
    assert applied.repeated
    assert town.surnames() == ["ABBOTT", "SMITH"]
    assert town.rows("SELECT state, load_id FROM nominal.feed") == [("failed", load)]


def test_an_older_load_is_never_applied_in_place_of_the_one_in_force(tmp_path: Path) -> None:
    town = Town(tmp_path)
    for surname in ("Abbott", "Baker"):
        town.deliver(surname, "Smith")
        town.night()
    older, newer = names(town)
    shutil.rmtree(town.landing / newer)
    said = (
        rf"town: load {newer} is in force but lost from .*, and the newest that lies there, {older}, is older; restore"
    )
    with pytest.raises(SourceError, match=said):
        town.take_in()
    shutil.rmtree(town.landing / older)
    with pytest.raises(SourceError, match=rf"town: load {newer} is in force but lost .*, and no other lies there; "):
        town.take_in()
    assert town.surnames() == ["BAKER", "SMITH"]


def test_files_of_changes_that_may_be_gone_are_not_taken_for_deleted_records(tmp_path: Path) -> None:
    town = Town(tmp_path, **CHANGES)
    town.deliver("Abbott", "Smith", "Wright", file="1.csv")
    town.night()
    town.deliver("Baker", file="2.csv", first=4)
    town.night()
    (tmp_path / "inbox" / "2.csv").unlink()
    shutil.rmtree(town.landing / names(town)[-1])
    applied = town.night()
    assert applied.failed
    assert applied.failed.startswith("town: load number 2 is lost from ")
    assert "conjoin run --accept-loss" in applied.failed
    assert town.surnames() == ["ABBOTT", "SMITH", "WRIGHT", "BAKER"]
    town.deliver("Carter", file="3.csv", first=5)
    assert town.night(accept_loss=True).state == "current"
    assert town.surnames() == ["ABBOTT", "SMITH", "WRIGHT", "CARTER"]
    town.deliver("Dyer", file="4.csv", first=6)
    assert town.night().records_new == 1


def test_all_files_of_changes_may_be_lost_and_the_loss_accepted(tmp_path: Path) -> None:
    town = Town(tmp_path, **CHANGES)
    town.deliver("Abbott", "Smith", file="1.csv")
    town.night()
    town.deliver("Baker", file="2.csv", first=3)
    town.night()
    for file in (tmp_path / "inbox").iterdir():
        file.unlink()
    shutil.rmtree(town.landing / names(town)[-1])
    assert town.night(accept_loss=True).state == "current"
    assert town.surnames() == ["ABBOTT", "SMITH"]
    assert town.night().repeated
