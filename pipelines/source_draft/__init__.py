"""Draft a source's YAML from live data, by questions and guesses."""
