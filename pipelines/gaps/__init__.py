"""Gap rules and the engine that evaluates them: what one source system holds and another that should hold it does not.

The rules themselves are data: one YAML file each under `rules/`, or in the folder a deployment names.
"""

from pipelines.gaps.engine import GapCounts, find_gaps
from pipelines.gaps.rule import DEFAULT_RULES, Rule, load_rules
from pipelines.gaps.systems import SystemInfo

__all__ = ["DEFAULT_RULES", "GapCounts", "Rule", "SystemInfo", "find_gaps", "load_rules"]
