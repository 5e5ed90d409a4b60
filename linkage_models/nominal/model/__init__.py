"""The model's parts: a record's features, blocking rules, comparisons and kinship, and their form for Splink."""
