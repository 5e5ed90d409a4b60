"""Gap rules and the engine that evaluates them: what one source system holds and another that should hold it does not.

The rules themselves, and what makes a risk subject, are data: one YAML file each under `rules/`, or in the folder a
deployment names.
"""

from pipelines.gaps.engine import GapCounts, applies, find_gaps, rest_on_risk_subjects
from pipelines.gaps.load import DEFAULT_RULES, RISK_FILE, load_risk, load_rules
from pipelines.gaps.rule import Risk, Rule
from pipelines.gaps.systems import SystemInfo

__all__ = [
    "DEFAULT_RULES",
    "RISK_FILE",
    "GapCounts",
    "Risk",
    "Rule",
    "SystemInfo",
    "applies",
    "find_gaps",
    "load_risk",
    "load_rules",
    "rest_on_risk_subjects",
]
