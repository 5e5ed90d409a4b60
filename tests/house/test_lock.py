"""The locks name no place, pin every package with hashes, agree with `pyproject.toml`, and need no compiler."""

import re
import tomllib
from collections import defaultdict

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from tests.house.repository import ROOT
from tests.house.wheels import MACHINES, Machine, best

RUNNING, DEVELOPING, SPARK = (
    (ROOT / f"requirements{part}.lock").read_text(encoding="utf-8") for part in ("", "-dev", "-spark")
)
WHEELS = [line.split() for line in (ROOT / "requirements.wheels").read_text(encoding="utf-8").splitlines()]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

BUILT: dict[str, str] = {"pyicu": "pyicu-wheels"}
"""Packages that come as source code alone, and where the locks have the same module as a wheel (decision 0015)."""


def blocks(lock: str) -> dict[Requirement, str]:
    """Each requirement of a lock with its lines."""
    found = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", lock))
    return {Requirement(block.split(" \\\n")[0]): block for block in found}


def unmet(asked_for: list[str], lock: str) -> list[str]:
    """Those of the requirements that a lock does not satisfy."""
    versions: defaultdict[str, list[str]] = defaultdict(list)
    for requirement in blocks(lock):
        versions[canonicalize_name(requirement.name)] += [pin.version for pin in requirement.specifier]
    return [
        str(requirement)
        for requirement in map(Requirement, asked_for)
        if not any(
            requirement.specifier.contains(version)
            for version in versions[BUILT.get(requirement.name, canonicalize_name(requirement.name))]
        )
    ]


@pytest.mark.parametrize("lock", [RUNNING, DEVELOPING, SPARK])
def test_a_lock_names_no_host_and_no_path(lock: str) -> None:
    places = re.compile(r"://|^-|--(?!hash=)|\bfile:| @ |(?:^|\s)/", re.MULTILINE)
    assert not places.search(lock)


@pytest.mark.parametrize("lock", [RUNNING, DEVELOPING, SPARK])
def test_every_locked_package_is_pinned_and_hashed(lock: str) -> None:
    loose = [block for block in blocks(lock).values() if not re.match(r"[^\n]*==\S+", block) or "sha256:" not in block]
    assert loose == []


def test_what_runs_conjoin_is_in_its_lock() -> None:
    assert unmet(PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["setup"], RUNNING) == []


def test_extras_and_tools_are_in_the_developers_lock() -> None:
    extras = dict(PROJECT["project"]["optional-dependencies"])
    assert unmet(extras.pop("spark"), SPARK) == []
    assert unmet(sum(extras.values(), PROJECT["dependency-groups"]["dev"]), DEVELOPING) == []


def test_developers_run_the_versions_that_users_run() -> None:
    pins = {(canonicalize_name(one.name), str(one.specifier)) for one in blocks(DEVELOPING)}
    assert {(canonicalize_name(one.name), str(one.specifier)) for one in blocks(RUNNING)} - pins == set()


@pytest.mark.parametrize("machine", MACHINES, ids=str)
@pytest.mark.parametrize("lock", [RUNNING, DEVELOPING], ids=["running", "developing"])
def test_every_locked_package_has_a_wheel_on_every_kind_of_machine(lock: str, machine: Machine) -> None:
    wheels = defaultdict(list)
    for digest, name in WHEELS:
        project, version, *_ = parse_wheel_filename(name)
        wheels[project, str(version)].append((digest, name))
    without = []
    for requirement, block in blocks(lock).items():
        (pin,) = requirement.specifier
        hashed = [name for digest, name in wheels[canonicalize_name(requirement.name), pin.version] if digest in block]
        if machine.wants(requirement.marker) and best(hashed, machine) is None:
            without.append(str(requirement))
    assert without == []
