"""The commands a newcomer types exist and are explained; documents mention commands and files that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.repository import ROOT

COMMANDS = ("setup", "demo", "ui", "test", "lint", "bench", "lock", "keep-home", "clean", "help")


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make at the top of the repository."""
    executable = shutil.which("make")
    assert executable, "make is part of the contract: install it"
    return subprocess.run([executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def documents() -> list[Path]:
    """The documents people read, those of installed packages left out."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_make_alone_explains_every_command() -> None:
    explained = dict(re.findall(r"^make ([a-z-]+) +(\S.*)$", make().stdout, re.MULTILINE))
    assert set(COMMANDS) <= set(explained)


def test_every_target_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z][a-z-]*):(.*)$", makefile, re.MULTILINE)
    assert [target for target, rest in targets if "## " not in rest] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_make_knows_how_to_run_each_command(command: str) -> None:
    done = make("--dry-run", command)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_link_to_files_that_exist(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert [target for target in targets if target and not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_name_make_commands_that_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^ *\$? ?)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= known


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    decisions = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    listed = {ROOT / "docs" / target for target in re.findall(r"\]\(([^)\s]+\.md)\)", index)}
    listed |= {ROOT / "docs" / "decisions" / target for target in re.findall(r"\]\(([^)\s]+\.md)\)", decisions)}
    pages = set((ROOT / "docs").rglob("*.md"))
    assert sorted(str(page.relative_to(ROOT)) for page in pages - listed - {ROOT / "docs" / "README.md"}) == []
