"""A deployment is a folder, not a fork: no code goes by a source system, an audience or a code of the sample."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkage_models.standardise.identifiers import IDENTIFIER_KINDS
from pipelines.deployment import Deployment
from pipelines.gaps import load_risk, load_rules
from pipelines.settings import Settings
from tests.house.repository import ROOT

ILLUSTRATES = "for example"
"""What a text says that names something only to show what such a thing looks like."""


def sample_names() -> set[str]:
    """Return the names of the shipped source systems and audiences, and the codes of the shipped rules."""
    shipped = Deployment.load(Settings())
    risk = load_risk()
    assert risk
    sql = [risk.spec.sql, *(f"{rule.spec.sql}\n{rule.spec.answered_by}" for rule in load_rules())]
    codes = {code for text in sql for code in re.findall(r"'([A-Z]+[A-Z0-9]{2,})'", text)}
    assert {"XTACT", "RTAO", "MAPP"} <= codes
    systems = {source.spec.system for source in shipped.sources}
    return systems | set(shipped.audiences) | codes - set(IDENTIFIER_KINDS)


NAMES = re.compile(rf"\b({'|'.join(sorted(sample_names() - set(IDENTIFIER_KINDS)))})\b", re.IGNORECASE)
"""Kinds of identifier are the model's own, though two source systems are called like theirs."""


def texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module that can decide something, each with its line: docstrings cannot."""
    tree = ast.parse(source)
    statements = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    said = {id(value) for value in statements if isinstance(value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id.replace("_", " ")
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr.replace("_", " ")


def named(source: str) -> list[tuple[int, str]]:
    """Return the names of the sample that a module's code goes by, each with its line."""
    return [
        (line, found[1]) for line, text in texts(source) if ILLUSTRATES not in text and (found := NAMES.search(text))
    ]


@pytest.mark.parametrize("root", ["pipelines", "linkage_models"])
def test_no_code_goes_by_a_name_of_the_sample(root: str) -> None:
    found = {
        str(file.relative_to(ROOT)): names
        for file in sorted((ROOT / root).rglob("*.py"))
        if (names := named(file.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_no_statement_of_a_sql_file_goes_by_a_name_of_the_sample() -> None:
    files: list[Path] = [*(ROOT / "pipelines").rglob("*.sql"), *(ROOT / "linkage_models").rglob("*.sql")]
    assert files
    without_comments = {file: re.sub(r"--.*", "", file.read_text(encoding="utf-8")) for file in files}
    assert {str(file): found[1] for file, text in without_comments.items() if (found := NAMES.search(text))} == {}


@pytest.mark.parametrize(
    "code",
    [
        'path = published / "joint"',
        "SQL = \"WHERE code = 'XTACT'\"",
        "served.ctnm_url",
        'match system:\n    case "rms": pass',
    ],
)
def test_a_name_that_decides_is_seen(code: str) -> None:
    assert named(code)


@pytest.mark.parametrize(
    "code",
    ['"""Like joint."""', 'help = "A record, for example nomis:A1234BC."', 'KINDS = ("pnc", "visor")', "disjoint = 1"],
)
def test_what_decides_nothing_is_passed_over(code: str) -> None:
    assert named(code) == []
