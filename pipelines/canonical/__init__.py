"""Canonicalise: landed rows become nominal records and information items, or go to quarantine with a reason."""
