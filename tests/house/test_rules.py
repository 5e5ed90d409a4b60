"""The rules of the house catch what they are there to catch."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.rules import (
    breaches,
    module_breaches,
    pronoun_breaches,
    statement_breaches,
    text_breaches,
    twice_named,
)

GIT = shutil.which("git")

SOUND = '"""Where a test says what is sound."""\n'


@pytest.mark.parametrize(
    ("source", "breach"),
    [
        (SOUND, None),
        (SOUND + "x = 1\n" * 399, None),
        (SOUND + "x = 1\n" * 400, "401 lines"),
        ("x = 1\n", "docstring"),
        ('"""Helpers."""\n', "docstring"),
    ],
)
def test_a_module_is_small_and_says_what_lives_there(source: str, breach: str | None) -> None:
    found = list(module_breaches("room.py", source))
    assert [breach in sentence for sentence in found if breach] == ([True] if breach else [])
    assert breach or not found


def test_a_statement_fits_on_a_screen() -> None:
    fits = "SELECT\n" + "    1,\n" * 58 + "    2"
    assert list(statement_breaches("room.sql", f"{fits};\n\n{fits}\n")) == []
    (breach,) = statement_breaches("room.sql", f"SELECT 1;\n{fits}\nFROM one\n")
    assert breach.startswith("room.sql: a statement of 61 lines")


@pytest.mark.parametrize(
    ("source", "sound"),
    [
        ("for one in rows: pass", False),
        ("x = [one for name, one in rows]", False),
        ("one = 1", False),
        ("key = lambda one: one.name", False),
        ("def f(*, one: int) -> None: ...", False),
        ("for row in rows: pass", True),
        ("close = lambda one, other: one == other", True),
        ("x = [one + another for one, another in pairs]", True),
    ],
)
def test_a_variable_is_a_noun(source: str, sound: bool) -> None:
    found = list(pronoun_breaches("room.py", source))
    assert [sentence.split(": ")[0] for sentence in found] == ([] if sound else ["room.py:1"])


def test_no_two_classes_share_a_name() -> None:
    modules = {"a.py": "class Place: ...\nclass _Own: ...", "b.py": "class Place: ...\nclass _Own: ..."}
    assert list(twice_named(modules)) == ["b.py:1: a.py has a class Place too: one name, one thing"]


@pytest.mark.parametrize(
    "line",
    [
        'HOME = "/home/someone/conjoin"',
        "see /work/main/pipelines",
        "source: /Users/someone/data.csv",
        r"C:\Users\someone",
        "pip install --index-url https://packages.example/simple conjoin",
        "pip install --find-links=wheels conjoin",
        "https://nexus.example.org:8443/repository/",
    ],
)
def test_a_place_of_one_machine_is_found(line: str) -> None:
    assert next(text_breaches("file.txt", f"sound\n{line}\n")).startswith("file.txt:2:")


@pytest.mark.parametrize(
    "line",
    [
        "docs/how-to/work/home.md",
        "DAGSTER_HOME=$(CURDIR)/dagster_home",
        "https://docs.dagster.io/guides",
        "{root}/work/landing",
        "`~/work/x`",
    ],
)
def test_an_ordinary_path_or_address_is_left_alone(line: str) -> None:
    assert list(text_breaches("file.txt", line)) == []


@pytest.mark.skipif(GIT is None, reason="git is not installed")
def test_files_that_git_ignores_are_not_read(tmp_path: Path) -> None:
    subprocess.run([str(GIT), "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("ignored.py\n", encoding="utf-8")
    (tmp_path / "ignored.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "new.py").write_text("x = 1\n", encoding="utf-8")
    assert [sentence.split(":")[0] for sentence in breaches(tmp_path)] == ["new.py"]


def test_without_git_what_is_made_is_not_read(tmp_path: Path) -> None:
    for folder in (".venv", "data", ".ruff_cache", "pipelines"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "new.py").write_text("x = 1\n", encoding="utf-8")
    assert [sentence.split(":")[0] for sentence in breaches(tmp_path)] == ["pipelines/new.py"]
