"""`conjoin quarantine`: the rows that could not become nominal records or items, and the way back for them."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linkage_models.words import counted
from pipelines.cli.options import HomeOption, JsonOption, print_json, rows_of
from pipelines.errors import ConfigurationError, SourceError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.deployment import Source
    from pipelines.settings import Settings

app = typer.Typer(
    help="List the rows in quarantine, look at them, bring them in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

NEWEST = """
WITH newest AS (
    SELECT source_system, arg_max(load_id, split_part(load_id, '-', 2)) AS load_id
    FROM nominal.load GROUP BY source_system
)
FROM nominal.quarantine SEMI JOIN newest USING (source_system, load_id)
WHERE $system IS NULL OR source_system = $system
"""

SystemOption = Annotated[str | None, typer.Option("--system", help="One source system; without it, all of them.")]


@app.command("list")
def list_(system: SystemOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Count the rows in quarantine of each newest load, by reason.

    Example: conjoin quarantine list --system rms
    """
    from pipelines.settings import Settings
    from pipelines.warehouse.database import reader

    settings = Settings.load(home)
    _sources(settings, system)
    with reader(settings) as con:
        found = rows_of(
            con,
            f"SELECT source_system, resource, reason, explanation, count(*) AS rows FROM ({NEWEST}) "
            "GROUP BY ALL ORDER BY ALL",
            {"system": system},
        )
    if as_json:
        print_json(found)
        return
    for row in found:
        typer.echo(
            f"{row['rows']:>8,}  {row['source_system']}, {row['resource']}: {row['reason']} ({row['explanation']})"
        )
    typer.echo(f"{counted(sum(row['rows'] for row in found), 'row is', 'rows are')} in quarantine.")


@app.command()
def show(
    system: Annotated[str, typer.Argument(help="The source system.")],
    reason: Annotated[str | None, typer.Option("--reason", help="Only rows with this reason code.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows at most.")] = 20,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Also the rows as delivered: personal data, so it is written to the audit log."),
    ] = False,
    why: Annotated[str | None, typer.Option("--why", help="Why the rows are looked at; `--raw` needs it.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where rows in quarantine stood, and what is wrong.

    They are those of the source's newest load.

    Example: conjoin quarantine show rms --reason malformed_line --raw --why "Ticket 4711"
    """
    from pipelines import audit
    from pipelines.settings import Settings
    from pipelines.warehouse.database import reader

    if raw and not (why and why.strip()):
        raise ConfigurationError("Looking at rows as delivered needs a reason; give it with --why.")
    settings = Settings.load(home)
    _sources(settings, system)
    columns = "load_id, resource, landed_row, part, reason, explanation" + (", raw" if raw else "")
    with reader(settings) as con:
        found = rows_of(
            con,
            f"SELECT {columns} FROM ({NEWEST}) WHERE $reason IS NULL OR reason = $reason ORDER BY ALL LIMIT $limit",
            {"system": system, "reason": reason, "limit": limit},
        )
    if raw:
        audit.record(
            settings,
            action="consultation",
            who=getpass.getuser(),
            what={"quarantine": system, "rows": len(found), "loads": sorted({row["load_id"] for row in found})},
            why=str(why),
        )
    if as_json:
        print_json(found)
        return
    for row in found:
        part = f", element {row['part']}" if row["part"] else ""
        typer.echo(f"{row['resource']} row {row['landed_row']}{part}: {row['reason']} ({row['explanation']})")
        if raw:
            typer.echo(f"    {row['raw']}")


@app.command()
def retry(system: SystemOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Take in the newest deliveries again, with today's YAML.

    It says what that brought in. Correct the YAML first. Rows that now can be read or mapped leave the quarantine and
    become nominal records and items; the next run links them.

    Example: conjoin quarantine retry --system rms
    """
    from pipelines.canonical.apply import apply_latest
    from pipelines.landing.land import land
    from pipelines.settings import Settings
    from pipelines.warehouse.database import writer
    from pipelines.warehouse.lock import DECISION_SECONDS, run_lock

    settings = Settings.load(home)
    sources = _sources(settings, system)
    outcomes: list[dict[str, Any]] = []
    with run_lock(settings, DECISION_SECONDS):
        for source in sources:
            name = source.spec.system
            try:
                land(name, source.spec.extract, settings)
            except SourceError as error:
                typer.echo(f"conjoin: {error} What was landed before is tried.", err=True)
            with writer(settings) as con:
                before = _quarantined(con, name)
                applied = apply_latest(con, source.spec, source.yaml_file, settings.landing, settings.now())
                after = _quarantined(con, name)
            outcomes.append(
                {"system": name, "quarantined_before": before, "quarantined": after, "refused": applied.refused}
            )
    if as_json:
        print_json(outcomes)
    for one in outcomes if not as_json else ():
        refused = f"; the load is refused: {one['refused']}" if one["refused"] else ""
        typer.echo(
            f"{one['system']}: {counted(one['quarantined_before'], 'row was', 'rows were')} in quarantine, "
            f"{counted(one['quarantined'], 'is', 'are')}{refused}."
        )
    if not as_json and any(one["quarantined"] != one["quarantined_before"] for one in outcomes):
        typer.echo("The next run links what came in: conjoin run")


def _sources(settings: Settings, system: str | None) -> list[Source]:
    """Return the deployment's source systems, or the one that is named.

    Raises:
        ConfigurationError: there is none of that name.
    """
    from pipelines.deployment import Deployment

    sources = Deployment.load(settings).sources
    named = [one for one in sources if system in (None, one.spec.system)]
    if not named:
        known = ", ".join(one.spec.system for one in sources)
        raise ConfigurationError(f"There is no source system `{system}`; name one of {known}.")
    return named


def _quarantined(con: DuckDBPyConnection, system: str) -> int:
    counted = con.execute(f"SELECT count(*) FROM ({NEWEST})", {"system": system}).fetchone()
    return int(counted[0]) if counted else 0
