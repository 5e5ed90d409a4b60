"""The dialogue that drafts a source's YAML: who owns it, how it delivers, and what its columns mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from pydantic import ValidationError

from pipelines.errors import SourceError
from pipelines.source import SourceSpec
from pipelines.source.extract.part import named
from pipelines.source.mapping import MARKINGS
from pipelines.source_draft import ask
from pipelines.source_draft.connection import ask_extract, parsed
from pipelines.source_draft.look import looking_at
from pipelines.source_draft.mapping import Mapping

if TYPE_CHECKING:
    from pipelines.settings import Settings
    from pipelines.source_draft.look import Sight

ONE_SET = {"fixed_width", "sqlite"}
"""Formats whose resources are either all snapshots or all changes."""


def draft(settings: Settings, out: Path | None) -> tuple[dict[str, Any], Path]:
    """Ask all that a source's YAML must say, and return its `attributes` and the file to write them to.

    Args:
        settings: the home inside which live data is looked at, and where its inbox is.
        out: the file; None to ask for it.

    Raises:
        typer.Abort: the answers ended, or Ctrl-C.
    """
    typer.echo("Enter takes what stands in [brackets].\n")
    attributes = _identity()
    system = attributes["system"]
    while True:
        typer.echo("\nHow it delivers")
        try:
            extract = ask_extract(system, settings)
            _add_lists(system, extract, settings)
            with looking_at(system, parsed(extract), settings) as sight:
                attributes |= _meaning(sight, extract)
            break
        except SourceError as error:
            typer.echo(f"\n{error}\nOnce more:")
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(step) for step in first["loc"])
            typer.echo(f"\n`{field}`: {first['msg'].removeprefix('Value error, ')}.\nOnce more:")
    SourceSpec.model_validate(attributes)
    return attributes, out or _file(system, settings)


def _identity() -> dict[str, Any]:
    system = ask.pattern("Short name", r"[a-z][a-z0-9_]*", "lower-case letters, digits and _, a letter first")
    title = ask.text("Name for people", system.upper())
    return {
        "system": system,
        "title": title,
        "description": ask.text("What it is for, in a sentence", f"Records of {title}."),
        "service": ask.pattern(
            "Service it belongs to, such as police or prison",
            r"[a-z][a-z0-9_-]*",
            "lower-case letters, digits, _ and -, a letter first",
        ),
        "owner": ask.pattern(
            "Who answers for the feed",
            r"team:[A-Za-z0-9_.-]+|[^@\s]+@[^@\s]+\.[^@\s]+",
            "an e-mail address or team:name",
            f"team:{system.replace('_', '-')}",
        ),
        "marking": ask.choice("Marking of what it holds", MARKINGS, "OFFICIAL-SENSITIVE"),
        "originator": ask.text("Body that owns the information", title),
    }  # fmt: skip


def _add_lists(system: str, extract: dict[str, Any], settings: Settings) -> None:
    """Note for XML which elements are lists: an element that occurs several times once is always a list."""
    if extract["format"] != "xml":
        return
    with looking_at(system, parsed(extract), settings) as sight:
        for name, repeated in sight.repeated.items():
            if repeated:
                extract["resources"][name]["lists"] = repeated


def _meaning(sight: Sight, extract: dict[str, Any]) -> dict[str, Any]:
    """Ask what the columns mean, and return `date_format`, `extract`, `record` and `items`."""
    typer.echo("\nWhat it holds")
    for group in sight.groups:
        typer.echo(f"  {group.name}: {', '.join(field.name for field in group.fields)}")
    typer.echo(f"\nAnswer with a field, with a DuckDB expression over the fields, or with {ask.NONE} for none.")
    mapping = Mapping(sight)
    record = mapping.ask_record()
    items = mapping.ask_items()
    read = {record["from"], *(item["from"] for item in items)}
    kept = [name for name in sight.source.extract.resources if name in read]
    given = extract["resources"]
    resources: Any = kept if isinstance(given, list) else {name: given[name] for name in kept}
    _ask_loads(mapping, extract["format"], kept, resources := named(resources))
    if isinstance(given, list) and not any(resources.values()):
        resources = kept
    return {
        "date_format": mapping.ask_date_format(),
        "extract": extract | {"resources": resources},
        "record": record,
        "items": items,
    }


def _ask_loads(mapping: Mapping, form: str, names: list[str], resources: dict[str, Any]) -> None:
    """Ask for each resource whether deliveries are whole, and write the answers into it."""
    typer.echo("\nsnapshot: each delivery holds all rows. changes: each holds only new and changed rows.")
    load = ""
    for name in names:
        if not load or form not in ONE_SET:
            load = ask.choice(f"Deliveries of {name}", ("snapshot", "changes"), "snapshot")
        if load == "changes":
            said = mapping.ask_changes(name)
            held = resources[name]
            resources[name] = ({"path": held} if isinstance(held, str) else held) | {"load": "changes"} | said


def _file(system: str, settings: Settings) -> Path:
    folder = settings.deployment / "sources" if settings.deployment else Path()

    def fault(given: str) -> str | None:
        if Path(given).suffix != ".yaml":
            return "Let its name end in .yaml."
        return f"{given} exists already; name another." if Path(given).exists() else None

    return Path(ask.text("\nFile to write", str(folder / f"{system}.yaml"), fault))
