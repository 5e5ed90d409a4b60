"""`conjoin decide export` and `import`: what comes of a file of rulings, and what the next run makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.nights import ask, conjoin, copy_of, refused
from tests.pipelines.ruled import HEADING, Ruled

pytestmark = pytest.mark.slow


def pairs(home: Path, number: int) -> list[tuple[str, str]]:
    """Return some near misses, no record twice."""
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for one, other in ask(home, "SELECT record_l, record_r FROM linked.link WHERE relation = 'near_miss' ORDER BY ALL"):
        if not {one, other} & seen:
            seen |= {str(one), str(other)}
            found.append((str(one), str(other)))
    return found[:number]


def test_an_export_comes_back_exactly_and_twice_is_once(night_one: Path, tmp_path: Path) -> None:
    home, elsewhere, file = (
        copy_of(night_one, tmp_path / "one"),
        copy_of(night_one, tmp_path / "two"),
        tmp_path / "r.csv",
    )
    (a, b), (c, d) = pairs(home, 2)
    conjoin(home, "decide", "same", a, b, "--by", "a.person", "--reason", 'seen, with "quotes"\nand a line')
    conjoin(home, "decide", "different", c, d, "--by", "b.person", "--reason", "twins")
    listed = conjoin(home, "decide", "list").stdout.split()
    conjoin(home, "decide", "withdraw", listed[0], "--by", "c.person", "--reason", "mixed up")
    assert conjoin(home, "decide", "export", str(file)).stdout == f"Wrote 2 decisions to {file}.\n"
    assert conjoin(elsewhere, "decide", "import", str(file)).stdout.startswith("Took 2 of 2 decisions;")
    assert conjoin(elsewhere, "decide", "list", "--json").stdout == conjoin(home, "decide", "list", "--json").stdout
    assert conjoin(elsewhere, "decide", "import", str(file)).stdout.startswith("Took 0 of 2 decisions;")
    again = tmp_path / "again.csv"
    conjoin(elsewhere, "decide", "export", str(again))
    assert again.read_bytes() == file.read_bytes()


def test_a_file_without_ids_is_taken_once(night_one: Path, tmp_path: Path) -> None:
    home, file = copy_of(night_one, tmp_path), tmp_path / "rulings.csv"
    ((a, b),) = pairs(home, 1)
    file.write_text(f"{HEADING}{b},{a},same,a.person,fingerprints\n", encoding="utf-8-sig")
    assert conjoin(home, "decide", "import", str(file)).stdout.startswith("Took 1 of 1")
    assert conjoin(home, "decide", "import", str(file)).stdout.startswith("Took 0 of 1")


def test_a_file_changes_what_the_next_run_publishes(ruled: Ruled) -> None:
    said = conjoin(ruled.home, "explain", *ruled.imported).stdout
    assert "A person ruled that they are the same person." in said


def test_a_file_that_cannot_be_taken_is_refused_in_a_sentence(night_one: Path, tmp_path: Path) -> None:
    file = tmp_path / "rulings.csv"
    file.write_text(f"{HEADING}nomis:A0000AA,nomis:A0000AB,same,a.person,why\n")
    assert refused(night_one, "decide", "import", str(file)) == (
        f"{file}, line 2: No source system holds the record nomis:A0000AA; look it up in linked.subject_record. "
        "Nothing of the file was taken."
    )
    assert conjoin(night_one, "decide", "list").stdout == "No decisions have been made.\n"
