"""People's rulings that two records are, or are not, of one person: which may be made beside those in force."""

from __future__ import annotations

from collections import defaultdict, deque

import duckdb

from linkage_models.relations import relation

SAME = "same"
DIFFERENT = "different"


class ContradictoryDecision(ValueError):  # noqa: N818 - the name is the product's word for it
    """A ruling contradicts rulings in force; the message names those to withdraw first, never the records."""


def check_decision(con: duckdb.DuckDBPyConnection, decisions: str, record_a: str, record_b: str, verdict: str) -> None:
    """Refuse a ruling that contradicts the rulings in force, directly or through a chain of them.

    Records ruled the same form chains. 'same' is refused where the two chains hold records ruled different, and
    'different' where both records are in one chain. Repeating a ruling in force is not refused.

    Args:
        con: connection to the warehouse.
        decisions: relation of `relations.DECISION`; decisions withdrawn do not count.
        record_a: key of one record.
        record_b: key of the other.
        verdict: `same` or `different`.

    Raises:
        ContradictoryDecision: the ruling cannot hold together with those in force.
        ValueError: the verdict is another word, or both keys are one record.
    """
    check_ruling(record_a, record_b, verdict)
    in_force = con.execute(
        f"SELECT decision_id::VARCHAR, record_a, record_b, verdict FROM {relation(decisions)} "
        "WHERE withdrawn_at IS NULL ORDER BY decided_at, decision_id"
    ).fetchall()
    ruled_same: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for decision, left, right, ruling in in_force:
        if ruling == SAME:
            ruled_same[left].append((right, decision))
            ruled_same[right].append((left, decision))

    chain_a = _chain(ruled_same, record_a)
    if verdict == DIFFERENT:
        if record_b in chain_a:
            raise ContradictoryDecision(_refusal(chain_a[record_b], "are the same person"))
        return
    chain_b = _chain(ruled_same, record_b)
    for decision, left, right, ruling in in_force:
        for one, other in ((left, right), (right, left)):
            if ruling == DIFFERENT and one in chain_a and other in chain_b:
                raise ContradictoryDecision(
                    _refusal([*chain_a[one], decision, *chain_b[other]], "are different people")
                )


def check_ruling(record_a: str, record_b: str, verdict: str) -> None:
    """Refuse a ruling that makes no sense by itself.

    Raises:
        ValueError: the verdict is another word, or both keys are one record.
    """
    if verdict not in (SAME, DIFFERENT):
        raise ValueError(f"The verdict must be '{SAME}' or '{DIFFERENT}', not {verdict!r}.")
    if record_a == record_b:
        raise ValueError("A decision is about two records, but both keys given are the same record's.")


def _chain(ruled_same: dict[str, list[tuple[str, str]]], start: str) -> dict[str, list[str]]:
    """Return every record ruled the same as `start`, itself included, with the fewest decisions that say so."""
    decisions_to = {start: list[str]()}
    waiting = deque([start])
    while waiting:
        record = waiting.popleft()
        for neighbour, decision in ruled_same.get(record, ()):
            if neighbour not in decisions_to:
                decisions_to[neighbour] = [*decisions_to[record], decision]
                waiting.append(neighbour)
    return decisions_to


def _refusal(decisions: list[str], holding: str) -> str:
    """Return the sentence that refuses a ruling, naming the decisions it contradicts."""
    if len(decisions) == 1:
        return f"Decision {decisions[0]} holds that these records {holding}; withdraw it before ruling otherwise."
    listed = f"{', '.join(decisions[:-1])} and {decisions[-1]}"
    return f"Decisions {listed} together hold that these records {holding}; withdraw one before ruling otherwise."
