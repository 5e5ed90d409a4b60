"""The audit log keeps every entry, shows every tampering and outlives a process killed in mid-write."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines import audit
from pipelines.audit.entry import chained, line_of
from pipelines.errors import ConfigurationError, ConjoinError, StorageError
from pipelines.settings import Settings

WRITER = """
import sys
from pathlib import Path
from pipelines import audit
from pipelines.settings import Settings
settings = Settings(home=Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    audit.record(settings, action="consultation", who=sys.argv[2], what={"number": number}, why="a test")
"""


def settings_in(folder: Path) -> Settings:
    return Settings(home=folder)


def write(settings: Settings, entries: int = 3) -> None:
    for number in range(entries):
        audit.record(settings, action="combination", who="nightly", what={"run": f"r{number}"}, why="nightly run")


def start_writer(home: Path, who: str, entries: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(home), who, str(entries)])


def log_of(settings: Settings) -> Path:
    return settings.audit / "audit.jsonl"


def test_an_entry_says_who_did_what_when_and_why(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    audit.record(
        settings, action="disclosure", who="a.reader", what={"subjects": ["S00000001A"], "rows": 4}, why="case 7"
    )
    (entry,) = audit.read(settings)
    assert (entry.action, entry.who, entry.why) == ("disclosure", "a.reader", "case 7")
    assert entry.what == {"subjects": ["S00000001A"], "rows": 4}
    assert entry.at.endswith("+00:00")
    audit.verify(settings)


def test_a_log_that_was_never_written_is_whole_and_empty(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    audit.verify(settings)
    assert list(audit.read(settings)) == []


def test_the_log_is_for_its_owner_alone(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write(settings, 1)
    assert log_of(settings).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("altered", "problem"),
    [
        (lambda lines: [lines[0], lines[1].replace("r1", "r9"), *lines[2:]], "line 2 was altered"),
        (lambda lines: [lines[0], *lines[2:]], "line 2 does not follow"),
        (lambda lines: lines[1:], "line 1 does not follow"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "line 1 does not follow"),
        (lambda lines: [*lines[:2], "nonsense", *lines[2:]], "line 3 is not an entry"),
        (lambda lines: lines[:-1], "line 4 is missing"),
        (lambda lines: lines[:0], "line 1 is missing"),
    ],
)
def test_tampering_is_named_by_line(tmp_path: Path, altered: object, problem: str) -> None:
    settings = settings_in(tmp_path)
    write(settings, 4)
    lines = log_of(settings).read_text().splitlines()
    log_of(settings).write_text("".join(line + "\n" for line in altered(lines)))  # type: ignore[operator]
    with pytest.raises(ConjoinError, match=problem):
        audit.verify(settings)


def test_an_entry_altered_together_with_its_own_hash_is_still_found(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write(settings, 3)
    lines = log_of(settings).read_text().splitlines()
    forged = json.loads(lines[1]) | {"who": "someone else"}
    unsigned = {key: value for key, value in forged.items() if key != "hash"}
    import hashlib  # noqa: PLC0415 - the forger's own tool

    forged["hash"] = hashlib.sha256(json.dumps(unsigned, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    lines[1] = json.dumps(forged)
    log_of(settings).write_text("\n".join(lines) + "\n")
    with pytest.raises(ConjoinError, match="line 3 does not follow"):
        audit.verify(settings)


@pytest.mark.parametrize("entries", [1, 4])
def test_a_log_whose_head_was_taken_away_is_not_whole(tmp_path: Path, entries: int) -> None:
    settings = settings_in(tmp_path)
    write(settings, entries)
    (settings.audit / "head.json").unlink()
    with pytest.raises(ConjoinError, match=r"head\.json"):
        audit.verify(settings)


def test_entries_cut_off_are_not_forgotten_by_the_next_one(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write(settings, 4)
    lines = log_of(settings).read_text().splitlines(keepends=True)
    log_of(settings).write_text("".join(lines[:2]))
    with pytest.raises(ConjoinError, match="line 3 is missing"):
        write(settings, 1)


def about_to_write(settings: Settings, entries: int = 1) -> bytes:
    """Leave a log as a process does that is killed when it has noted what it is about to write; return the lines."""
    before, head, apart = (
        path.read_bytes() for path in (log_of(settings), settings.audit / "head.json", settings.audit_head)
    )
    acts = [audit.Act("combination", "nightly", {"run": f"next{number}"}, "nightly run") for number in range(entries)]
    hashes = [entry.hash for entry in audit.record_all(settings, acts)]
    lines = log_of(settings).read_bytes()[len(before) :]
    log_of(settings).write_bytes(before)
    (settings.audit / "head.json").write_bytes(head)
    settings.audit_head.write_text(json.dumps(json.loads(apart) | {"intended": hashes}))
    return lines


def test_a_torn_last_line_is_moved_aside_and_told_of(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write(settings, 3)
    fragment = about_to_write(settings)[:24]
    whole = log_of(settings).read_bytes()
    log_of(settings).write_bytes(whole + fragment)
    audit.verify(settings)
    write(settings, 1)
    assert log_of(settings).read_bytes().startswith(whole)
    audit.verify(settings)
    note = list(audit.read(settings))[3]
    assert note.who == "audit"
    assert (settings.audit / note.what["file"]).read_bytes().endswith(fragment)
    assert len(list(audit.read(settings))) == 5


def test_an_entry_that_lacks_only_its_line_end_is_kept(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write(settings, 3)
    line = about_to_write(settings)
    log_of(settings).write_bytes(log_of(settings).read_bytes() + line[:-1])
    audit.verify(settings)
    write(settings, 1)
    audit.verify(settings)
    assert len(list(audit.read(settings))) == 5


@pytest.mark.parametrize("written", [0, 1, 3])
def test_a_head_behind_entries_that_it_said_were_coming_is_caught_up(tmp_path: Path, written: int) -> None:
    settings = settings_in(tmp_path)
    write(settings, 3)
    lines = about_to_write(settings, 3).splitlines(keepends=True)
    log_of(settings).write_bytes(log_of(settings).read_bytes() + b"".join(lines[:written]))
    audit.verify(settings)
    write(settings, 1)
    audit.verify(settings)
    assert json.loads((settings.audit / "head.json").read_bytes())["entries"] == 4 + written


def test_entries_that_were_not_coming_are_no_work_of_a_killed_process(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write(settings, 3)
    lines = about_to_write(settings, 3).splitlines(keepends=True)
    log_of(settings).write_bytes(log_of(settings).read_bytes() + lines[0])
    forged = chained(audit.Act("disclosure", "forger", {}, "none"), json.loads(lines[0])["hash"])
    with log_of(settings).open("a") as log:
        log.write(line_of(forged))
    with pytest.raises(ConjoinError, match="line 5 was not written by Conjoin"):
        audit.verify(settings)
    with pytest.raises(ConjoinError, match="line 5 was not written by Conjoin"):
        write(settings, 1)


def test_a_log_from_before_its_head_was_kept_apart_is_taken_on(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write(settings, 3)
    head = json.loads((settings.audit / "head.json").read_bytes())
    settings.audit_head.unlink()
    (settings.audit / "head.json").write_text(json.dumps(head | {"format": 2}))
    audit.verify(settings)
    write(settings, 1)
    audit.verify(settings)
    assert json.loads(settings.audit_head.read_bytes())["entries"] == 4


def test_many_acts_are_entered_at_once_or_not_at_all(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    acts = [audit.Act("alteration", "a.person", {"decision": f"D{number}"}, "seen") for number in range(2000)]
    with pytest.raises(ConfigurationError, match="who acted and why"):
        audit.record_all(settings, [*acts, audit.Act("alteration", " ", {}, "seen")])
    assert list(audit.read(settings)) == []
    assert audit.record_all(settings, acts) == list(audit.read(settings))
    audit.verify(settings)
    assert [entry.what for entry in audit.read(settings)] == [act.what for act in acts]


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    writers = [start_writer(tmp_path, who, 40) for who in ("one", "other")]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    audit.verify(settings)
    for who in ("one", "other"):
        assert [entry.what["number"] for entry in audit.read(settings) if entry.who == who] == list(range(40))


def test_a_writer_killed_at_any_moment_loses_no_entry(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for attempt in range(3):
        writer = start_writer(tmp_path, f"killed{attempt}", 100_000)
        before = sum(1 for _ in audit.read(settings))
        deadline = time.monotonic() + 60
        while sum(1 for _ in audit.read(settings)) < before + 3 + attempt:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        write(settings, 1)
        audit.verify(settings)
        numbers = [entry.what["number"] for entry in audit.read(settings) if entry.who == f"killed{attempt}"]
        assert numbers == list(range(len(numbers)))


def test_an_unknown_action_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="combination"):
        audit.record(settings_in(tmp_path), action="peek", who="x", what={}, why="y")  # type: ignore[arg-type]


def test_what_is_not_json_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with pytest.raises(ConfigurationError):
        audit.record(settings, action="combination", who="x", what={"path": tmp_path}, why="y")
    assert not settings.audit.exists()


def test_a_log_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="audit cannot be used"):
        write(settings_in(tmp_path), 1)
