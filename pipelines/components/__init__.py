"""Dagster component types: one, because every source system is an instance of the same kind of thing."""

from pipelines.components.nominal_source import NominalSource

__all__ = ["NominalSource"]
