"""The deployment that reads the sample systems from real servers: the shipped sources, each with another `extract`.

What is other of a source's `extract` stands beside its YAML, in `served.yaml`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML

from pipelines.deployment import PIPELINES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sample_data.serve import Served

SECRETS = "secrets.env"


def write_deployment(served: Served, folder: Path) -> None:
    """Write `sources/<system>.yaml` for every sample system, and `secrets.env` with the environment they ask for."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    yaml = YAML(typ="rt")
    facts = _facts(served)
    for shipped in sorted((PIPELINES / "defs" / "sources").glob("*/defs.yaml")):
        tree = yaml.load(shipped)
        extract = {**tree["attributes"]["extract"], **_filled(yaml.load(shipped.with_name("served.yaml")), facts)}
        tree["attributes"]["extract"] = {name: value for name, value in extract.items() if value is not None}
        with (sources / f"{tree['attributes']['system']}.yaml").open("w", encoding="utf-8") as file:
            yaml.dump(tree, file)
    secrets = folder / SECRETS
    secrets.touch(mode=0o600)
    secrets.write_text("".join(f"{name}='{value}'\n" for name, value in served.secrets.items()), encoding="utf-8")


def _facts(served: Served) -> dict[str, str | int | None]:
    """Return the servers' addresses and settings by name; for each `<name>_url` its parts as well."""
    facts: dict[str, str | int | None] = {
        name: str(value) for name, value in vars(served).items() if isinstance(value, (str, Path))
    }
    for name, url in list(facts.items()):
        if name.endswith("_url"):
            address, of = urlsplit(str(url)), name.removesuffix("_url")
            facts |= {f"{of}_host": address.hostname, f"{of}_port": address.port, f"{of}_user": address.username}
            facts[f"{of}_base"] = str(url).rpartition("/")[0]
    return facts


def _filled(tree: Any, facts: Mapping[str, str | int | None]) -> Any:  # noqa: ANN401  # a YAML tree
    """Return the tree with each `<name>` in it replaced by the fact of that name."""
    if isinstance(tree, dict):
        return {name: _filled(below, facts) for name, below in tree.items()}
    if isinstance(tree, str) and (whole := re.fullmatch(r"<(\w+)>", tree)):
        return facts[whole[1]]
    return tree
