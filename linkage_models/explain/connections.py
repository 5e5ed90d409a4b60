"""Why records are, or are not, of one person: each comparison's part in the weight, and the path that connects them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np

from linkage_models.relations import relation
from linkage_models.resolve.paths import strongest_paths, undirected_graph
from linkage_models.resolve.spanning import strongest_tree
from linkage_models.words import counted

EVEN_ODDS = 0.0
"""Paths are first looked for among edges at least as likely as not, since those reach few records; then among all."""

BEYOND_COUNTING = 1e12
"""Higher odds are only said to be above this: no model is so sure that more digits would mean anything."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one comparison found and added.

    Attributes:
        comparison: the comparison's name; `prior` for what holds before any is made.
        level: what it found.
        weight: bits it added to the match weight (log2 Bayes factor); negative if it speaks for two people.
    """

    comparison: str
    level: str
    weight: float

    def in_words(self) -> str:
        """Return one line, for example `+10.0  pnc: same number (1,024 times likelier for one person)`."""
        what = self.comparison.replace("_", " ")
        times = _number(2 ** abs(self.weight))
        if self.comparison == "prior":
            meaning = f"before any comparison, odds of {times} to 1 {'against' if self.weight < 0 else 'for'}"
        elif self.comparison in ("household", "kinship"):
            meaning = f"that makes one person {times} times less likely"
        else:
            meaning = f"{times} times likelier for {'one person' if self.weight >= 0 else 'two people'}"
        return f"{self.weight:+6.1f}  {what}: {self.level} ({meaning})"


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """Two records whose pair was scored, with its evidence.

    Attributes:
        record_l: the smaller record key.
        record_r: the larger record key.
        match_weight: the sum of the evidence, in bits.
        match_probability: the calibrated probability that both are of one person.
        evidence: the prior and every comparison that had something to compare.
    """

    record_l: str
    record_r: str
    match_weight: float
    match_probability: float
    evidence: tuple[Evidence, ...]

    @property
    def bits(self) -> float:
        """The calibrated log2 odds; the match weight itself if the probability is too near 0 or 1 to tell them."""
        if 0 < self.match_probability < 1:
            return math.log2(self.match_probability / (1 - self.match_probability))
        return self.match_weight

    def in_words(self) -> str:
        """Return the pair's weight and, a line each, its evidence: the prior, then what weighs most."""
        lines = sorted(self.evidence, key=lambda part: (part.comparison != "prior", -abs(part.weight), part.comparison))
        heading = (
            f"{self.record_l} and {self.record_r}: match weight {self.match_weight:.1f}, "
            f"probability {self.match_probability:.4f}, odds of {_odds(self.bits)} one person."
        )
        return "\n".join([heading, *(f"  {part.in_words()}" for part in lines)])


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """What connects two records.

    Attributes:
        record_a: one record's key.
        record_b: the other's.
        direct: their own scored pair; None if they were never compared or scored below the review threshold.
        path: the pairs, from a to b, of the strongest path between them: the one whose weakest pair weighs most; just
            the direct pair if nothing is stronger, and empty if no path exists.
    """

    record_a: str
    record_b: str
    direct: ScoredPair | None
    path: tuple[ScoredPair, ...]

    @property
    def weakest(self) -> ScoredPair | None:
        """The weakest pair of the path: without it there is no connection."""
        return min(self.path, key=lambda pair: pair.match_weight, default=None)

    def in_words(self) -> str:
        """Return the explanation as lines of text."""
        unscored = (
            f"{self.record_a} and {self.record_b} have no scored pair: they were never compared, "
            "or scored below the review threshold."
        )
        said = [self.direct.in_words() if self.direct else unscored]
        if self.weakest is None:
            said.append("No chain of scored pairs connects them; only a person's decision could hold them together.")
        elif self.path != (self.direct,):
            said.append(
                f"The strongest path between them has {len(self.path)} pairs and is as strong as the weakest, "
                f"{self.weakest.match_weight:.1f}:"
            )
            said += [pair.in_words() for pair in self.path]
        return "\n".join(said)


@dataclass(frozen=True, slots=True)
class SubjectExplanation:
    """What holds a subject's records together.

    Attributes:
        subject_id: the subject.
        records: keys of its present records, in order.
        links: the fewest and strongest pairs that hold them together, heaviest first (a maximum spanning forest).
        parts: groups of records that those pairs leave; more than one if a person's decision joins them.
    """

    subject_id: str
    records: tuple[str, ...]
    links: tuple[ScoredPair, ...]
    parts: int

    @property
    def weakest(self) -> ScoredPair | None:
        """The pair without which the subject would fall apart first."""
        return self.links[-1] if self.links else None

    def in_words(self) -> str:
        """Return the explanation as lines of text."""
        said = [f"{self.subject_id} holds {counted(len(self.records), 'record')}: {', '.join(self.records)}."]
        said += [pair.in_words() for pair in self.links]
        if self.weakest:
            said.append(
                f"Its weakest link is {self.weakest.record_l} and {self.weakest.record_r}, "
                f"match weight {self.weakest.match_weight:.1f}."
            )
        if self.parts > 1:
            said.append(f"Scored pairs leave it in {self.parts} parts; a person's decision holds those together.")
        return "\n".join(said)


