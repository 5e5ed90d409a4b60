"""Names of many origins: tables of the commonest, rules that compose the rest, and groups of variant spellings."""
