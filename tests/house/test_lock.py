"""The locks name no place, pin every package with hashes, and agree with what `pyproject.toml` asks for."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.repository import ROOT

LOCK = "".join((ROOT / f"requirements{part}.lock").read_text(encoding="utf-8") for part in ("", "-spark"))


def locked() -> list[Requirement]:
    """The requirements of both locks, without their hashes."""
    return [Requirement(line.rstrip(" \\")) for line in LOCK.splitlines() if re.match(r"[A-Za-z0-9]", line)]


def asked_for() -> list[Requirement]:
    """What the project and all its extras require."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for group in (project["dependencies"], *extras) for text in group]


def test_the_lock_names_no_host_and_no_path() -> None:
    places = re.compile(r"://|^-|--(?!hash=)|\bfile:| @ |(?:^|\s)/", re.MULTILINE)
    assert not places.search(LOCK)


def test_every_locked_package_is_pinned_and_hashed() -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", LOCK))
    assert len(blocks) == len(locked())
    loose = [block.split("\n")[0] for block in blocks if not re.match(r"[^\n]*==\S+", block) or "sha256:" not in block]
    assert loose == []


def test_the_lock_satisfies_every_requirement_of_the_project() -> None:
    versions: dict[str, list[str]] = {}
    for requirement in locked():
        pins = versions.setdefault(canonicalize_name(requirement.name), [])
        pins.extend(pin.version for pin in requirement.specifier)
    unmet = [
        str(requirement)
        for requirement in asked_for()
        if not any(map(requirement.specifier.contains, versions.get(canonicalize_name(requirement.name), [])))
    ]
    assert unmet == []
