"""`conjoin explain`: why records are, or are not, of one person, in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import AudienceOption, HomeOption, JsonOption, WhoOption, print_json
from pipelines.errors import ConfigurationError


def explain(
    first: Annotated[str, typer.Argument(metavar="SUBJECT|RECORD", help="A subject id, or a record key.")],
    second: Annotated[str | None, typer.Argument(metavar="RECORD", help="The other record's key.")] = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", help="File, .svg or .png, for a waterfall of the pair, or of the weakest link."),
    ] = None,
    who: WhoOption = None,
    audience: AudienceOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why records are, or are not, held to be one person.

    It says what each comparison found and added to the weight. Of two records it says also which single field would
    settle a doubt, comparing them on the spot if no run has. Given one record, it explains the subject it is in:
    what holds it together, what is near it, and what would fall apart without each of its source systems.

    Example: conjoin explain S00000022Y

    Example: conjoin explain nomis:A1234BC ndelius:X123456 --picture waterfall.svg
    """
    from pipelines import explain as explaining
    from pipelines.audit import login
    from pipelines.settings import Settings

    if picture and picture.suffix not in {".svg", ".png"}:
        raise ConfigurationError(f"{picture} is neither .svg nor .png; give --picture a file that ends in one of them.")
    explanation = explaining.explain(Settings.load(home), first, second, who=who or login(), audience=audience)
    if picture:
        from linkage_models.evaluate.charts import save_as, waterfall_chart

        if explanation.drawn is None:
            raise ConfigurationError("There is no pair to draw; name two records, or a subject of several.")
        save_as(waterfall_chart(explanation.drawn.evidence), picture)
    if as_json:
        print_json(explanation.data)
        return
    typer.echo(explanation.text)
