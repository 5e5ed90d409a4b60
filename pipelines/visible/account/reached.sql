-- Where the account begins: records that are hidden or seen less of, those scored again for that, those covered before.
SELECT record_key FROM sight.as_seen
UNION
SELECT record_key FROM account_rescored
UNION
SELECT record_key FROM sight.covered
