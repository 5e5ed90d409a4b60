"""Candidate pairs to train on, and the blocking rules that find most of their matches at a stated budget of pairs."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.model.blocking import BlockingRule, keys_sql, largest_left_out, too_large
from linkage_models.relations import Temporaries, single_value

PAIRS_A_RECORD = 20.0
"""Budget of candidate pairs for each record."""

LEAST_GAIN = 1e-4
"""Share of the expected matches that a rule must add to be taken."""


@dataclass(frozen=True)
class Candidates:
    """Candidate pairs under a catalogue of rules.

    Attributes:
        rules: the rules whose pairs were made: those that alone are within the budget.
        pairs: of each, how many pairs there are in all.
        share: share of them that were taken to train on.
    """

    rules: tuple[BlockingRule, ...]
    pairs: tuple[int, ...]
    share: float


def make_candidates(
    own: Temporaries, features: str, catalogue: tuple[BlockingRule, ...], into: str, seed: int, most: float
) -> Candidates:
    """Make the pairs of all rules of a catalogue that are affordable, or a share of them.

    Args:
        own: the temporary relations of the training.
        features: the table of all records' features.
        catalogue: the rules to try.
        into: the temporary table to create: `one` and `other`, the smaller first, and `rules`, whose bit n is set where
            rule n finds the pair.
        seed: decides which records' pairs are taken if there are more than `most`.
        most: pairs to take, about.
    """
    con = own.con
    records = single_value(con, f"SELECT count(*) FROM {features}")
    rules, sizes = [], []
    for rule in catalogue:
        found = single_value(
            con,
            "SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM (SELECT count(*) AS n FROM "
            f"{largest_left_out(f'({_keys(features, rule)})')} GROUP BY blocking_key)",
        )
        if 0 < found <= PAIRS_A_RECORD * max(records, 1000):
            rules.append(rule)
            sizes.append(int(found))
    share = min(1.0, most / max(sum(sizes), 1))
    # A pair is taken if either of its records is in the sample.
    sampled = max(1, round(1_000_000 * (1 - sqrt(1 - share))))
    own.table(
        "training_sampled",
        f"SELECT unique_id AS id FROM {features} WHERE hash(record_key, {seed}) % 1000000 < {sampled}",
    )
    own.empty("training_found", "one INTEGER, other INTEGER, rules BIGINT")
    for place, rule in enumerate(rules):
        own.table("training_block", _keys(features, rule))
        own.table("training_large", too_large("training_block"))
        con.execute(f"""
            INSERT INTO training_found
            SELECT DISTINCT least(l.id, r.id), greatest(l.id, r.id), {1 << place}
            FROM (
                FROM training_block SEMI JOIN training_sampled USING (id) ANTI JOIN training_large USING (blocking_key)
            ) AS l JOIN training_block AS r USING (blocking_key)
            WHERE l.id <> r.id
        """)
        own.drop("training_block", "training_large")
    own.table(
        into, "SELECT one, other, bit_or(rules) AS rules FROM training_found GROUP BY one, other ORDER BY one, other"
    )
    own.drop("training_found", "training_sampled")
    return Candidates(tuple(rules), tuple(sizes), 1 - (1 - sampled / 1_000_000) ** 2)


def _keys(features: str, rule: BlockingRule) -> str:
    return f"SELECT * FROM ({keys_sql(features, 'unique_id', (rule,))}) WHERE blocking_key IS NOT NULL"


@dataclass(frozen=True)
class Choice:
    """The rules that were chosen, in the order in which they were.

    Attributes:
        rules: the rules.
        adds: share of the expected matches of all candidates that each adds to those before.
        pairs: pairs that each adds.
        kept: for each kind of `masks` whether a chosen rule finds it.
    """

    rules: tuple[BlockingRule, ...]
    adds: tuple[float, ...]
    pairs: tuple[int, ...]
    kept: NDArray[np.bool_]


def choose(
    candidates: Candidates,
    masks: NDArray[np.int64],
    pairs: NDArray[np.float64],
    matches: NDArray[np.float64],
    always: frozenset[str],
    budget: float,
) -> Choice:
    """Choose the rules greedily by the matches they add for each pair they add.

    Args:
        candidates: the candidate pairs.
        masks: the combinations of rules that find pairs, see `make_candidates`, of shape (kinds,).
        pairs: how many pairs each combination finds in all, of the same shape.
        matches: how many of them are expected to be of one person.
        always: names of rules that are taken whatever they add.
        budget: pairs that all rules together may find.
    """
    finds = (masks[:, None] >> np.arange(len(candidates.rules))) & 1 == 1
    found, total = np.zeros(len(masks), dtype=bool), max(float(matches.sum()), 1e-9)
    chosen: list[int] = []
    adds: list[float] = []
    added: list[int] = []

    def take(rule: int) -> None:
        new = finds[:, rule] & ~found
        chosen.append(rule)
        adds.append(float(f"{matches[new].sum() / total:.6g}"))
        added.append(round(float(pairs[new].sum())))
        found[new] = True

    for rule, of in enumerate(candidates.rules):
        if of.name in always:
            take(rule)
    while len(chosen) < len(candidates.rules):
        new = finds & ~found[:, None]
        gains, costs = new.T @ matches, new.T @ pairs
        worth = np.where(
            (gains >= LEAST_GAIN * total) & (costs + pairs[found].sum() <= budget), gains / np.maximum(costs, 1.0), -1.0
        )
        worth[chosen] = -1.0
        best = int(np.argmax(worth))
        if worth[best] < 0:
            break
        take(best)
    return Choice(tuple(candidates.rules[rule] for rule in chosen), tuple(adds), tuple(added), found)
