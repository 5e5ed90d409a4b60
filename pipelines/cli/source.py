"""`conjoin source`: try a source's YAML on live data, or draft one from live data."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linkage_models.words import counted
from pipelines.cli.hints import typed
from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.canonical.applied import Applied
    from pipelines.source_check.trial import Trial

UNKNOWN_KINDS = (
    "identifier or contact point is of an unknown kind",
    "identifiers or contact points are of an unknown kind",
)

app = typer.Typer(
    help="Draft a source's YAML from its live data, or check it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The source's YAML file.")],
    rows: Annotated[int, typer.Option("--rows", min=0, help="How many nominal records to show, masked.")] = 5,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the next run would make of a source's live data.

    Nothing of what is read is kept.

    What is read lies in a folder of its own inside the home, which is removed at the end. No personal value is shown:
    letters are x, digits 9. The exit status is 1 if the load would not be taken over.

    Example: conjoin source check pipelines/defs/sources/nomis/defs.yaml
    """
    from pipelines.cli.progress import step_reporter
    from pipelines.settings import Settings
    from pipelines.source_check.trial import read_source, try_source

    settings = Settings.load(home, source=file)
    spec = read_source(file)
    _clean_up_when_terminated()
    with step_reporter(quiet=as_json) as report:
        trial = try_source(spec, file, settings, rows)
        report(f"read {counted(sum(read + unreadable for read, unreadable in trial.landed.values()), 'row')}")
    if as_json:
        print_json(_as_dict(trial))
    else:
        _print(trial)
    if trial.problem:
        raise ConfigurationError(trial.problem)
    if not as_json:
        typer.echo(f"{trial.system}: the load would be taken over: {counted(trial.records, 'nominal record')}.")


@app.command()
def new(
    out: Annotated[Path | None, typer.Option("--out", help="File to write; it must not exist.")] = None,
    home: HomeOption = None,
) -> None:
    """Ask about a source system and write its YAML.

    The answers say what it is and how it delivers; its live data is looked at for the rest.

    Enter takes what stands in brackets. Secrets are never asked for: only where each is kept, an environment variable
    or a file. Ctrl-C ends it, and nothing is written.

    Example: conjoin source new --out deployment/sources/bail.yaml
    """
    from pipelines.errors import SourceError
    from pipelines.settings import Settings
    from pipelines.source_draft.dialogue import draft
    from pipelines.source_draft.yaml_text import yaml_text

    if out is not None and out.exists():
        raise ConfigurationError(f"{out} exists already; name another file with --out.")
    settings = Settings.load(home, any_name=True)
    _clean_up_when_terminated()
    try:
        source, path = draft(settings, out)
    except (typer.Abort, KeyboardInterrupt, EOFError):
        raise ConfigurationError("Stopped before the last answer; nothing was written.") from None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(yaml_text(source))
    except FileExistsError:
        raise ConfigurationError(f"{path} exists already; nothing was written.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be written ({type(error).__name__}); name another file with --out.") from None
    typer.echo(f"\nWrote {path}. Next: {typed('source', 'check', path, *(('--home', settings.home) if home else ()))}")


def _clean_up_when_terminated() -> None:
    """Let SIGTERM end the process as an exception does, so that its working folder is removed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _as_dict(trial: Trial) -> dict[str, Any]:
    applied = trial.applied
    counts: dict[str, Any] = {}
    if applied:
        counts = {
            "resources": {
                name: {"read": extracted, "accepted": accepted, "quarantined": quarantined, "deleted": deleted,
                       "reasons": trial.reasons.get(name, {})}
                for name, (extracted, accepted, quarantined, deleted) in applied.balances.items()
            },
            "records": trial.records,
            "completeness": trial.completeness,
            "items": {kind: {"held": held, "not_held": failed} for kind, (held, failed) in trial.items.items()},
            "dates_given": applied.quality.dates_given,
            "unreadable_dates": applied.quality.unreadable_dates,
            "unreadable": [
                {"field": dates.field, "line": dates.line, "count": dates.count, "shapes": list(dates.shapes)}
                for dates in trial.unreadable
            ],
            "implausible_birth_dates": applied.quality.implausible_birth_dates,
            "placeholder_birth_dates": applied.quality.placeholder_birth_dates,
            "partial_birth_dates": applied.quality.partial_birth_dates,
            "unmapped_codes": applied.quality.unmapped_codes,
            "unknown_kinds": applied.quality.unknown_kinds,
            "invalid_identifiers": applied.quality.invalid_identifiers,
            "rows": list(trial.rows),
        }  # fmt: skip
    return {
        "system": trial.system,
        "trusted": trial.problem is None,
        "problem": trial.problem,
        "landed": {name: {"read": read, "unreadable": bad} for name, (read, bad) in trial.landed.items()},
        "misfits": list(trial.misfits),
        **counts,
    }


def _print(trial: Trial) -> None:
    """Print what the author of the YAML wants to see."""
    for sentence in trial.misfits:
        typer.echo(f"  {sentence}")
    if trial.applied:
        _print_counts(trial, trial.applied)
        for row in trial.rows:
            typer.echo("")
            for name, value in row.items():
                if value not in (None, []):
                    several = value if isinstance(value, list) else [value]
                    typer.echo(f"  {name:17}{'; '.join(map(_flat, several))}")
        typer.echo("")


def _print_counts(trial: Trial, applied: Applied) -> None:
    from pipelines.cli.tables import print_table

    print_table(
        ("resource", "rows read", "accepted", "quarantined", "deleted"),
        [(name, *counts) for name, counts in applied.balances.items()],
    )
    for resource, reasons in trial.reasons.items():
        counts = ", ".join(f"{reason} {count:,}" for reason, count in reasons.items())
        typer.echo(f"  quarantined of {resource}: {counts}")
    of = max(trial.records, 1)
    print_table(
        ("field", "nominal records", "share"),
        [(name, count, f"{count / of:.0%}") for name, count in trial.completeness.items()],
    )
    print_table(
        ("kind of item", "held", "empty or quarantined"),
        [(kind, held, failed) for kind, (held, failed) in trial.items.items()],
    )
    lacks = applied.quality
    typer.echo(
        f"  {lacks.unreadable_dates:,} of {counted(lacks.dates_given, 'date')} cannot be read;"
        f" {counted(lacks.unmapped_codes, 'code is not in its list', 'codes are not in their list')};"
        f" {counted(lacks.unknown_kinds, *UNKNOWN_KINDS)};"
        f" {counted(lacks.invalid_identifiers, 'identifier fails its check', 'identifiers fail their check')}."
    )
    typer.echo(
        f"  Of the dates of birth {lacks.implausible_birth_dates:,} outside `birth_years` or after the delivery and"
        f" {lacks.placeholder_birth_dates:,} that only fill the field are left out;"
        f" of {lacks.partial_birth_dates:,} a part is known."
    )
    for dates in trial.unreadable:
        typer.echo(f"  line {dates.line}, `{dates.field}`: {dates.count:,} unreadable, like {', '.join(dates.shapes)}")


def _flat(value: Any) -> str:  # noqa: ANN401  # a masked value of DuckDB
    if isinstance(value, dict):
        return ", ".join(f"{name} {_flat(part)}" for name, part in value.items() if part not in (None, ""))
    return str(value)
