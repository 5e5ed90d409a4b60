"""Measuring the published links and gaps against a truth that no pipeline asset reads, or without one."""

from pipelines.evaluate.quality import Evaluation, evaluate
from pipelines.evaluate.truth import read_people

__all__ = ["Evaluation", "evaluate", "read_people"]
