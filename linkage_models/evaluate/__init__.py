"""Quality of links and of gap findings against a truth that the pipeline never reads."""

from linkage_models.evaluate.causes import MissedLinks, missed
from linkage_models.evaluate.estimate import Check, Estimate, estimate, implausible
from linkage_models.evaluate.gaps import GapQuality, RuleQuality, gap_quality
from linkage_models.evaluate.groups import Group, largest_disparity, recall_by_group
from linkage_models.evaluate.links import Agreement, Quality, quality
from linkage_models.evaluate.report import (
    as_dict,
    estimate_as_dict,
    render,
    render_estimate,
    render_groups,
    render_rules,
)
from linkage_models.evaluate.rules import RuleRecall, recall_by_rule

__all__ = [
    "Agreement",
    "Check",
    "Estimate",
    "GapQuality",
    "Group",
    "MissedLinks",
    "Quality",
    "RuleQuality",
    "RuleRecall",
    "as_dict",
    "estimate",
    "estimate_as_dict",
    "gap_quality",
    "implausible",
    "largest_disparity",
    "missed",
    "quality",
    "recall_by_group",
    "recall_by_rule",
    "render",
    "render_estimate",
    "render_groups",
    "render_rules",
]
