"""Upgrading the warehouse: all or nothing, nothing lost, and one sentence for what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from linkage_models.nominal import Bundle, BundleError
from pipelines import audit
from pipelines.errors import ConjoinError, DamagedError, FormatError
from pipelines.formats import CONJOIN, FORMAT
from pipelines.landing.manifest import FAILURE, MANIFEST, failure, loads, write_failure
from pipelines.publish.current import open_snapshot
from pipelines.settings import Settings
from pipelines.warehouse import migrations, run_log
from pipelines.warehouse.database import reader, writer
from pipelines.warehouse.migrations import Step
from pipelines.warehouse.upgrade import plan, upgrade
from tests.kept_homes.contents import contents
from tests.kept_homes.unpacking import unpack
from tests.pipelines.nights import conjoin, refused

LATER = FORMAT + 7


@pytest.fixture
def old(tmp_path: Path) -> Settings:
    """Return the settings of a home of the first format."""
    return unpack(1, tmp_path / "old")


@pytest.fixture
def present(tmp_path: Path) -> Settings:
    """Return the settings of a home of the present format."""
    return unpack(FORMAT, tmp_path / "present")


def write(path: Path, sql: str) -> None:
    """Change a database behind Conjoin's back."""
    with duckdb.connect(str(path)) as con:
        con.execute(sql)


def renumber(path: Path) -> None:
    """Give a JSON file a format that only a later version of Conjoin knows."""
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"format": LATER}), encoding="utf-8")


def files_of_warehouse(settings: Settings) -> set[str]:
    return {path.name for path in settings.home.iterdir() if "warehouse" in path.name}


@pytest.mark.parametrize("number", range(1, FORMAT))
def test_an_upgrade_changes_no_row_and_keeps_the_warehouse_of_before(number: int, tmp_path: Path) -> None:
    settings = unpack(number, tmp_path)
    settings.warehouse.chmod(0o644)
    before, file = contents(settings.warehouse), settings.warehouse.read_bytes()
    done = upgrade(settings, by="k.eeper")
    assert done.kept == settings.home / f"warehouse-format-{number}-20260303T020000.duckdb"
    assert done.kept.read_bytes() == file
    after = contents(settings.warehouse)
    assert [row["number"] for row in after["conjoin.format"]][-1] == FORMAT
    if number > 1:  # where formats are numbered, the upgrade adds the present one
        after["conjoin.format"].pop()
    for table, rows in before.items():
        assert [{name: row[name] for name in rows[0]} for row in after[table]] == rows
    assert [path.stat().st_mode & 0o777 for path in (settings.warehouse, done.kept)] == [0o600, 0o600]
    audit.verify(settings)
    *_, entry = audit.read(settings)
    assert (entry.action, entry.who, entry.what) == (
        "alteration",
        "k.eeper",
        {"file": "warehouse.duckdb", "format": number, "upgraded_to": FORMAT, "kept": done.kept.name},
    )
    assert upgrade(settings, by="k.eeper").steps == ()
    assert files_of_warehouse(settings) == {"warehouse.duckdb", done.kept.name}


def test_an_upgraded_warehouse_describes_itself_as_a_new_one_does(old: Settings, tmp_path: Path) -> None:
    upgrade(old)
    new = Settings(home=tmp_path / "new")
    with writer(new):
        pass
    said = []
    for settings in (old, new):
        with reader(settings) as con:
            tables = con.execute("SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL").fetchall()
            said.append(
                tables
                + con.execute("SELECT table_name, column_name, comment FROM duckdb_columns() ORDER BY ALL").fetchall()
            )
    assert said[0] == said[1]


def test_what_a_killed_run_left_in_the_log_is_upgraded_too(old: Settings) -> None:
    con = duckdb.connect(str(old.warehouse))
    con.execute("PRAGMA disable_checkpoint_on_shutdown")
    con.execute("DELETE FROM linkage.review_flag")
    con.execute("INSERT INTO linkage.review_flag VALUES ('custody:A1001AA', 'weak_bridge')")
    con.close()
    assert Path(f"{old.warehouse}.wal").stat().st_size
    done = upgrade(old)
    for path in (old.warehouse, done.kept):
        assert path
        assert contents(path)["linkage.review_flag"] == [{"record_key": "custody:A1001AA", "flag": "weak_bridge"}]


def test_a_warehouse_on_another_disk_stays_there(old: Settings, tmp_path: Path) -> None:
    elsewhere = tmp_path / "disk" / "linked.duckdb"
    elsewhere.parent.mkdir()
    old.warehouse.rename(elsewhere)
    old.warehouse.symlink_to(elsewhere)
    done = upgrade(old)
    assert old.warehouse.is_symlink()
    assert done.kept == elsewhere.with_name("linked-format-1-20260303T020000.duckdb")
    assert done.kept.exists()
    assert plan(old).steps == ()


