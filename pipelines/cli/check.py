"""`conjoin check`: check a whole deployment, and report everything that is wrong with it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from linkage_models.words import counted
from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.errors import CheckFailedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.deployment_check import Checked
    from pipelines.errors import ConfigurationError


def check(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check a deployment and say everything that is wrong.

    Settings, sources, gap rules, audiences and the bundle are checked; no data is read. A secret that is missing here
    is a warning, since the account of the nightly run may have it. `conjoin source check` tries one source on its live
    data. The exit status is 1 if there is an error.

    Example: CONJOIN_DEPLOYMENT=/srv/conjoin/deployment conjoin check
    """
    from pipelines.deployment_check import check_deployment

    checked = check_deployment(home)
    if as_json:
        print_json(_as_dict(checked))
    else:
        for kind, found in (("error", checked.errors), ("warning", checked.warnings)):
            for mistake in found:
                typer.echo(f"{kind}: {mistake}")
        typer.echo(_in_words(checked))
    if checked.errors:
        several = counted(len(checked.errors), "error")
        raise CheckFailedError(
            f"{checked.folder or 'The deployment'} has {several}, see above; correct and check again."
        )


def _in_words(checked: Checked) -> str:
    idle = (
        f" ({counted(len(checked.not_in_force), 'more asks', 'more ask')} for systems that are not here)"
        if checked.not_in_force
        else ""
    )
    default = f", {checked.default_audience} the default" if checked.default_audience else ""
    return (
        f"{checked.folder or 'Conjoin'}: {counted(len(checked.sources), 'source')},"
        f" {counted(len(checked.rules), 'gap rule')}{idle},"
        f" {counted(len(checked.audiences), 'audience')}{default}, bundle {checked.bundle or 'none'};"
        f" {counted(len(checked.errors), 'error')}, {counted(len(checked.warnings), 'warning')}."
    )


def _as_dict(checked: Checked) -> dict[str, Any]:
    def found(errors: Sequence[ConfigurationError]) -> list[dict[str, Any]]:
        return [
            {"message": str(mistake), "file": mistake.file, "line": mistake.line, "field": mistake.field}
            for mistake in errors
        ]

    return {
        "deployment": checked.folder,
        "sources": checked.sources,
        "gap_rules": checked.rules,
        "gap_rules_not_in_force": checked.not_in_force,
        "risk_subjects": checked.risk_subjects,
        "audiences": checked.audiences,
        "default_audience": checked.default_audience,
        "bundle": checked.bundle,
        "errors": found(checked.errors),
        "warnings": found(checked.warnings),
    }
