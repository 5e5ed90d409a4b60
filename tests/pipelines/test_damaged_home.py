"""A home that is damaged, or cannot be used, ends every command in one sentence that names what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.cli import main
from pipelines.errors import StorageError, storage_errors
from tests.pipelines.nights import ask, attempt, conjoin, copy_of, refused, sentence_of, snapshot

pytestmark = pytest.mark.slow

Damage = Callable[[bytearray], bytearray]


def cut(share: float) -> Damage:
    """Return what cuts a file to a share of its bytes."""
    return lambda content: content[: int(len(content) * share)]


def flipped(share: float) -> Damage:
    """Return what flips the byte that stands after a share of a file."""

    def flip(content: bytearray) -> bytearray:
        content[int((len(content) - 1) * share)] ^= 0xFF
        return content

    return flip


def flipped_at(place: int) -> Damage:
    """Return what flips one byte."""

    def flip(content: bytearray) -> bytearray:
        content[place] ^= 0xFF
        return content

    return flip


def other(content: bytearray) -> bytearray:
    """Put a text in place of a file."""
    return bytearray(b"not a database\n" * (len(content) // 15))


CERTAIN = {
    "empty": cut(0),
    "no database": other,
    "header": flipped_at(9),
}
"""Damage that nothing can be read after. What is left of a file that is cut further on is answered from, rightly."""


@pytest.fixture
def home(night_one: Path, tmp_path: Path) -> Path:
    return copy_of(night_one, tmp_path)


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """What a command says on standard error; it must be nothing, with status 0, or one sentence, with status 1."""

    def typed(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["conjoin", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        sentences = capfd.readouterr().err.splitlines()
        assert (end.value.code, len(sentences)) in {(0, 0), (1, 1)}, sentences
        return "".join(sentences)

    before = os.umask(0o077)
    yield typed
    os.umask(before)


def damage(file: Path, how: Damage) -> bytes:
    """Damage a file and return what it holds now."""
    file = file.resolve()
    content = bytes(how(bytearray(file.read_bytes())))
    file.chmod(0o600)
    file.write_bytes(content)
    return content


@pytest.mark.parametrize("how", CERTAIN.values(), ids=CERTAIN)
def test_a_damaged_warehouse_is_named_and_left_as_it_is(how: Damage, home: Path, said: Callable[..., str]) -> None:
    ((subject,),) = ask(home, "SELECT min(subject_id) FROM linked.subject")
    file = home / "warehouse.duckdb"
    content = damage(file, how)
    for command in (["decide", "list"], ["quarantine", "list"], ["explain", str(subject)], ["evaluate"]):
        assert said(*command, "--home", str(home)).startswith(f"conjoin: {file} is damaged, or was not written by")
    assert said("audit", "--home", str(home)) == ""
    assert file.read_bytes() == content


@pytest.mark.parametrize("how", CERTAIN.values(), ids=CERTAIN)
def test_a_damaged_snapshot_is_named_with_the_command_that_makes_another(
    how: Damage, home: Path, said: Callable[..., str]
) -> None:
    damage(snapshot(home), how)
    for command in (["explain", "S1"], ["evaluate"]):
        sentence = said(*command, "--home", str(home))
        assert sentence.startswith(f"conjoin: {snapshot(home)} is damaged, or was not written by")
        assert sentence.endswith("; publish it again with `conjoin run`.")
    assert said("decide", "list", "--home", str(home)) == ""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True), how=st.sampled_from([cut, flipped]), of_snapshot=st.booleans())
def test_wherever_a_file_is_damaged_a_command_answers_or_names_it(
    share: float, how: Callable[[float], Damage], *, of_snapshot: bool, night_one: Path, said: Callable[..., str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    home = copy_of(night_one, tmp_path_factory.mktemp("damaged"))
    file = snapshot(home) if of_snapshot else home / "warehouse.duckdb"
    damage(file, how(share))
    for command in (["explain", "S1"], ["evaluate"]) if of_snapshot else (["decide", "list"], ["quarantine", "list"]):
        sentence = said(*command, "--home", str(home))
        assert not sentence or f"{file} is damaged" in sentence or "There is no subject S1" in sentence


@pytest.mark.parametrize("how", [cut(0), cut(0.6), other])
def test_a_run_leaves_a_damaged_warehouse_and_what_was_published_as_they_are(how: Damage, home: Path) -> None:
    content, published = damage(home / "warehouse.duckdb", how), snapshot(home).readlink()
    assert refused(home, "run").startswith(f"{home / 'warehouse.duckdb'} is damaged, or was not written by")
    assert (home / "warehouse.duckdb").read_bytes() == content
    assert snapshot(home).readlink() == published


def test_a_run_publishes_again_what_was_damaged(home: Path) -> None:
    damage(snapshot(home), cut(0.3))
    conjoin(home, "run", "--json")
    assert ask(home, "SELECT count(*) > 1000 FROM linked.subject") == [(True,)]


@pytest.mark.parametrize("command", [("run",), ("demo",), ("decide", "list"), ("evaluate",), ("ui",)])
def test_a_home_that_is_a_file_is_one_sentence(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder", encoding="utf-8")
    assert refused(tmp_path / "home", *command).startswith("CONJOIN_HOME (--home) must be a folder, or a path where")


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "above").mkdir(mode=0o500)
    home = tmp_path / "above" / "home"
    for command in ("run", "demo"):
        said = sentence_of(attempt(home, command, bound_by_modes=True))
        assert said == f"{home} cannot be used (Permission denied); correct that and run again."


def test_a_home_that_can_only_be_read_answers_and_says_what_it_cannot_write(home: Path, tmp_path: Path) -> None:
    ((subject,),) = ask(home, "SELECT min(subject_id) FROM linked.subject")
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o500 if path.is_dir() else 0o400)
    for command, place in (
        (["run"], "run.lock"),
        (["demo", "--night", "2"], "conjoin.env"),
        (["explain", str(subject)], "audit/audit.jsonl"),
        (["decide", "same", "nomis:A", "nomis:B", "--by", "a.person", "--reason", "seen"], "run.lock"),
    ):
        said = sentence_of(attempt(home, *command, bound_by_modes=True))
        assert said == f"{home / place} cannot be used (Permission denied); correct that and run again."
    assert attempt(home, "evaluate", bound_by_modes=True).returncode == 0
    home.chmod(0o000)
    said = sentence_of(attempt(home, "run", bound_by_modes=True))
    assert said.endswith("conjoin.env cannot be read (Permission denied); correct that and try again.")
    home.chmod(0o700)


def test_a_full_disk_is_one_sentence_for_what_is_written_beside_the_night(home: Path, tmp_path: Path) -> None:
    ((subject,),) = ask(home, "SELECT min(subject_id) FROM linked.subject")
    said = refused(home, "explain", str(subject), largest_file=0)
    assert said.startswith("The disk that CONJOIN_HOME lies on is full")
    said = refused(home, "decide", "export", str(tmp_path / "rulings.csv"), largest_file=0)
    assert said == f"{tmp_path / 'rulings.csv'} cannot be written (File too large); name another file."
    before = (home / "conjoin.env").read_bytes()
    refused(home, "demo", "--night", "2", largest_file=0)
    assert (home / "conjoin.env").read_bytes() == before


def test_too_little_memory_is_one_sentence_that_names_the_setting() -> None:
    with (
        pytest.raises(StorageError, match=r"^DuckDB needs more than CONJOIN_MEMORY_LIMIT; raise it, or lower"),
        storage_errors(),
        duckdb.connect(config={"memory_limit": "50MB", "threads": 2}) as con,
    ):
        con.execute("SELECT string_agg(range::VARCHAR, '') FROM range(30_000_000)").fetchall()
