"""Every kind of tampering with the audit log that we could think of is found, each by what `conjoin audit` compares."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipelines import audit
from pipelines.errors import ConfigurationError, ConjoinError
from pipelines.publish import publish
from pipelines.publish.audited import verify_audit
from pipelines.settings import Settings
from pipelines.warehouse.database import writer
from tests.pipelines.audit.forging import (
    KEY,
    Tampering,
    both,
    changed_lines,
    forged,
    head_reads,
    head_says,
    heads,
    lines_of,
    log_of,
    nothing_else_left,
    rechained,
    rehashed,
    rewritten_everywhere,
    settings_of,
    taken_back,
    taken_back_whole,
    with_heads,
    without,
)
from tests.pipelines.publish.worlds import JOINT, LINK_THRESHOLD, NIGHT, SERVICES


def night(settings: Settings, number: int) -> None:
    """Do what a night does, as far as the audit log goes."""
    audit.record(settings, action="collection", who="nightly", what={"load": number}, why="landed")
    with writer(settings) as con:
        audit.record(settings, action="erasure", who="nightly", what={"records": 2}, why="gone", kept_in=con)
        audit.keep_head(settings, con)

        def combined(path: Path, rows: object) -> None:
            del rows
            what = {"run": f"r{number}", "file": path.name}
            audit.record(settings, action="combination", who="nightly", what=what, why="linked", kept_in=con)

        publish(
            con, audience=JOINT, folder=settings.published / JOINT.name, as_of=NIGHT.replace(day=number), kept=9,
            run_id=f"r{number}", services=SERVICES, link_threshold=LINK_THRESHOLD, before_release=combined,
        )  # fmt: skip
    audit.record(settings, action="consultation", who="j.smith", what={"subject": "S1"}, why="café", kept_in=None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return homes of two nights and a consultation after each, kept plainly, under a key, and with an anchor."""
    homes = {}
    for kind in ("plain", "signed", "anchored"):
        folder = tmp_path_factory.mktemp(kind)
        settings = settings_of(folder, kind)
        night(settings, 2)
        shutil.copytree(settings.home, folder / "earlier")
        night(settings, 3)
        verify_audit(settings)
        homes[kind] = folder
    return homes


