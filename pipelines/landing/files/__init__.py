"""Extraction from delivered files: where they lie, their formats, and their lines and rows."""
