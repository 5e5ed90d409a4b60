"""The warehouse: one DuckDB file that one writer at a time may open."""
