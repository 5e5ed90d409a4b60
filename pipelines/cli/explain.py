"""`conjoin explain`: why records are, or are not, of one person, in plain words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError, WarehouseBusyError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from linkage_models.explain import ScoredPair
    from pipelines.settings import Settings

MOST_NEAR = 5
"""Near misses of a subject that are listed."""


def explain(
    first: Annotated[str, typer.Argument(metavar="SUBJECT|RECORD", help="A subject id, or a record key.")],
    second: Annotated[str | None, typer.Argument(metavar="[RECORD]", help="The other record's key.")] = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", help="File, .svg or .png, for a waterfall of the pair, or of the weakest link."),
    ] = None,
    who: Annotated[str, typer.Option("--who", help="Who asks, for the audit log.")] = "unnamed",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why records are, or are not, held to be one person.

    It says what each comparison found and added to the weight. Of two records it says also which single field would
    settle a doubt, comparing them on the spot where no run has. Given one record, it explains the subject it is in:
    what holds it together, what is near it, and what would fall apart without each of its source systems.

    Example: conjoin explain S00000022Y

    Example: conjoin explain nomis:A1234BC ndelius:X123456 --picture waterfall.svg
    """
    from pipelines import audit
    from pipelines.cli.snapshot import open_snapshot
    from pipelines.settings import Settings

    if picture and picture.suffix not in {".svg", ".png"}:
        raise ConfigurationError(f"{picture} is neither .svg nor .png; give --picture a file that ends in one of them.")
    settings = Settings.load(home)
    with open_snapshot(settings) as con:
        con.execute("CREATE TEMP VIEW scored AS SELECT * FROM linked.link WHERE match_weight IS NOT NULL")
        con.execute(
            "CREATE TEMP VIEW membership AS SELECT record_key, subject_id, until FROM linked.membership_history"
        )
        said = _of_subject(con, settings, first) if second is None else _of_pair(con, settings, first, second)
    audit.record(
        settings, action="consultation", who=who, what={"explained": first, "with": second}, why="conjoin explain"
    )
    if picture:
        from linkage_models.evaluate.charts import save_as, waterfall_chart

        if said.drawn is None:
            raise ConfigurationError("There is no pair to draw; name two records, or a subject of several.")
        save_as(waterfall_chart(said.drawn.evidence), picture)
    if as_json:
        print_json(said.data)
        return
    typer.echo(said.text)


@dataclass(frozen=True)
class _Said:
    """An explanation: as text, as data, and the pair that a picture of it shows."""

    text: str
    data: dict[str, Any]
    drawn: ScoredPair | None


def _of_pair(con: DuckDBPyConnection, settings: Settings, first: str, second: str) -> _Said:
    import linkage_models.explain as explanation
    from linkage_models.explain.settle import in_words
    from pipelines.deployment import Deployment
    from pipelines.warehouse.database import reader

    own, other = _subject_of(con, first), _subject_of(con, second)
    bundle = Deployment.load(settings).bundle()
    verdict = _verdict(con, first, second, own, other, bundle.thresholds.link)
    afresh: explanation.Afresh | None = None
    busy: str | None = None
    try:
        found = explanation.explain_pair(con, edges="scored", record_a=first, record_b=second)
        if found.direct is None:
            with reader(settings) as warehouse:
                afresh = explanation.score_afresh(warehouse, "nominal.record", bundle, first, second)
    except WarehouseBusyError:
        busy = "A run is writing now, so the two cannot be compared on the spot; ask again when it is done."
    except LookupError as error:
        raise ConfigurationError(str(error.args[0])) from None
    pair = found.direct or (afresh.pair if afresh else None)
    said = [verdict, found.in_words(), *([busy] if busy else [])]
    if afresh:
        said += [afresh.in_words(), afresh.pair.in_words()]
    fields: tuple[explanation.Settling, ...] = ()
    if pair:
        said.append(in_words(bundle, pair.match_weight, pair.evidence))
        fields = explanation.what_would_settle(bundle, pair.evidence)
    data = {
        "verdict": verdict,
        **asdict(found),
        "afresh": asdict(afresh) if afresh else None,
        "would_settle": [asdict(field) for field in fields],
    }
    return _Said("\n".join(said), data, pair)


def _of_subject(con: DuckDBPyConnection, settings: Settings, given: str) -> _Said:
    import linkage_models.explain as explanation
    from linkage_models import resolve
    from pipelines.deployment import Deployment
    from pipelines.warehouse.database import reader

    found = explanation.explain_subject(con, membership="membership", edges="scored", subject_id=_subject(con, given))
    flags, near = con.execute(
        """
        SELECT (SELECT review_flags FROM linked.subject WHERE subject_id = $id),
            (SELECT list((record_l, record_r, round(match_weight, 1)) ORDER BY match_weight DESC, record_l, record_r)
             FROM linked.link WHERE relation = 'near_miss' AND $id IN (subject_id_l, subject_id_r))
        """,
        {"id": found.subject_id},
    ).fetchone() or (None, None)
    limits = Deployment.load(settings).bundle().thresholds
    said = [found.in_words()]
    withdrawn: tuple[explanation.Withdrawal, ...] = ()
    try:
        with reader(settings) as warehouse:
            withdrawn = explanation.without_each_system(
                warehouse,
                records="nominal.record",
                edges="linkage.edge",
                decisions="linkage.decision",
                thresholds=resolve.Thresholds.of(limits),
                keys=found.records,
            )
    except WarehouseBusyError:
        said.append("A run is writing now; ask again when it is done for what it would be without each source.")
    if flags:
        said.append(f"It is flagged for review: {'; '.join(f'{flag} ({resolve.FLAGS[flag]})' for flag in flags)}.")
    if near:
        listed = "; ".join(f"{left} and {right}, {weight:.1f}" for left, right, weight in near[:MOST_NEAR])
        more = f"; and {len(near) - MOST_NEAR} more" if len(near) > MOST_NEAR else ""
        said.append(f"Near misses beside it: {listed}{more}.")
    said += [one.in_words() for one in withdrawn if len(withdrawn) > 1]
    data = {
        **asdict(found),
        "review_flags": flags or [],
        "near_misses": [{"record_l": left, "record_r": right, "match_weight": w} for left, right, w in near or []],
        "withdrawals": [asdict(one) for one in withdrawn],
    }
    return _Said("\n".join(said), data, found.weakest)


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
        flags = con.execute(
            "SELECT list(DISTINCT flag ORDER BY flag) FROM (SELECT unnest(review_flags) AS flag FROM linked.subject "
            "WHERE subject_id IN ($own, $other))",
            {"own": own, "other": other},
        ).fetchone()
        why = f" (flagged: {', '.join(flags[0])})" if flags and flags[0] else ""
        return (
            f"{said} Their weight, {weight:.1f}, would link them, but two numbers of a kind that a person has once, "
            f"the records around them, or a ruling about others, keep them apart{why}."
        )
    if weight < link:
        return f"{said} Their own weight, {weight:.1f}, is below {link:.1f}, but other records connect them."
    return said
