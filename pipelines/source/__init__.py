"""The form of a source system's YAML: how it delivers, which rows are persons, and what else they say."""

from pipelines.source.system import BELOW, SourceSpec

__all__ = ["BELOW", "SourceSpec"]
