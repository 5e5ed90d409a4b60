"""Edges and people's decisions to clusters, and clusters to permanent subject ids.

Everything runs in a connection and transaction the caller manages, and rows in bulk stay in DuckDB.
"""

from linkage_models.resolve.clustering import PartitionCounts, partition
from linkage_models.resolve.conflict import (
    CANNOT_LINK_CONFLICT,
    CONFLICTING_IDENTIFIERS,
    CONTRADICTORY_DECISIONS,
    FLAGS,
    POSSIBLE_TWINS,
    WEAK_BRIDGE,
)
from linkage_models.resolve.decisions import ContradictoryDecision, Ruling, check_decisions, check_ruling
from linkage_models.resolve.events import EventCounts, successors
from linkage_models.resolve.subject_ids import subject_id
from linkage_models.resolve.subjects import AssignCounts, assign_subjects
from linkage_models.resolve.thresholds import Thresholds

__all__ = [
    "CANNOT_LINK_CONFLICT",
    "CONFLICTING_IDENTIFIERS",
    "CONTRADICTORY_DECISIONS",
    "FLAGS",
    "POSSIBLE_TWINS",
    "WEAK_BRIDGE",
    "AssignCounts",
    "ContradictoryDecision",
    "EventCounts",
    "PartitionCounts",
    "Ruling",
    "Thresholds",
    "assign_subjects",
    "check_decisions",
    "check_ruling",
    "partition",
    "subject_id",
    "successors",
]
