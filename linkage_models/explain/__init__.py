"""Why records are, or are not, one person, in words: the evidence, the connections, and what would settle a doubt."""

from linkage_models.explain.afresh import Afresh, score_afresh
from linkage_models.explain.connections import (
    Evidence,
    PairExplanation,
    ScoredPair,
    SubjectExplanation,
    explain_pair,
    explain_subject,
)
from linkage_models.explain.settle import Settling, what_would_settle
from linkage_models.explain.withdrawal import Withdrawal, without_each_system

__all__ = [
    "Afresh",
    "Evidence",
    "PairExplanation",
    "ScoredPair",
    "Settling",
    "SubjectExplanation",
    "Withdrawal",
    "explain_pair",
    "explain_subject",
    "score_afresh",
    "what_would_settle",
    "without_each_system",
]
