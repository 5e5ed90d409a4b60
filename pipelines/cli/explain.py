"""`conjoin explain`: why records are, or are not, of one person, in plain words."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError


def explain(
    first: Annotated[str, typer.Argument(metavar="SUBJECT|RECORD", help="A subject id, or a record key.")],
    second: Annotated[str | None, typer.Argument(metavar="[RECORD]", help="The other record's key.")] = None,
    who: Annotated[str, typer.Option("--who", help="Who asks, for the audit log.")] = "unnamed",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why records are, or are not, together: what each comparison found and added to the weight.

    Example: conjoin explain S00000022Y

    Example: conjoin explain nomis:A1234BC ndelius:X123456
    """
    from dataclasses import asdict

    import linkage_models.explain as explanation
    from pipelines import audit
    from pipelines.cli.snapshot import open_snapshot
    from pipelines.settings import Settings

    settings = Settings.load(home)
    with open_snapshot(settings) as con:
        con.execute("CREATE TEMP VIEW scored AS SELECT * FROM linked.link WHERE match_weight IS NOT NULL")
        con.execute(
            "CREATE TEMP VIEW membership AS SELECT record_key, subject_id, until FROM linked.membership_history"
        )
        found: explanation.SubjectExplanation | explanation.PairExplanation
        try:
            if second is None:
                found = explanation.explain_subject(con, membership="membership", edges="scored", subject_id=first)
            else:
                found = explanation.explain_pair(con, edges="scored", record_a=first, record_b=second)
        except LookupError as error:
            raise ConfigurationError(str(error.args[0])) from None
    audit.record(
        settings, action="consultation", who=who, what={"explained": first, "with": second}, why="conjoin explain"
    )
    if as_json:
        print_json(asdict(found))
        return
    typer.echo(found.in_words())
