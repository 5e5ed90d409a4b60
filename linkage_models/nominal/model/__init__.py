"""The model's parts: a record's features, blocking rules, comparisons and households, and their form for Splink."""
