"""One public set linked: by the product's own commands, and by the bare scripts beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from pipelines.bench.public_sets import Prepared, PublicSet
from pipelines.errors import CheckFailedError

VARIANTS = ("documented", "tuned")
"""The bare scripts of `linkage_models.yardsticks.bare_febrl`."""

PASSED_ON = ("CONJOIN_MEMORY_LIMIT", "CONJOIN_THREADS", "CONJOIN_DEBUG")
"""Settings of the caller that affect how a set is linked, not what is linked."""


def link_with_product(public_set: PublicSet, made: Prepared, report: Callable[[str], None]) -> dict[str, Any]:
    """Run, train, run again and evaluate, as a user with a new deployment would, and return the counts.

    Returns:
        `precision`, `recall`, `f1`, `true_links`, `false_links` and `missed_links` of the links between the set's
        systems, and `missed`, the missed links by cause.

    Raises:
        CheckFailedError: one of the commands failed; its own sentence is the message.
    """
    environment = _environment(made)
    for command, done in (("run", "records taken in"), ("train", "trained"), ("run", "linked")):
        _conjoin(environment, command)
        report(f"{public_set.title}: {done}")
    found = _conjoin(environment, "evaluate", "--truth", str(made.truth))
    report(f"{public_set.title}: evaluated")
    return counted(public_set, found)


def counted(public_set: PublicSet, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an evaluation says of the links between a set's systems."""
    (links,) = [
        agreement for agreement in found["links"]["by_systems"] if agreement["systems"] == public_set.pair_of_systems
    ]
    names = ("precision", "recall", "f1", "true_links", "false_links", "missed_links")
    causes = {name: count for name, count in found["causes"]["missed"].items() if name not in {"total", "no_edge"}}
    return {name: links[name] for name in names} | {"missed": causes}


def link_with_script(variant: str, made: Prepared) -> dict[str, Any]:
    """Run a bare Splink script on the same files; return its best threshold and the figures at it.

    Raises:
        CheckFailedError: the script failed.
    """
    files = [str(file) for file in made.files]
    return _json_of([sys.executable, "-m", "linkage_models.yardsticks.bare_febrl", variant, *files], dict(os.environ))


def _environment(made: Prepared) -> dict[str, str]:
    """Return the environment of a separate home, free of the caller's own settings of Conjoin."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CONJOIN_") or name in PASSED_ON}
    return own | {"CONJOIN_HOME": str(made.home), "DAGSTER_HOME": str(made.home / "dagster")}


def _conjoin(environment: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    return _json_of([sys.executable, "-m", "pipelines.cli", *arguments, "--json"], environment)


def _json_of(command: list[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Run a command that prints JSON and return it."""
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)  # noqa: S603  # our own commands
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or ["it printed nothing"]
        raise CheckFailedError(f"A measured command failed: {said[0].removeprefix('conjoin: ')}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result