TAMPERINGS: dict[str, tuple[str, Tampering, str]] = {
    # One line.
    "a word altered": (
        "plain",
        changed_lines(lambda lines: [lines[0], lines[1].replace("gone", "kept"), *lines[2:]]),
        "line 2 was altered",
    ),
    "a line altered with its hash": (
        "plain",
        changed_lines(lambda lines: [*lines[:3], rehashed(lines[3], who="x"), *lines[4:]]),
        "line 5 does not follow",
    ),
    "a line removed": ("plain", changed_lines(lambda lines: [*lines[:2], *lines[3:]]), "line 3 does not follow"),
    "the first line removed": ("plain", changed_lines(lambda lines: lines[1:]), "line 1 does not follow"),
    "the last line removed": ("plain", changed_lines(lambda lines: lines[:-1]), "line 8 is missing"),
    "two lines exchanged": (
        "plain",
        changed_lines(lambda lines: [lines[1], lines[0], *lines[2:]]),
        "line 1 does not follow",
    ),
    "a line repeated": (
        "plain",
        changed_lines(lambda lines: [*lines[:2], lines[1], *lines[2:]]),
        "line 3 does not follow",
    ),
    "a line put between": (
        "plain",
        changed_lines(lambda lines: [*forged(lines[:2]), *lines[2:]]),
        "line 4 does not follow",
    ),
    "nonsense put between": (
        "plain",
        changed_lines(lambda lines: [*lines[:2], "nonsense\n", *lines[2:]]),
        "line 3 is not an entry",
    ),
    "an empty line": ("plain", changed_lines(lambda lines: [*lines, "\n"]), "line 9 is not an entry"),
    # A line that reads as it did, and says something else to whoever reads it otherwise.
    "a name given twice": (
        "plain",
        changed_lines(lambda lines: [lines[0].replace('"who"', '"who": "x", "who"', 1), *lines[1:]]),
        "line 1 is not an entry",
    ),
    "spaces added": (
        "plain",
        changed_lines(lambda lines: [lines[0].replace(": ", ":  "), *lines[1:]]),
        "line 1 is not an entry",
    ),
    "names in another order": (
        "plain",
        changed_lines(lambda lines: [json.dumps(dict(reversed(json.loads(lines[0]).items()))) + "\n", *lines[1:]]),
        "line 1 is not an entry",
    ),
    "letters escaped": (
        "plain",
        changed_lines(lambda lines: [*lines[:3], lines[3].replace("é", "\\u00e9"), *lines[4:]]),
        "line 4 is not an entry",
    ),
    "other line ends": (
        "plain",
        lambda settings: log_of(settings).write_bytes(log_of(settings).read_bytes().replace(b"\n", b"\r\n")),
        "line 1 is not an entry",
    ),
    "the last line cut short": (
        "plain",
        lambda settings: log_of(settings).write_bytes(log_of(settings).read_bytes()[:-9]),
        "cut short",
    ),
    "the last line end cut off": (
        "plain",
        lambda settings: log_of(settings).write_bytes(log_of(settings).read_bytes()[:-1]),
        "cut short",
    ),
    "half a line added": ("plain", changed_lines(lambda lines: [*lines, '{"at": "20']), "cut short"),
    # The chain made anew.
    "the chain rewritten": ("plain", changed_lines(lambda lines: rechained(lines, 0, who="x")), "not the entry"),
    "the chain rewritten with the head beside it": (
        "plain",
        with_heads(lambda lines: rechained(lines, 0, who="x"), apart=False),
        "`head.json` was altered",
    ),
    "the chain rewritten with both heads": (
        "plain",
        with_heads(lambda lines: rechained(lines, 1, who="x")),
        "line 2 is not the entry that was written there, as the snapshot",
    ),
    "the chain rewritten after the last snapshot": (
        "plain",
        with_heads(lambda lines: rechained(lines, 6, who="x")),
        "line 7 is not the entry that was written there, as the warehouse",
    ),
    "the chain rewritten with heads and warehouse": ("plain", rewritten_everywhere, "as the snapshot"),
    "an entry forged after the last": ("plain", changed_lines(forged), "line 9 was not written by Conjoin"),
    "an entry forged with the head beside it": ("plain", with_heads(forged, apart=False), "`head.json` was altered"),
    "the tail cut with the head beside it": (
        "plain",
        with_heads(lambda lines: lines[:5], apart=False),
        "`head.json` was altered",
    ),
    "the tail cut with both heads": ("plain", with_heads(lambda lines: lines[:5]), "knows of 6 entries"),
    "the whole log emptied": ("plain", changed_lines(lambda _: []), "line 1 is missing"),
    "the whole log emptied with both heads": ("plain", with_heads(lambda _: []), "knows of 2 entries"),
    # Files taken away.
    "the log deleted": ("plain", without("audit/audit.jsonl"), "line 1 is missing"),
    "the head deleted": ("plain", without("audit/head.json"), "`head.json` is missing"),
    "the head kept apart deleted": (
        "plain",
        without("audit-head.json"),
        "`audit-head.json`, which lies in the home, is missing",
    ),
    "log and head deleted": ("plain", without("audit/audit.jsonl", "audit/head.json"), "`head.json` is missing"),
    "the folder removed": ("plain", without("audit"), "all of the log"),
    "the folder removed with the head kept apart": ("plain", without("audit", "audit-head.json"), "knows of 2 entries"),
    "an older log put back with its heads": ("plain", taken_back, "knows of 6 entries"),
    # The head.
    "a lower count": ("plain", head_says(entries=7), "`head.json` was altered"),
    "a higher count": ("plain", head_says(entries=9), "`head.json` was altered"),
    "a negative count": ("plain", head_says(entries=-1), "`head.json` was altered"),
    "a count that is no number": ("plain", head_says(entries="8"), "`head.json` was altered"),
    "a count of true": ("plain", head_says(entries=True), "`head.json` was altered"),
    "another hash": ("plain", head_says(hash="0" * 64), "`head.json` was altered"),
    "a count given twice": (
        "plain",
        head_reads(lambda text: text.replace('"entries"', '"entries": 1, "entries"')),
        "`head.json` was altered",
    ),
    "a head that is torn": ("plain", head_reads(lambda text: text[:-9]), "`head.json` was altered"),
    "a head of an older form": (
        "plain",
        both(without("audit-head.json"), with_heads(lambda lines: lines[:5], apart=False), head_says(format=2)),
        "knows of 6 entries",
    ),
    # With a key, whatever else was made to fit or taken away.
    "under a key, all rewritten": (
        "signed",
        both(nothing_else_left, with_heads(lambda lines: rechained(lines, 1, who="x"))),
        "not signed although a key is given",
    ),
    "under a key, the tail cut": (
        "signed",
        both(nothing_else_left, with_heads(lambda lines: lines[:5])),
        "not signed although a key is given",
    ),
    "under a key, a forged signature": (
        "signed",
        both(with_heads(forged), head_says(key="x", signature="y")),
        "another key",
    ),
    "under a key, the signature of another head": (
        "signed",
        head_reads(lambda text: text.replace('"entries": 9', '"entries": 8')),
        "signature in its `head.json`",
    ),
    # With an anchor elsewhere, which is all that is left where everything was put back.
    "with an anchor, all put back": ("anchored", taken_back_whole, "its anchor knows of 5 entries"),
    "with an anchor, all rewritten": (
        "anchored",
        both(nothing_else_left, with_heads(lambda lines: rechained(lines, 7, who="x"))),
        "as its anchor knows it",
    ),
    "with an anchor, an entry added": (
        "anchored",
        both(nothing_else_left, with_heads(forged)),
        "its anchor knows of 8 entries",
    ),
    "the anchor deleted": ("anchored", lambda settings: (settings.home.parent / "elsewhere").unlink(), "anchor"),
}


