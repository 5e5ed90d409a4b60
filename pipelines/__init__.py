"""Conjoin's pipelines: everything that knows Dagster or a source system."""
