"""Extraction from REST services that answer in JSON."""
