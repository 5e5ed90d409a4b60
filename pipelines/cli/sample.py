"""`conjoin sample`: synthetic source systems to try Conjoin on, as files or from real servers."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import date as calendar_date
from pathlib import Path
from typing import Annotated

import typer

from linkage_models.words import counted
from pipelines.cli.hints import typed
from pipelines.cli.options import JsonOption, print_json
from pipelines.errors import ConfigurationError, ConjoinError

app = typer.Typer(invoke_without_command=True)


@app.callback()
def sample(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write; it must not exist or be empty.")] = None,
    people: Annotated[int, typer.Option("--people", min=10, help="People in the population.")] = 3000,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    nights: Annotated[int, typer.Option("--nights", min=1, help="Nights of deliveries.")] = 1,
    date: Annotated[str, typer.Option("--date", help="Date of night 1, as YYYY-MM-DD.")] = "2026-03-02",
    world: Annotated[
        str | None,
        typer.Option("--world", help="Another world, with its own deployment; `list` names them all."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write seven synthetic source systems, and the truth beside them.

    Each system is in the form that it would really deliver. A world is unlike them: without postcodes, of names and
    dates only, with heavy errors and so on. It comes with its source YAML and a home, to be linked by `conjoin run`,
    `conjoin train` and `conjoin run`.

    Example: conjoin sample --people 20000 --seed 7 --nights 2 --out /tmp/sample

    Example: conjoin sample --world names-and-dates --out /tmp/world
    """
    if context.invoked_subcommand:
        return
    import sample_data
    from pipelines.cli.progress import step_reporter
    from pipelines.sample import worlds

    if world == "list":
        for known in sample_data.WORLDS:
            typer.echo(f"{known.name:17}{known.summary}")
        return
    chosen = worlds.world(world) if world else sample_data.USUAL
    if out is None:
        raise ConfigurationError("A folder to write to is missing; name it with --out.")
    try:
        start = calendar_date.fromisoformat(date)
    except ValueError:
        raise ConfigurationError("The value of --date is not a date; write it as YYYY-MM-DD.") from None
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(f"{out} exists already and is not an empty folder; name another with --out.")
    with step_reporter(quiet=as_json) as report:
        made = sample_data.generate(
            people=people, seed=seed, nights=nights, out=out, start=start, progress=report, world=chosen
        )
    home = worlds.write_home(out, chosen) if world else None
    if as_json:
        print_json(asdict(made))
        return
    records = sum(made.nights[0].records.values())
    typer.echo(f"Wrote {people:,} people to {out}: {counted(records, 'nominal record')} on night 1 of {nights}.")
    if home is None:
        typer.echo(f"Link it with: {typed('demo', '--sample', out, '--home', '...')}")
        return
    typer.echo("Link it with:")
    for words in (("run",), ("train",), ("run",), ("evaluate", "--truth", out / "truth" / "night-1")):
        typer.echo(f"  {typed(*words, '--home', home)}")


@app.command()
def serve(
    deployment: Annotated[
        Path, typer.Option("--deployment", help="Folder to write the deployment that reads them to.")
    ],
    sample_folder: Annotated[
        Path | None, typer.Option("--sample", help="A sample; without it the shipped one.")
    ] = None,
    night: Annotated[int, typer.Option("--night", min=1, help="Which night's deliveries.")] = 1,
    command: Annotated[list[str] | None, typer.Argument(help="Command to run against them, after `--`.")] = None,
) -> None:
    """Serve the sample systems as agencies would.

    They are served by PostgreSQL, an OAuth 2.0 web service, SFTP and S3, and one is an SQLite file.

    All of them are real servers on this machine's loopback, with passwords of their own. They end with the command
    given after `--`, or with Ctrl-C.

    Example: conjoin sample serve --deployment /tmp/served -- conjoin run --home /tmp/home
    """
    from pipelines.sample.deployment import SECRETS, write_deployment
    from pipelines.sample.nights import sample_night

    try:
        from sample_data.serve import ServerError
        from sample_data.serve import serve as serve_night
    except ModuleNotFoundError:
        raise ConfigurationError("The servers are not installed; install Conjoin with `[serve]`.") from None
    chosen = sample_night(sample_folder, night)
    if deployment.exists() and any(entry for entry in deployment.iterdir() if entry.name not in {"sources", SECRETS}):
        raise ConfigurationError(f"{deployment} holds other things; name an empty folder with --deployment.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="conjoin-serve-") as scratch:
        try:
            with serve_night(chosen.deliveries, folder=Path(scratch)) as served:
                write_deployment(served, deployment)
                settings = {"CONJOIN_DEPLOYMENT": str(deployment.resolve()), "CONJOIN_AS_OF": chosen.as_of}
                if command:
                    done = subprocess.run(command, env=os.environ | settings | served.secrets, check=False)  # noqa: S603  # what was typed
                    raise typer.Exit(done.returncode)
                typer.echo(f"The systems of {chosen.deliveries} are served. In another terminal:\n")
                typer.echo(f"  set -a; . {shlex.quote(str(deployment / SECRETS))}")
                typer.echo("".join(f"  {name}={shlex.quote(value)}\n" for name, value in settings.items()), nl=False)
                typer.echo(f"  set +a; {typed('run', '--home', '...')}\n\nCtrl-C ends them.")
                signal.pause()
        except ServerError as error:
            raise ConjoinError(str(error)) from None
        except KeyboardInterrupt:
            raise typer.Exit(0) from None
