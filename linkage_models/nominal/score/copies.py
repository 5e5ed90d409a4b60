"""Copies: records of one source system that say the same in everything that is compared.

Comparing each of a thousand such records with each other asks one question half a million times. So where more than
`MOST_ALIKE` say the same, the one with the smallest key stands for them: it is compared with all others, and the rest,
its copies, with it alone. What joins one copy to its original joins them all, directly, and what joins the original to
another record joins them through it; their evidence is the same as if all pairs had been compared. Where that evidence
does not join the copies to their original, they are records too poor to be told apart, and the original alone is shown
beside others that come near.

Which records are copies follows from all records there are. A record whose original is new, gone or another one is
scored again as if it had changed, so the edges are those that scoring everything would leave.
"""

from linkage_models.nominal.model.features import INPUT_COLUMNS

MOST_ALIKE = 20
"""Records alike that are compared one by one: some assessments of one person or a few deliveries, and not a flood."""


def find_copies() -> str:
    """Return the query of the copies, `record_key`, and the `original` of each.

    It reads `score_record`, of `relations.RECORD`, and `score_hashed`, the hash of each record's features; that only
    narrows the search, and the records that have a hash in common are held against each other whole.
    """
    alike = ", ".join(f"record.{column}" for column in ("source_system", *INPUT_COLUMNS))
    return f"""
        WITH crowd AS (
            SELECT source_system, feature_hash FROM score_hashed GROUP BY ALL HAVING count(*) > {MOST_ALIKE}
        ),
        crowded AS (SELECT record_key FROM score_hashed SEMI JOIN crowd USING (source_system, feature_hash)),
        compared AS (
            SELECT record.record_key, min(record.record_key) OVER alike AS original, count(*) OVER alike AS records
            FROM score_record AS record
            SEMI JOIN crowded USING (record_key)
            WINDOW alike AS (PARTITION BY {alike})
        )
        SELECT record_key, original FROM compared WHERE records > {MOST_ALIKE} AND record_key <> original
    """
