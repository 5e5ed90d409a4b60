"""Scoring: candidate pairs, their weights and evidence, in DuckDB or on Spark."""