def test_an_upgrade_of_nothing_keeps_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    write(settings.warehouse, migrations.steps()[0].path.read_text(encoding="utf-8"))
    done = upgrade(settings)
    assert (done.number, done.kept) == (1, None)
    assert files_of_warehouse(settings) == {"warehouse.duckdb"}
    assert plan(settings).number == FORMAT


@pytest.mark.parametrize("made", [0, 1, 5, 15])
def test_a_warehouse_of_the_first_format_that_was_never_finished_is_made_anew(tmp_path: Path, made: int) -> None:
    settings = Settings(home=tmp_path)
    script = migrations.steps()[0].path.read_text(encoding="utf-8")
    with duckdb.connect(str(settings.warehouse)) as con:
        for statement in con.extract_statements(script)[:made]:
            con.execute(statement)
    assert run_log.stands_at(settings) is None
    with writer(settings) as con:
        assert con.execute("SELECT number FROM conjoin.format").fetchall() == [(FORMAT,)]


def test_a_step_that_fails_leaves_the_warehouse_as_it_was(
    old: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = migrations.steps()[1], Step(FORMAT, tmp_path / "9999_bad.sql")
    bad.path.write_text("DELETE FROM linkage.decision; SELECT nothing_like_it;", encoding="utf-8")
    before = old.warehouse.read_bytes()
    monkeypatch.setattr(migrations, "steps", lambda *_: (good, bad))
    with pytest.raises(duckdb.BinderException):
        upgrade(old)
    assert old.warehouse.read_bytes() == before
    assert files_of_warehouse(old) == {"warehouse.duckdb"}
    assert not [entry for entry in audit.read(old) if "upgraded_to" in entry.what]
    monkeypatch.undo()
    assert upgrade(old).kept


def test_an_upgrade_that_the_audit_log_cannot_tell_of_is_not_made(old: Settings) -> None:
    before = old.warehouse.read_bytes()
    (old.audit / "head.json").write_text("torn", encoding="utf-8")
    with pytest.raises(ConjoinError, match="The audit log is not whole"):
        upgrade(old)
    assert old.warehouse.read_bytes() == before
    assert not [name for name in files_of_warehouse(old) if "unfinished" in name]


def test_steps_that_leave_other_tables_than_the_catalogue_are_not_taken(
    old: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = Step(FORMAT, tmp_path / "9999_more.py")
    more.path.write_text(
        "def migrate(con):\n    con.execute('ALTER TABLE gap.rule ADD COLUMN of_a_python_step INTEGER')\n",
        encoding="utf-8",
    )
    ordinary = migrations.steps()
    monkeypatch.setattr(migrations, "steps", lambda *_: (*ordinary[1:], more))
    monkeypatch.setattr(migrations, "shape_of_format", lambda _: {})
    before = old.warehouse.read_bytes()
    with pytest.raises(FormatError, match=r"\(gap\.rule: of_a_python_step\)"):
        upgrade(old)
    assert old.warehouse.read_bytes() == before


Use = Callable[[Settings], object]


def open_to_write(settings: Settings) -> None:
    with writer(settings):
        pass


def open_to_read(settings: Settings) -> None:
    with reader(settings):
        pass


@pytest.mark.parametrize("use", [open_to_write, open_to_read, plan, upgrade])
def test_a_warehouse_of_a_later_format_is_refused_in_a_sentence(present: Settings, use: Use) -> None:
    write(present.warehouse, f"INSERT INTO conjoin.format VALUES ({LATER}, '9.9.9', now()::TIMESTAMP)")
    before = present.warehouse.read_bytes()
    with pytest.raises(FormatError) as said:
        use(present)
    assert str(said.value) == (
        f"{present.warehouse} is of format {LATER}, and Conjoin {CONJOIN} knows formats up to {FORMAT}; use Conjoin"
        " 9.9.9, or a newer one."
    )
    assert present.warehouse.read_bytes() == before


@pytest.mark.parametrize("number", [1, FORMAT])
@pytest.mark.parametrize("use", [open_to_write, plan, upgrade])
def test_a_warehouse_as_no_version_makes_it_is_refused_in_a_sentence(number: int, use: Use, tmp_path: Path) -> None:
    settings = unpack(number, tmp_path)
    write(settings.warehouse, "ALTER TABLE gap.rule RENAME COLUMN title TO heading")
    before = contents(settings.warehouse)
    with pytest.raises(FormatError) as said:
        use(settings)
    assert str(said.value) == (
        f"{settings.warehouse} is of format {number}, yet no version of Conjoin makes its tables so (gap.rule: heading,"
        " title); restore it from a copy, or link afresh in another CONJOIN_HOME."
    )
    assert contents(settings.warehouse) == before


@pytest.mark.parametrize("use", [open_to_write, plan, upgrade])
def test_a_damaged_warehouse_is_not_upgraded(old: Settings, use: Use) -> None:
    cut = old.warehouse.read_bytes()[:20_000]
    old.warehouse.write_bytes(cut)
    with pytest.raises(DamagedError, match="is damaged"):
        use(old)
    assert old.warehouse.read_bytes() == cut
    assert files_of_warehouse(old) == {"warehouse.duckdb"}


def test_questions_to_an_old_warehouse_say_how_to_upgrade_it(old: Settings) -> None:
    with pytest.raises(FormatError) as said:
        open_to_read(old)
    assert str(said.value) == (
        f"{old.warehouse} is of format 1, and Conjoin {CONJOIN} reads format {FORMAT}; run `conjoin upgrade`, which"
        " keeps a copy."
    )


def test_a_landing_of_a_later_format_is_refused_in_a_sentence(present: Settings, old: Settings) -> None:
    for settings in (present, old):
        assert [len(loads(settings.landing / system)) for system in ("custody", "police", "probation")] == [2, 2, 2]
    folder = present.landing / "custody"
    write_failure(folder, "It is torn.", loads(folder)[-1].delivered_at)
    assert failure(folder)
    later = f"is of format {LATER}, and Conjoin {CONJOIN} knows formats up to {FORMAT}; use the version"
    renumber(folder / FAILURE)
    with pytest.raises(FormatError, match=later):
        failure(folder)
    renumber(folder / loads(folder)[-1].load_id / MANIFEST)
    with pytest.raises(FormatError, match=later):
        loads(folder)


def test_an_audit_log_of_a_later_format_is_refused_in_a_sentence(present: Settings, old: Settings) -> None:
    for settings in (present, old):
        audit.verify(settings)
        audit.record(settings, action="consultation", who="a.reader", what={}, why="to see it")
        audit.verify(settings)
    log = (present.audit / "audit.jsonl").read_bytes()
    renumber(present.audit / "head.json")
    later = f"head.json is of format {LATER}, and Conjoin {CONJOIN} knows formats up to {FORMAT}; use the version"
    with pytest.raises(FormatError, match=later):
        list(audit.read(present))
    with pytest.raises(FormatError, match=later):
        audit.verify(present)
    with pytest.raises(FormatError, match=later):
        audit.record(present, action="consultation", who="a.reader", what={}, why="to see it")
    assert (present.audit / "audit.jsonl").read_bytes() == log


def test_a_snapshot_of_a_later_format_is_refused_in_a_sentence(present: Settings, old: Settings) -> None:
    for settings, subjects in ((present, 19), (old, 18)):
        with open_snapshot(settings, "joint") as con:
            assert con.execute("SELECT count(*) FROM linked.subject").fetchone() == (subjects,)
    write(present.published / "joint" / "current.duckdb", f"UPDATE linked.snapshot SET format = {LATER}")
    refusal = f"of format {LATER}, and Conjoin {CONJOIN} knows"
    with pytest.raises(FormatError, match=refusal), open_snapshot(present, "joint"):
        pass


def test_a_bundle_of_another_format_is_refused_in_a_sentence(present: Settings) -> None:
    folder = present.home.parent / "bundle"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": "conjoin nominal model 99"}))
    with pytest.raises(BundleError, match="is of the format 'conjoin nominal model 99', and this version of"):
        Bundle.load(folder)


@pytest.mark.slow
def test_the_command_says_what_it_would_do_and_does_it(old: Settings) -> None:
    before = old.warehouse.read_bytes()
    assert refused(old.home, "decide", "list").endswith("run `conjoin upgrade`, which keeps a copy.")
    kept = str(old.home / "warehouse-format-1-20260303T020000.duckdb")
    steps = [step.path.stem for step in migrations.steps()[1:]]
    said = {"warehouse": str(old.warehouse), "format": 1, "present_format": FORMAT, "steps": steps, "kept": kept}
    assert json.loads(conjoin(old.home, "upgrade", "--dry-run", "--json").stdout) == said | {"upgraded": False}
    assert old.warehouse.read_bytes() == before
    assert "would be brought to format" in conjoin(old.home, "upgrade", "--dry-run").stdout
    assert json.loads(conjoin(old.home, "upgrade", "--json").stdout) == said | {"upgraded": True}
    assert "the present one: there is nothing to upgrade." in conjoin(old.home, "upgrade").stdout
    assert conjoin(old.home, "decide", "list").stdout.count("k.eeper") == 6


@pytest.mark.slow
def test_an_upgrade_for_which_the_disk_has_no_room_leaves_the_warehouse_as_it_was(old: Settings) -> None:
    before = old.warehouse.read_bytes()
    said = refused(old.home, "upgrade", largest_file=4000)
    assert said.startswith("The disk that CONJOIN_HOME lies on is full; ")
    assert old.warehouse.read_bytes() == before
    assert files_of_warehouse(old) == {"warehouse.duckdb"}
    conjoin(old.home, "upgrade")


def test_there_is_nothing_to_upgrade_before_the_first_run(tmp_path: Path) -> None:
    assert "does not exist yet" in refused(tmp_path / "home", "upgrade")
    assert not (tmp_path / "home" / "warehouse.duckdb").exists()
