-- The tokens asked for.
SELECT DISTINCT unnest(string_split(linked.fold_name(name), ' ')) AS asked_token
