"""Publishing is all or nothing: whatever happens, `current.duckdb` is the last good snapshot or the new one, whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import CheckFailedError, StorageError
from pipelines.publish import Audience, versions
from pipelines.publish.verify import verify
from tests.pipelines.publish.worlds import JOINT, NIGHT, World, fill_large, insert, small_world

RECORDS = 8_000

PUBLISHER = f"""
import sys
from pathlib import Path
from tests.pipelines.publish.worlds import World, fill_large
world = World(threads=1)
fill_large(world.con, {RECORDS})
print("ready", flush=True)
for number in range(1000):
    world.publish(Path(sys.argv[1]), run_id=f"run{{number}}", kept=2)
    print(number, flush=True)
"""

FULL_DISK = f"""
import resource, sys
from pathlib import Path
from pipelines.errors import ConjoinError
from tests.pipelines.publish.worlds import World, fill_large
world = World(threads=1)
fill_large(world.con, {RECORDS})
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    world.publish(Path(sys.argv[1]), run_id="full")
except ConjoinError as error:
    print(type(error).__name__, error)
print(world.con.execute("SELECT count(*) FROM nominal.record").fetchone())
"""


def count(path: Path, table: str = "subject_record") -> int:
    with duckdb.connect(str(path), read_only=True) as con:
        row = con.execute(f"SELECT count(*) FROM linked.{table}").fetchone()
    assert row
    return int(row[0])


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[3]
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    )


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_current_is_a_symlink_to_a_file_named_for_audience_instant_and_run(tmp_path: Path) -> None:
    made = small_world().publish(tmp_path)
    assert made.path.name == "joint-20260302T020000-run1.duckdb"
    assert names_in(tmp_path) == {"current.duckdb", made.path.name}
    assert (tmp_path / "current.duckdb").readlink() == Path(made.path.name)
    assert made.rows["subject"] == 3
    assert made.size == made.path.stat().st_size


def test_publishing_again_moves_the_symlink(tmp_path: Path) -> None:
    world = small_world()
    world.publish(tmp_path)
    world.record("pnc:99/9Z", "New Person", subject="S00000004E")
    world.publish(tmp_path, run_id="run2", as_of=NIGHT + timedelta(days=1))
    assert count(tmp_path / "current.duckdb") == 7


def test_the_same_run_can_publish_again(tmp_path: Path) -> None:
    world = small_world()
    world.publish(tmp_path)
    world.record("pnc:99/9Z", "New Person", subject="S00000004E")
    world.publish(tmp_path)
    assert count(tmp_path / "current.duckdb") == 7


def test_a_reader_keeps_the_snapshot_it_opened(tmp_path: Path) -> None:
    world = small_world()
    world.publish(tmp_path)
    code = (
        "import duckdb, sys\n"
        "con = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print('open', flush=True)\n"
        "sys.stdin.readline()\n"
        "print(con.execute('SELECT count(*) FROM linked.subject_record').fetchone()[0])\n"
        "print(con.execute('SELECT count(*) FROM linked.information').fetchone()[0])\n"
    )
    with start(code, str(tmp_path / "current.duckdb")) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "open\n"
        world.record("pnc:99/9Z", "New Person", subject="S00000004E")
        for number in range(2, 5):
            world.publish(tmp_path, run_id=f"run{number}", kept=1)
        assert names_in(tmp_path) == {"current.duckdb", "joint-20260302T020000-run4.duckdb"}
        output, _ = reader.communicate("\n", timeout=60)
    assert output.split() == ["6", "3"]


def test_only_so_many_versions_are_kept_and_never_another_file(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("an analyst's own")
    (tmp_path / "police-20260302T020000-run1.duckdb").write_text("another audience's")
    world = small_world()
    pruned = [world.publish(tmp_path, run_id=f"run{number}", kept=2).pruned for number in range(1, 5)]
    assert pruned == [0, 0, 1, 1]
    assert names_in(tmp_path) == {
        "current.duckdb",
        "joint-20260302T020000-run3.duckdb",
        "joint-20260302T020000-run4.duckdb",
        "notes.txt",
        "police-20260302T020000-run1.duckdb",
    }


def test_the_current_version_is_never_pruned(tmp_path: Path) -> None:
    world = small_world()
    made = [world.publish(tmp_path, run_id=f"run{number}", kept=5) for number in range(1, 4)]
    link = tmp_path / "current.duckdb"
    link.unlink()
    link.symlink_to(made[0].path.name)
    versions.prune(tmp_path, "joint", 1)
    assert names_in(tmp_path) == {"current.duckdb", made[0].path.name}


def test_the_warehouse_connection_is_left_as_it_was(tmp_path: Path) -> None:
    world = small_world()
    world.con.execute("SET preserve_insertion_order = false")

    def state() -> list[object]:
        queries = (
            "SELECT database_name FROM duckdb_databases() ORDER BY ALL",
            "SELECT table_name FROM duckdb_tables() WHERE temporary",
            "SELECT view_name FROM duckdb_views() WHERE temporary AND NOT internal",
            "SELECT function_name FROM duckdb_functions() WHERE NOT internal",
            "SELECT current_setting('preserve_insertion_order')",
        )
        return [world.con.execute(query).fetchall() for query in queries]

    before = state()
    world.publish(tmp_path)
    assert state() == before
    world.con.begin()
    world.con.rollback()


def test_it_publishes_from_a_warehouse_file_too(tmp_path: Path) -> None:
    world = World(tmp_path / "warehouse.duckdb")
    fill_large(world.con, 100)
    world.publish(tmp_path / "published")
    assert count(tmp_path / "published" / "current.duckdb") == 100
    world.con.close()


def test_two_records_of_one_key_are_not_published(tmp_path: Path) -> None:
    world = small_world()
    before = world.publish(tmp_path).path
    world.con.execute(
        "INSERT INTO nominal.information_item SELECT * FROM nominal.information_item WHERE item_key = 'i1'"
    )
    with pytest.raises(CheckFailedError, match=r"linked\.information holds 1 row whose key another row has"):
        world.publish(tmp_path, run_id="run2")
    assert names_in(tmp_path) == {"current.duckdb", before.name}
    assert count(tmp_path / "current.duckdb", "information") == 3
    assert [name for (name,) in world.con.execute("SELECT database_name FROM duckdb_databases()").fetchall()] == [
        "memory", "system", "temp",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("ALTER TABLE linked.subject DROP COLUMN sex", r"columns of linked\.subject"),
        ("ALTER TABLE linked.link ALTER match_weight TYPE VARCHAR", r"columns of linked\.link"),
        ("DROP MACRO TABLE linked.find_subject", "macro find_subject"),
        ("DELETE FROM linked.subject WHERE subject_id = 'S00000001A'", "3 rows of subjects"),
        (
            "UPDATE linked.information SET marking = 'SECRET' WHERE item_key = 'i1'",
            "1 row above the audience's ceiling",
        ),
    ],
)
def test_a_file_that_is_not_as_the_catalogue_says_is_refused(tmp_path: Path, damage: str, problem: str) -> None:
    path = small_world().publish(tmp_path).path
    with duckdb.connect(str(path)) as con:
        con.execute(damage)
        with pytest.raises(CheckFailedError, match=problem):
            verify(con, visible_markings=JOINT.visible_markings)


def _wait(publisher: subprocess.Popen[str], lines: int) -> None:
    assert publisher.stdout
    for _ in range(lines):
        assert publisher.stdout.readline(), "the publisher ended by itself"


def test_a_publication_killed_at_any_moment_leaves_a_whole_snapshot(tmp_path: Path) -> None:
    rng = random.Random(7)  # noqa: S311 - spreads the moments of killing
    unfinished = 0
    for attempt in range(4):
        with start(PUBLISHER, str(tmp_path)) as publisher:
            _wait(publisher, 2)
            if attempt % 2:
                _until(lambda: any(tmp_path.glob(".unfinished-*.duckdb*")))
            time.sleep(rng.uniform(0.0, 0.5))
            os.kill(publisher.pid, signal.SIGKILL)
        unfinished += any(tmp_path.glob(".unfinished-*"))
        assert count(tmp_path / "current.duckdb") == RECORDS
        with duckdb.connect(str(tmp_path / "current.duckdb"), read_only=True) as con:
            verify(con, visible_markings=JOINT.visible_markings)
        small_world().publish(tmp_path, run_id=f"after{attempt}")
        assert count(tmp_path / "current.duckdb") == 6
        assert not list(tmp_path.glob(".unfinished-*"))
    assert unfinished, "no attempt was killed in mid-publication"


def test_what_was_left_between_any_two_steps_does_no_harm(tmp_path: Path) -> None:
    world = small_world()
    current = world.publish(tmp_path).path
    released = tmp_path / "joint-20260302T020000-run2.duckdb"
    released.write_bytes(current.read_bytes())
    (tmp_path / ".unfinished-joint-20260302T020000-run2.duckdb").write_bytes(b"half a file")
    (tmp_path / ".unfinished-joint-20260302T020000-run2.duckdb.wal").write_bytes(b"half a log")
    spilled = tmp_path / ".unfinished-joint-20260302T020000-run2.duckdb.tmp"
    spilled.mkdir()
    (spilled / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"spilled")
    (tmp_path / ".unfinished-current.duckdb").symlink_to(released.name)
    assert count(tmp_path / "current.duckdb") == 6
    world.record("pnc:99/9Z", "New Person", subject="S00000004E")
    world.publish(tmp_path, run_id="run2")
    assert count(tmp_path / "current.duckdb") == 7
    assert names_in(tmp_path) == {"current.duckdb", current.name, released.name}


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.parametrize("limit", [200_000, 4_000_000])
def test_a_full_disk_is_one_clear_sentence_and_the_old_snapshot_stays(tmp_path: Path, limit: int) -> None:
    before = small_world().publish(tmp_path).path
    with start(FULL_DISK, str(tmp_path), str(limit)) as publisher:
        output, _ = publisher.communicate(timeout=120)
    assert output.startswith("StorageError The disk that CONJOIN_HOME lies on is full"), output
    assert f"({RECORDS},)" in output, "the warehouse can still be used"
    assert names_in(tmp_path) == {"current.duckdb", before.name}
    assert count(tmp_path / "current.duckdb") == 6


def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "published").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="cannot be written"):
        small_world().publish(tmp_path / "published")


def test_nothing_is_released_that_the_audit_log_could_not_tell_of(tmp_path: Path) -> None:
    world = small_world()
    before = world.publish(tmp_path).path

    def full(path: Path, rows: Mapping[str, int]) -> None:
        assert (path.name, rows["subject"]) == ("joint-20260302T020000-run2.duckdb", 3)
        assert (tmp_path / "current.duckdb").readlink() == Path(before.name)
        raise StorageError("The audit log cannot be written.")

    with pytest.raises(StorageError, match="audit log"):
        world.publish(tmp_path, run_id="run2", before_release=full)
    assert names_in(tmp_path) == {"current.duckdb", before.name}


def test_the_run_that_publishes_has_finished_in_its_own_file_and_only_there(tmp_path: Path) -> None:
    world = small_world()
    for run in ("run1", "run2"):
        insert(world.con, "linkage.run", run_id=run, as_of=NIGHT)
    at = NIGHT + timedelta(minutes=5)
    with duckdb.connect(str(world.publish(tmp_path, run_id="run2", finished_at=at).path), read_only=True) as con:
        found = con.execute("SELECT run_id, finished_at FROM linked.run ORDER BY 1").fetchall()
    assert found == [("run1", None), ("run2", at)]
    assert world.con.execute("SELECT count(finished_at) FROM linkage.run").fetchone() == (0,)


def test_a_run_id_never_leaves_the_folder(tmp_path: Path) -> None:
    audience = Audience(name="police", title="Police", ceiling="OFFICIAL")
    made = small_world().publish(tmp_path / "p", audience=audience, run_id="../../etc/x y")
    assert made.path == tmp_path / "p" / "police-20260302T020000-_etc_x_y.duckdb"