def tampered(whole: dict[str, Path], tmp_path: Path, kind: str) -> Settings:
    shutil.copytree(whole[kind], tmp_path / "copy")
    return settings_of(tmp_path / "copy", kind)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_log_that_was_tampered_with_is_not_whole(whole: dict[str, Path], tmp_path: Path, name: str) -> None:
    kind, tamper, said = TAMPERINGS[name]
    settings = tampered(whole, tmp_path, kind)
    tamper(settings)
    with pytest.raises((ConjoinError, ConfigurationError)) as found:
        verify_audit(settings)
    assert said in str(found.value), found.value


def test_the_kinds_of_tampering_are_at_least_as_many_as_were_tried_before() -> None:
    assert len(TAMPERINGS) >= 23


@pytest.mark.parametrize("kind", ["plain", "signed", "anchored"])
def test_a_log_that_nobody_touched_is_whole_and_goes_on(whole: dict[str, Path], tmp_path: Path, kind: str) -> None:
    settings = tampered(whole, tmp_path, kind)
    night(settings, 4)
    verify_audit(settings)
    without("published", "warehouse.duckdb")(settings)
    verify_audit(settings)


def test_a_night_after_the_log_was_taken_away_is_not_published(whole: dict[str, Path], tmp_path: Path) -> None:
    settings = tampered(whole, tmp_path, "plain")
    without("audit", "audit-head.json")(settings)
    with pytest.raises(ConjoinError, match="the warehouse knows of 7 entries"):
        night(settings, 4)


def test_a_signed_log_is_neither_proven_nor_written_without_its_key(whole: dict[str, Path], tmp_path: Path) -> None:
    settings = tampered(whole, tmp_path, "signed")
    for key, said in ((None, "a key that is not given"), ("another key of some length", "another key than")):
        other = settings.model_copy(update={"audit_key": SecretStr(key) if key else None})
        before = log_of(settings).read_bytes()
        with pytest.raises(ConfigurationError, match=said):
            verify_audit(other)
        with pytest.raises(ConfigurationError, match=said):
            audit.record(other, action="disclosure", who="x", what={}, why="y")
        assert log_of(settings).read_bytes() == before
        assert len(list(audit.read(other))) == 9
    assert KEY not in repr(settings)


def test_a_key_may_be_kept_in_a_file(whole: dict[str, Path], tmp_path: Path) -> None:
    settings = tampered(whole, tmp_path, "signed")
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n", encoding="utf-8")
    of_file = settings.model_copy(update={"audit_key": None, "audit_key_file": file})
    verify_audit(of_file)
    file.write_text("short", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="holds no key of 16 characters"):
        verify_audit(of_file)
    file.unlink()
    with pytest.raises(ConfigurationError, match="CONJOIN_AUDIT_KEY_FILE"):
        verify_audit(of_file)


def test_a_key_taken_into_use_twice_shows(whole: dict[str, Path], tmp_path: Path) -> None:
    settings = tampered(whole, tmp_path, "signed")
    heads(settings, lines_of(settings))
    audit.record(settings, action="disclosure", who="x", what={}, why="signs what was forged")
    with pytest.raises(ConjoinError, match="does not tell once"):
        verify_audit(settings)
