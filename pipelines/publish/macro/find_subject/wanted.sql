-- How many tokens are asked for, and how many must be found: all, but for one of three or more, since middle names
-- often are missing.
SELECT count(*) AS tokens, count(*) - (count(*) >= 3)::BIGINT AS needed
FROM asked
WHERE asked_token <> ''
