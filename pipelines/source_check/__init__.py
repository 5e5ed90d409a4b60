"""Check a source's YAML on live data, before a night does."""
