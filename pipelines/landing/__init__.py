"""Extract and land: rows exactly as a source gave them, in Parquet, kept per load."""
