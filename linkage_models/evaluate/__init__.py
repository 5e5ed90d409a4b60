"""Quality of links and of gap findings against a truth that the pipeline never reads."""

from linkage_models.evaluate.causes import MissedLinks, missed
from linkage_models.evaluate.gaps import GapQuality, RuleQuality, gap_quality
from linkage_models.evaluate.links import Agreement, Quality, quality
from linkage_models.evaluate.report import as_dict, render

__all__ = [
    "Agreement",
    "GapQuality",
    "MissedLinks",
    "Quality",
    "RuleQuality",
    "as_dict",
    "gap_quality",
    "missed",
    "quality",
    "render",
]
