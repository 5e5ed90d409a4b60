"""Rules of the house that no other tool checks: small modules and statements, one name a thing, no machine's name.

`python -m tests.house.rules`, run by `make lint` and by pre-commit over every file git would keep, writes one line for
each breach and exits 1 if there is any.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.repository import ROOT, kept_files

# A module is a room. About 300 lines is large (house style); a hundred more is where it must be divided.
MAX_LINES = 400
# A statement fits on a screen; one that would not is several, joined by `Steps` or views.
MAX_STATEMENT_LINES = 60
# A first line that says what lives there takes at least a few words.
MIN_DOCSTRING_WORDS = 4

# A home folder, or a folder of somebody's workplace, is of no use to the next reader.
MACHINE_PATH = re.compile(r"(?<![\w.<>{}$*~-])/(?:home|Users|root|work|workspace)/[\w.-]+|\b[A-Z]:\\Users\\", re.ASCII)
# Where packages come from is each machine's own setting.
PACKAGE_HOST = re.compile(
    r"--(?:extra-)?index-url[ =]\S+|--find-links[ =]\S+|--trusted-host\b"
    r"|https?://[\w.-]*(?:pypi|artifactory|nexus|devpi|mirror)[\w.-]*(?::\d+)?/",
)
# The product's own code, where a word names one thing.
PRODUCT = ("pipelines/", "linkage_models/", "sample_data/")
# `one` is clear beside the word for the other, and a pronoun without it.
BESIDE_ONE = {"other", "another", "many", "several"}

# This file has to spell out what it looks for, and so has its test.
SPELLS_IT_OUT = {"tests/house/rules.py", "tests/house/test_rules.py"}


def module_breaches(path: str, source: str) -> Iterator[str]:
    """Yield what is wrong with a Python module: too long, or its docstring does not say what lives there."""
    lines = source.count("\n")
    if lines > MAX_LINES:
        yield f"{path}: {lines} lines, more than {MAX_LINES}: divide it by what lives in it"
    docstring = ast.get_docstring(ast.parse(source, filename=path)) or ""
    first_line = docstring.split("\n", 1)[0]
    if len(first_line.split()) < MIN_DOCSTRING_WORDS:
        yield f"{path}: its docstring's first line must say what lives there"


def statement_breaches(path: str, text: str) -> Iterator[str]:
    """Yield the statements of an SQL file that are too long."""
    for statement in re.split(r";[ ]*\n", text):
        lines = statement.strip().count("\n") + 1
        if lines > MAX_STATEMENT_LINES:
            yield f"{path}: a statement of {lines} lines, more than {MAX_STATEMENT_LINES}: divide it into steps"


def text_breaches(path: str, text: str) -> Iterator[str]:
    """Yield the lines of a file that name a machine's folder or a package host."""
    for number, line in enumerate(text.splitlines(), start=1):
        if MACHINE_PATH.search(line):
            yield f"{path}:{number}: names a folder of one machine"
        if PACKAGE_HOST.search(line):
            yield f"{path}:{number}: names a package host"


def pronoun_breaches(path: str, source: str) -> Iterator[str]:
    """Yield the places where a variable is called `one` and nothing beside it is called the other."""
    for node in ast.walk(ast.parse(source, filename=path)):
        match node:
            case ast.For(target=target) | ast.comprehension(target=target):
                bound = {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
            case ast.Assign(targets=targets):
                bound = {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.arguments(args=args, kwonlyargs=more):
                bound = {argument.arg for argument in (*args, *more)}
            case _:
                continue
        if "one" in bound and not bound & BESIDE_ONE:
            line = next(inner.lineno for inner in ast.walk(node) if isinstance(inner, ast.expr | ast.arg))
            yield f"{path}:{line}: a variable called `one`: name what it is"


def twice_named(modules: dict[str, str]) -> Iterator[str]:
    """Yield the public classes of several modules that share a name."""
    found: dict[str, str] = {}
    for path, source in modules.items():
        for node in ast.parse(source, filename=path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                first = found.setdefault(node.name, path)
                if first != path:
                    yield f"{path}:{node.lineno}: {first} has a class {node.name} too: one name, one thing"


def breaches(root: Path) -> Iterator[str]:
    """Yield one sentence for each breach of the rules in the repository at `root`."""
    product = {}
    for path in kept_files(root):
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path.endswith(".py"):
            yield from module_breaches(path, text)
            if path.startswith(PRODUCT):
                product[path] = text
                yield from pronoun_breaches(path, text)
        if path.endswith(".sql"):
            yield from statement_breaches(path, text)
        if path not in SPELLS_IT_OUT:
            yield from text_breaches(path, text)
    yield from twice_named(product)


def main() -> int:
    """Write out every breach; return 1 if there is one, else 0."""
    found = list(breaches(ROOT))
    for breach in found:
        sys.stdout.write(f"{breach}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