def explain_pair(con: duckdb.DuckDBPyConnection, edges: str, record_a: str, record_b: str) -> PairExplanation:
    """Explain what connects two records, directly and through others.

    Args:
        con: any connection that can read the edges.
        edges: relation of `relations.EDGE`.
        record_a: one record's key.
        record_b: the other's.

    Returns:
        Their own pair and the strongest path between them.

    Raises:
        LookupError: both keys are one record's.
    """
    if record_a == record_b:
        raise LookupError("Both keys are one record's; name two records.")
    ends = {"record_l": min(record_a, record_b), "record_r": max(record_a, record_b)}
    direct = _pairs(con, edges, "record_l = $record_l AND record_r = $record_r", ends)
    for floor in (EVEN_ODDS, -math.inf):
        path = _strongest_path(con, edges, record_a, record_b, floor)
        if path:
            break
    return PairExplanation(record_a, record_b, direct[0] if direct else None, path)


def explain_subject(con: duckdb.DuckDBPyConnection, membership: str, edges: str, subject_id: str) -> SubjectExplanation:
    """Explain what holds a subject's present records together.

    Args:
        con: any connection that can read both relations.
        membership: relation of `relations.MEMBERSHIP`; record_key, subject_id and until are read.
        edges: relation of `relations.EDGE`.
        subject_id: a live subject.

    Returns:
        Its records and the pairs that hold them together.

    Raises:
        LookupError: the subject has no records now.
    """
    members = f"SELECT record_key FROM {relation(membership)} WHERE subject_id = $subject_id AND until IS NULL"
    within = {"subject_id": subject_id}
    records = [key for (key,) in con.execute(f"{members} ORDER BY record_key", within).fetchall()]
    if not records:
        raise LookupError(f"No subject {subject_id!r} has records now; check the id.")
    pairs = _pairs(con, edges, f"record_l IN ({members}) AND record_r IN ({members})", within)
    pairs.sort(key=lambda pair: (-pair.match_weight, pair.record_l, pair.record_r))
    code = {record: number for number, record in enumerate(records)}
    ends = np.array([(code[pair.record_l], code[pair.record_r]) for pair in pairs], dtype=np.int64).reshape(-1, 2)
    links = tuple(pairs[kept] for kept in strongest_tree(len(records), ends[:, 0], ends[:, 1]))
    return SubjectExplanation(subject_id, tuple(records), links, len(records) - len(links))


def _strongest_path(
    con: duckdb.DuckDBPyConnection, edges: str, start: str, end: str, floor: float
) -> tuple[ScoredPair, ...]:
    """Return the strongest path over edges of at least `floor`, from start to end; empty if there is none."""
    near: list[tuple[str, str, float]] = con.execute(
        f"""
        WITH RECURSIVE step AS (
            SELECT record_l AS record, record_r AS neighbour FROM {relation(edges)} WHERE match_weight >= $floor
            UNION ALL
            SELECT record_r, record_l FROM {relation(edges)} WHERE match_weight >= $floor
        ),
        reached AS (
            SELECT $start AS record
            UNION
            SELECT step.neighbour FROM reached JOIN step USING (record)
        )
        SELECT edge.record_l, edge.record_r, edge.match_weight
        FROM {relation(edges)} AS edge
        SEMI JOIN reached ON reached.record = edge.record_l
        WHERE edge.match_weight >= $floor
        """,
        {"start": start, "floor": floor},
    ).fetchall()
    reached = strongest_paths(undirected_graph(near), start)
    stops = [end]
    while stops[-1] in reached:
        stops.append(reached[stops[-1]][1])
    if stops[-1] != start:
        return ()
    stops.reverse()
    steps = [(min(step), max(step)) for step in itertools.pairwise(stops)]
    pairs = _pairs(con, edges, "record_l IN $stops AND record_r IN $stops", {"stops": stops})
    scored = {(pair.record_l, pair.record_r): pair for pair in pairs}
    return tuple(scored[step] for step in steps)


def _pairs(
    con: duckdb.DuckDBPyConnection, edges: str, condition: str, parameters: Mapping[str, object]
) -> list[ScoredPair]:
    """Return the scored pairs that satisfy an SQL condition."""
    rows = con.execute(
        f"""
        SELECT record_l, record_r, match_weight, match_probability, evidence
        FROM {relation(edges)}
        WHERE {condition}
        ORDER BY record_l, record_r
        """,
        parameters,
    ).fetchall()
    return [
        ScoredPair(left, right, weight, probability, tuple(Evidence(**part) for part in evidence or ()))
        for left, right, weight, probability, evidence in rows
    ]


def _odds(weight: float) -> str:
    """Return odds in words, for example `1,024 to 1 for`."""
    return f"{_number(2 ** abs(weight))} to 1 {'for' if weight >= 0 else 'against'}"


def _number(value: float) -> str:
    """Return a number as a person reads it: one decimal when small, millions in words, beyond a trillion no figures."""
    if value > BEYOND_COUNTING:
        return "more than a trillion"
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if value >= size:
            return f"{value / size:,.1f} {name}"
    few = 10
    return f"{value:.1f}" if value < few else f"{value:,.0f}"
