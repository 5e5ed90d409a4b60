"""Copies and namesakes: many records of one source system that say the same, and what they are compared with instead.

Comparing each of a thousand records that say the same with each other asks one question half a million times. So where
more than `MOST_ALIKE` say the same in everything that is compared, the one with the smallest key stands for them: it is
compared with all others, and the rest, its copies, with it alone. What joins one copy to its original joins them all;
what joins the original to another record joins them through it; and their evidence is what it would be between any two.

More than `MOST_NAMESAKES` records of one first name, surname and date of birth that differ in other things are not told
apart by these three any more. The one with the smallest key is compared as ever; the rest, its namesakes, with it, and
with whatever shares more with them than names and a date of birth: a number, an address, a contact point, a sentence.

Who is a copy or a namesake follows from all records there are. One whose original is new, gone or another is scored
again as if it had changed, so the edges are those that scoring everything would leave.
"""

from linkage_models.nominal.model.features import INPUT_COLUMNS

MOST_ALIKE = 20
"""Records alike that are compared one by one: some assessments of one person or a few deliveries, and not a flood."""

MOST_NAMESAKES = 300
"""Records of one name and date of birth that are compared one by one: 150 pairs a record. Of ten million people born on
twenty thousand days, one in a thousand of them of one full name, half a person would have each."""

NAMESAKE_OF = ("names[1].forename", "names[1].surname", "birth_dates[1]")


def find_copies() -> str:
    """Return the query of the copies and namesakes: `record_key`, its `original`, and `whole` where it is a copy.

    It reads `score_record`, of `relations.RECORD`, and `score_hashed`, whose hashes only narrow the search: the records
    that have one in common are held against each other by what they say.
    """
    return f"""
        WITH alike AS ({_crowds("feature_hash", MOST_ALIKE, INPUT_COLUMNS)}),
        namesake AS ({_crowds("named", MOST_NAMESAKES, NAMESAKE_OF)})
        SELECT record_key, original, true AS whole FROM alike
        UNION ALL
        SELECT record_key, original, false AS whole FROM namesake ANTI JOIN alike USING (record_key)
    """


def _crowds(narrowed_by: str, most: int, said: tuple[str, ...]) -> str:
    """Return the query of the records that more than `most` records of their system agree with, and their originals."""
    return f"""
        SELECT record_key, original FROM (
            SELECT record_key, min(record_key) OVER same AS original, count(*) OVER same AS records
            FROM score_record SEMI JOIN (
                SELECT record_key FROM score_hashed SEMI JOIN (
                    SELECT source_system, {narrowed_by} FROM score_hashed
                    WHERE {narrowed_by} IS NOT NULL GROUP BY ALL HAVING count(*) > {most}
                ) USING (source_system, {narrowed_by})
            ) USING (record_key)
            WINDOW same AS (PARTITION BY source_system, {", ".join(said)})
        )
        WHERE records > {most} AND record_key <> original
    """
