"""People's rulings that two records are, or are not, of one person: which may be made beside those in force."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import NamedTuple

import duckdb

from linkage_models.relations import relation
from linkage_models.resolve.clusters import Clusters

SAME = "same"
DIFFERENT = "different"


class ContradictoryDecision(ValueError):  # noqa: N818 - the name is the product's word for it
    """A ruling contradicts rulings in force; the message names those to withdraw first, never the records.

    Attributes:
        ruling: which of the rulings that were to be made it is, counted from 0.
    """

    def __init__(self, message: str, ruling: int) -> None:
        super().__init__(message)
        self.ruling = ruling


class Ruling(NamedTuple):
    """A ruling that two records are, or are not, of one person.

    Attributes:
        name: what a message calls it: its decision's id, or where it was read.
        record_a: key of one record.
        record_b: key of the other.
        verdict: `same` or `different`.
    """

    name: str
    record_a: str
    record_b: str
    verdict: str


def check_decisions(con: duckdb.DuckDBPyConnection, decisions: str, rulings: Iterable[Ruling]) -> None:
    """Refuse the first ruling that contradicts those in force and those before it, directly or through a chain.

    Records ruled the same form chains. 'same' is refused if the two chains hold records ruled different, and
    'different' if both records are in one chain. Repeating a ruling in force is not refused. The time this takes is
    proportional to the number of rulings.

    Args:
        con: connection to the warehouse.
        decisions: relation of `relations.DECISION`; decisions withdrawn do not count.
        rulings: the rulings to be made, in order; none of them is in the relation yet.

    Raises:
        ContradictoryDecision: a ruling cannot hold together with those before it.
        ValueError: a verdict is another word, or both keys of a ruling are one record.
    """
    made = [
        Ruling(*row)
        for row in con.execute(
            f"SELECT decision_id::VARCHAR, record_a, record_b, verdict FROM {relation(decisions)} "
            "WHERE withdrawn_at IS NULL ORDER BY decided_at, decision_id"
        ).fetchall()
    ]
    in_force = len(made)
    made += rulings
    codes: dict[str, int] = {}
    for ruling in made:
        for key in (ruling.record_a, ruling.record_b):
            codes.setdefault(key, len(codes))
    people = Clusters(codes.values())
    for number, ruling in enumerate(made):
        agrees = _agrees(people, codes[ruling.record_a], codes[ruling.record_b], ruling.verdict)
        if number >= in_force:
            check_ruling(ruling.record_a, ruling.record_b, ruling.verdict)
            if not agrees:
                raise ContradictoryDecision(_refusal(made[:number], ruling), number - in_force)


def check_ruling(record_a: str, record_b: str, verdict: str) -> None:
    """Refuse a ruling that makes no sense by itself.

    Raises:
        ValueError: the verdict is another word, or both keys are one record.
    """
    if verdict not in (SAME, DIFFERENT):
        raise ValueError(f"The verdict must be '{SAME}' or '{DIFFERENT}'.")
    if record_a == record_b:
        raise ValueError("A decision is about two records, but both keys given are the same record's.")


def _agrees(people: Clusters, one: int, other: int, verdict: str) -> bool:
    """Add a ruling to those in force; return whether it agrees with them."""
    if verdict == SAME:
        return people.join(one, other)
    if people.find(one) == people.find(other):
        return False
    people.keep_apart(one, other)
    return True


def _refusal(made: list[Ruling], refused: Ruling) -> str:
    """Return the sentence that refuses a ruling, naming the decisions it contradicts."""
    ruled_same: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, left, right, verdict in made:
        if verdict == SAME:
            ruled_same[left].append((right, name))
            ruled_same[right].append((left, name))
    chain_a = _chain(ruled_same, refused.record_a)
    if refused.verdict == DIFFERENT:
        decisions, holding = _path(chain_a, refused.record_b), "are the same person"
    else:
        chain_b, holding = _chain(ruled_same, refused.record_b), "are different people"
        decisions = next(
            [*_path(chain_a, one), name, *_path(chain_b, other)]
            for name, left, right, verdict in made
            for one, other in ((left, right), (right, left))
            if verdict == DIFFERENT and one in chain_a and other in chain_b
        )
    if len(decisions) == 1:
        return f"Decision {decisions[0]} holds that these records {holding}; withdraw it before ruling otherwise."
    listed = f"{', '.join(decisions[:-1])} and {decisions[-1]}"
    return f"Decisions {listed} together hold that these records {holding}; withdraw one before ruling otherwise."


def _chain(ruled_same: dict[str, list[tuple[str, str]]], start: str) -> dict[str, tuple[str, str] | None]:
    """Return every record ruled the same as `start`: the record before it on the shortest path, and the decision."""
    before: dict[str, tuple[str, str] | None] = {start: None}
    waiting = deque([start])
    while waiting:
        record = waiting.popleft()
        for neighbour, decision in ruled_same.get(record, ()):
            if neighbour not in before:
                before[neighbour] = record, decision
                waiting.append(neighbour)
    return before


def _path(chain: dict[str, tuple[str, str] | None], record: str) -> list[str]:
    """Return the decisions that lead from a chain's start to a record."""
    decisions = []
    while step := chain[record]:
        record, decision = step
        decisions.append(decision)
    return decisions[::-1]
