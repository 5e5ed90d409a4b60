"""`make release-check`: the changelog tells of the version, and its wheel works beside the locked packages alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.house.repository import ROOT

SECTION = r"^## \[{version}\] - \d{{4}}-\d\d-\d\d$"


def version_of(root: Path) -> str:
    """Return the version that `pyproject.toml` states."""
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def faults(root: Path) -> list[str]:
    """Return what is wrong before anything is built, as sentences."""
    version = version_of(root)
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    found = []
    if not re.search(SECTION.format(version=re.escape(version)), changelog, flags=re.MULTILINE):
        found.append(f"CHANGELOG.md has no section `## [{version}] - YYYY-MM-DD`; give [Unreleased] this heading.")
    if "## [Unreleased]" not in changelog:
        found.append("CHANGELOG.md has no section `## [Unreleased]`; add an empty one above the newest.")
    return found


def try_wheel(root: Path, work: Path) -> None:
    """Build the wheel, install it with the locked packages into a new environment, and use it in a folder elsewhere.

    Raises:
        subprocess.CalledProcessError: a step failed; what it printed is on the terminal.
    """
    _run(root, sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", ".")
    (wheel,) = (root / "dist").glob(f"conjoin-{version_of(root)}-*.whl")
    _run(work, sys.executable, "-m", "venv", "environment")
    python = str(work / "environment" / "bin" / "python")
    install = (python, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:")
    _run(work, *install, "--require-hashes", "--requirement", str(root / "requirements.lock"))
    _run(work, *install, str(wheel))
    conjoin, elsewhere = str(work / "environment" / "bin" / "conjoin"), work / "elsewhere"
    elsewhere.mkdir()
    for arguments in (["--version"], ["demo"], ["demo", "--night", "2"], ["evaluate"], ["audit", "--verify"]):
        _run(elsewhere, conjoin, *arguments)


def _run(folder: Path, *command: str) -> None:
    sys.stdout.write(f"$ {' '.join(command)}\n")
    sys.stdout.flush()
    own = {name: value for name, value in os.environ.items() if not name.startswith(("CONJOIN_", "DAGSTER_", "PYTHON"))}
    subprocess.run(command, cwd=folder, env=own, check=True)


def main() -> None:
    """Check the release, and end with status 1 where something is wrong."""
    if found := faults(ROOT):
        sys.exit("\n".join(found))
    with tempfile.TemporaryDirectory() as folder:
        try_wheel(ROOT, Path(folder))
    sys.stdout.write(f"Conjoin {version_of(ROOT)} can be released: tag it v{version_of(ROOT)}.\n")


if __name__ == "__main__":
    main()
