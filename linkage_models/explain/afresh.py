"""Scoring one pair on the spot, compared before or not, and the blocking rules that find it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from linkage_models.explain.connections import Evidence, ScoredPair
from linkage_models.nominal import Bundle
from linkage_models.nominal.score.scoring import score_pair


@dataclass(frozen=True, slots=True)
class Afresh:
    """Two records compared on the spot.

    Attributes:
        pair: the scored pair, however low its weight.
        rules: names of the blocking rules by which the pair is compared at night; empty if none brings it together.
    """

    pair: ScoredPair
    rules: tuple[str, ...]

    def in_words(self) -> str:
        """Return a sentence on the rules."""
        if not self.rules:
            return "No blocking rule brings the two together, so no run compares them; compared here, this is found:"
        return f"They are compared because of: {'; '.join(self.rules)}."


def score_afresh(con: duckdb.DuckDBPyConnection, records: str, bundle: Bundle, record_a: str, record_b: str) -> Afresh:
    """Score two records.

    Args:
        con: any connection that can read the records and make temporary tables.
        records: relation of `relations.RECORD`.
        bundle: the model.
        record_a: one record's key.
        record_b: the other's.

    Raises:
        LookupError: a record is not there, or both are one.
    """
    if record_a == record_b:
        raise LookupError("Both keys are one record's; name two records.")
    weight, probability, evidence, rules = score_pair(con, records, bundle, record_a, record_b)
    left, right = sorted((record_a, record_b))
    parts = tuple(Evidence(**part) for part in evidence)
    return Afresh(ScoredPair(left, right, weight, probability, parts), rules)
