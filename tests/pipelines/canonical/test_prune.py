"""`conjoin prune` removes old loads and nothing that a night still needs."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import audit
from pipelines.canonical.prune import LEAST, prune
from pipelines.errors import WarehouseBusyError
from pipelines.landing import manifest
from pipelines.landing.manifest import folders
from pipelines.warehouse.lock import run_lock
from tests.pipelines.canonical.town import Town

LOADS = LEAST + 3


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town that was landed on more nights than are to be kept; tests take a copy."""
    town = Town(tmp_path_factory.mktemp("town") / "home")
    for number in range(LOADS):
        town.deliver(f"Abbott{'abcdefghijklmnopqrstuvwxyz'[number]}", "Smith", "Wright")
        town.night()
    return town


@pytest.fixture
def town(before: Town, tmp_path: Path) -> Town:
    copied = Town(tmp_path / "other")
    shutil.copytree(before.folder, copied.folder, dirs_exist_ok=True)
    copied.nights = before.nights
    return copied


def names(town: Town) -> list[str]:
    return [path.name for path in folders(town.landing)]


def test_the_oldest_loads_go_and_nights_go_on_as_before(town: Town) -> None:
    landed = names(town)
    would = prune(town.settings(), keep=LEAST, who="a.person", dry_run=True)
    assert names(town) == landed
    assert prune(town.settings(), keep=LEAST, who="a.person") == would
    (one,) = would
    assert (one.removed, one.kept) == (tuple(landed[:3]), LEAST)
    assert names(town) == landed[3:]
    (entry,) = [entry for entry in audit.read(town.settings()) if entry.action == "erasure"]
    assert (entry.who, entry.what) == ("a.person", {"landing": "town", "loads": landed[:3]})
    assert town.night().repeated
    town.deliver("Changed", "Smith", "Wright")
    applied = town.night()
    assert applied.records_changed == 1
    assert applied.drift.compared
    assert [one.removed for one in prune(town.settings(), keep=LEAST + 1, who="a.person")] == [()]


def test_the_load_in_force_stays_however_many_were_refused_since(town: Town) -> None:
    held = names(town)[-1]
    for number in range(LEAST + 1):  # each is refused, as most records are gone
        town.deliver(f"Only{'abcdefghijklmnopqrstuvwxyz'[number]}")
        assert town.night().refused
    (one,) = prune(town.settings(), keep=LEAST, who="a.person")
    assert names(town)[0] == held
    assert one.kept == LEAST + 2


def test_nothing_goes_where_the_newest_load_is_lost_or_damaged(town: Town) -> None:
    landed = names(town)
    (town.landing / landed[-1] / manifest.MANIFEST).write_text("{", encoding="utf-8")
    (one,) = prune(town.settings(), keep=LEAST, who="a.person")
    assert replace(one, kept=0) == type(one)("town", (), 0, "its newest load is lost or damaged")
    shutil.rmtree(town.landing / landed[-1])
    (one,) = prune(town.settings(), keep=LEAST, who="a.person")
    assert one.spared
    assert names(town) == landed[:-1]


def test_a_load_half_removed_is_none_and_the_next_night_sweeps_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(path: Path) -> None:
        raise KeyboardInterrupt

    landed = names(town)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            prune(town.settings(), keep=LEAST, who="a.person")
    assert names(town) == landed[1:]
    assert town.night().repeated
    assert not list(town.landing.glob(".gone-*"))


def test_nothing_goes_while_a_run_is_at_work(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.canonical.prune.DECISION_SECONDS", 0.0)
    with run_lock(town.settings()), pytest.raises(WarehouseBusyError, match="Another run"):
        prune(town.settings(), keep=LEAST, who="a.person")
