"""`conjoin explain`: why records are, or are not, of one person, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def explain(
    first: Annotated[str, typer.Argument(metavar="SUBJECT|RECORD", help="A subject id, or a record key.")],
    second: Annotated[str | None, typer.Argument(metavar="[RECORD]", help="The other record's key.")] = None,
    who: Annotated[str, typer.Option("--who", help="Who asks, for the audit log.")] = "unnamed",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why records are, or are not, together: what each comparison found and added to the weight.

    Given one record, explains the subject it is in.

    Example: conjoin explain S00000022Y

    Example: conjoin explain nomis:A1234BC ndelius:X123456
    """
    from dataclasses import asdict

    import linkage_models.explain as explanation
    from pipelines import audit
    from pipelines.cli.snapshot import open_snapshot
    from pipelines.deployment import Deployment
    from pipelines.settings import Settings

    settings = Settings.load(home)
    with open_snapshot(settings) as con:
        con.execute("CREATE TEMP VIEW scored AS SELECT * FROM linked.link WHERE match_weight IS NOT NULL")
        con.execute(
            "CREATE TEMP VIEW membership AS SELECT record_key, subject_id, until FROM linked.membership_history"
        )
        found: explanation.SubjectExplanation | explanation.PairExplanation
        verdict = None
        if second is None:
            found = explanation.explain_subject(
                con, membership="membership", edges="scored", subject_id=_subject(con, first)
            )
        else:
            own, other = _subject_of(con, first), _subject_of(con, second)
            verdict = _verdict(con, first, second, own, other, Deployment.load(settings).bundle().thresholds.link)
            try:
                found = explanation.explain_pair(con, edges="scored", record_a=first, record_b=second)
            except LookupError as error:
                raise ConfigurationError(str(error.args[0])) from None
    audit.record(
        settings, action="consultation", who=who, what={"explained": first, "with": second}, why="conjoin explain"
    )
    if as_json:
        print_json({"verdict": verdict, **asdict(found)})
        return
    if verdict:
        typer.echo(verdict)
    typer.echo(found.in_words())


def _subject(con: DuckDBPyConnection, given: str) -> str:
    """Return the live subject that a subject id or a record key names.

    Raises:
        ConfigurationError: it names none; the message says what became of a retired id.
    """
    if ":" in given:
        return _subject_of(con, given)
    subject = given.upper()
    now = [
        live
        for (live,) in con.execute(
            "SELECT subject_id FROM linked.current_subject($id) ORDER BY subject_id", {"id": subject}
        ).fetchall()
    ]
    if now == [subject]:
        return subject
    if now:
        raise ConfigurationError(f"{subject} is retired; what it stood for is now {' and '.join(now)}.")
    known = con.execute(
        "SELECT count(*) FROM linked.subject_event WHERE list_contains(old_subject_ids || new_subject_ids, $id)",
        {"id": subject},
    ).fetchone()
    if known and known[0]:
        raise ConfigurationError(f"{subject} is retired: none of its records is in any source system now.")
    raise ConfigurationError(
        f"There is no subject {given}; a subject id looks like S00000022Y and a record key like nomis:A1234BC."
    )


def _subject_of(con: DuckDBPyConnection, record: str) -> str:
    row = con.execute(
        "SELECT subject_id FROM linked.subject_record WHERE record_key = $key", {"key": record}
    ).fetchone()
    if row is None:
        raise ConfigurationError(f"No source system holds the record {record}; look it up in linked.subject_record.")
    return str(row[0])


def _verdict(con: DuckDBPyConnection, first: str, second: str, own: str, other: str, link: float) -> str:
    """Return whether two records are one subject, and what decided it, in a sentence or two."""
    together = own == other
    said = f"{first} and {second} are one subject, {own}." if together else f"They are two subjects, {own} and {other}."
    pair = con.execute(
        "SELECT relation, decided_by, match_weight FROM linked.link WHERE record_l = $l AND record_r = $r",
        {"l": min(first, second), "r": max(first, second)},
    ).fetchone()
    if pair is None:
        return said
    relation, decided_by, weight = pair
    if decided_by == "person":
        return f"{said} A person ruled that they are {'the same person' if together else 'different people'}."
    if relation == "near_miss":
        return f"{said} Their weight, {weight:.1f}, is below {link:.1f}, from which records are linked: a near miss."
    if relation == "kept_apart":
        return f"{said} Their weight would link them, but a ruling about others keeps them apart."
    if weight < link:
        return f"{said} Their own weight, {weight:.1f}, is below {link:.1f}, but other records connect them."
    return said
