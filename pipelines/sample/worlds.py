"""A world of the sample as a deployment of its own: source YAML beside its deliveries, and a home that reads them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from pipelines.deployment import PIPELINES
from pipelines.errors import ConfigurationError
from pipelines.settings import HOME_SETTINGS_FILE
from pipelines.settings.given import settings_lines
from sample_data import world_named

if TYPE_CHECKING:
    from sample_data import SampleWorld
    from sample_data.worlds import CsvFile

HOME, SOURCES = "home", "sources"

_ITEMS: dict[str, dict[str, str]] = {
    "address": {"kind": "address", "when": "address IS NOT NULL", "value": "address"},
    "phone": {"kind": "contact_point", "when": "phone IS NOT NULL", "code": "'PHONE'", "value": "phone"},
    "email": {"kind": "contact_point", "when": "email IS NOT NULL", "code": "'EMAIL'", "value": "email"},
}
"""How the columns of a world's CSV files that are no part of the record are mapped."""

_OF_RECORD = ("surname", "forenames", "birth_date", "sex", "birth_place")


def world(name: str) -> SampleWorld:
    """Return a world by its name.

    Raises:
        ConfigurationError: there is none.
    """
    try:
        return world_named(name)
    except ValueError as error:
        raise ConfigurationError(f"{str(error).capitalize()}.") from None


def write_home(out: Path, of: SampleWorld) -> Path:
    """Write the sources of a world that was generated, and a home with settings that name them.

    Args:
        out: the sample's folder, which becomes the deployment.
        of: the world it was generated as.

    Returns:
        The home, ready for `conjoin run`, `conjoin train` and `conjoin run`.
    """
    out = out.resolve()
    sources, home = out / SOURCES, out / HOME
    for place in (sources, home):
        place.mkdir()
    if of.files:
        for file in of.files:
            with (sources / f"{file.system}.yaml").open("w", encoding="utf-8") as written:
                YAML().dump(_source(file, of), written)
    else:
        for shipped in (PIPELINES / "defs" / "sources").glob("*/defs.yaml"):
            shutil.copyfile(shipped, sources / f"{shipped.parent.name}.yaml")
    first = json.loads((out / "sample.json").read_text(encoding="utf-8"))["nights"][0]
    in_force = {"deployment": out, "inbox": out / first["folder"], "as_of": first["as_of"]}
    (home / HOME_SETTINGS_FILE).write_text(settings_lines(in_force), encoding="utf-8")
    return home


def _source(file: CsvFile, of: SampleWorld) -> dict[str, Any]:
    items = []
    for field, mapped in _ITEMS.items():
        if field in file.fields:
            of_postcode = {"postcode": "postcode"} if field == "address" and "postcode" in file.fields else {}
            items.append({**mapped, "from": "people", "key": "record_id", **of_postcode})
    return {
        "type": "pipelines.components.NominalSource",
        "attributes": {
            "system": file.system,
            "title": file.system.capitalize(),
            "description": f"Synthetic people: {of.summary}.",
            "service": "multi-agency",
            "owner": "team:sample",
            "marking": "OFFICIAL",
            "originator": "Synthetic",
            "extract": {"format": "csv", "resources": {"people": f"{file.system}.csv"}},
            "record": {
                "from": "people",
                "key": "record_id",
                **{field: field for field in _OF_RECORD if field in file.fields},
            },
            **({"items": items} if items else {}),
        },
    }
