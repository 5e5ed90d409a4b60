"""The macros of a snapshot: questions with a parameter, answered by plain DuckDB without any of Conjoin's code."""

from __future__ import annotations

from dataclasses import dataclass

from linkage_models.relations import literal
from linkage_models.standardise.names import APOSTROPHES, LETTERS_WITHOUT_DECOMPOSITION

_UNBUILT, _PLAIN = LETTERS_WITHOUT_DECOMPOSITION

# The folding of standardised names, so that a name typed in any case, with or without accents, apostrophes and
# hyphens meets the tokens of the file.
_FOLD_NAME = rf"""
array_to_string(list_filter(string_split(regexp_replace(regexp_replace(
    translate(
        upper(strip_accents(replace(replace(replace(
            regexp_replace(given::VARCHAR, {literal(APOSTROPHES)}, '', 'g'), 'ß', 'ss'), 'Æ', 'AE'), 'æ', 'ae'
        ))),
        '{_UNBUILT}', '{_PLAIN}'
    ),
    '[^\pL\pM]+', ' ', 'g'), '\bMC (\pL)', 'MC\1', 'g'), ' '), lambda token: token <> ''), ' ')
"""

# Tokens are close from a Jaro-Winkler similarity of 0.9 (what the link model calls close) and within two letters of
# length. Every token asked for must be found; one of three or more may be missing, since middle names often are. So a
# match holds the rarest token asked for, or one of the two rarest: only names that do are looked at, which keeps a
# search for a name with Mohammed or Begum in it as quick as any other.
# The two small penalties only order names that match equally well: 0.0005 a further token, 0.05 a near date of birth,
# 0.1 where the subject has none.
_FIND_SUBJECT = """
WITH asked AS (
    SELECT DISTINCT unnest(string_split(linked.fold_name(name), ' ')) AS asked_token
),

wanted AS (
    SELECT count(*) AS tokens, count(*) - (count(*) >= 3)::BIGINT AS needed
    FROM asked
    WHERE asked_token <> ''
),

close AS MATERIALIZED (
    SELECT
        v.token,
        v.subject_count,
        a.asked_token,
        CASE WHEN v.token = a.asked_token THEN 1.0
            ELSE jaro_winkler_similarity(v.token, a.asked_token, 0.9) END AS similarity
    FROM linked.name_vocabulary AS v
    INNER JOIN asked AS a ON abs(length(v.token) - length(a.asked_token)) <= 2
    WHERE a.asked_token <> '' AND similarity >= 0.9
),

rarity AS (
    SELECT
        a.asked_token,
        row_number() OVER (ORDER BY coalesce(sum(c.subject_count), 0), a.asked_token) AS place
    FROM asked AS a
    LEFT JOIN close AS c ON a.asked_token = c.asked_token
    WHERE a.asked_token <> ''
    GROUP BY a.asked_token
),

candidate AS (
    SELECT t.subject_id, t.name AS held_name, any_value(t.birth_dates) AS held_dates
    FROM linked.name_token AS t
    INNER JOIN close AS c ON t.token = c.token
    INNER JOIN rarity AS r ON c.asked_token = r.asked_token
    CROSS JOIN wanted AS w
    WHERE r.place <= w.tokens - w.needed + 1
    GROUP BY t.subject_id, t.name
),

part AS (
    SELECT k.subject_id, k.held_name, k.held_dates, unnest(string_split(k.held_name, ' ')) AS token
    FROM candidate AS k
),

matched AS (
    SELECT
        p.subject_id,
        p.held_name AS matched_name,
        any_value(p.held_dates) AS held_dates,
        c.asked_token,
        max(c.similarity) AS similarity,
        arg_max(p.token, {'similarity': c.similarity, 'token': p.token}) AS token
    FROM part AS p
    INNER JOIN close AS c ON p.token = c.token
    GROUP BY p.subject_id, p.held_name, c.asked_token
),

scored AS (
    SELECT
        m.subject_id,
        m.matched_name,
        any_value(m.held_dates) AS held_dates,
        sum(m.similarity) / any_value(w.tokens)
        - 0.0005 * least(greatest(len(string_split(m.matched_name, ' ')) - any_value(w.tokens), 0), 8) AS name_score
    FROM matched AS m
    CROSS JOIN wanted AS w
    GROUP BY m.subject_id, m.matched_name
    HAVING least(count(*), len(list_distinct(list(m.token)))) >= any_value(w.needed)
),

dated AS (
    SELECT
        s.subject_id,
        s.matched_name,
        s.name_score - CASE
            WHEN birth_date IS NULL OR list_contains(s.held_dates, birth_date::DATE) THEN 0
            WHEN len(s.held_dates) = 0 THEN 0.1
            WHEN list_min([
                damerau_levenshtein(strftime(held, '%Y%m%d'), strftime(birth_date::DATE, '%Y%m%d'))
                FOR held IN s.held_dates
            ]) <= 1 OR list_contains(
                [strftime(held, '%Y%d%m') FOR held IN s.held_dates], strftime(birth_date::DATE, '%Y%m%d')
            ) THEN 0.05
        END AS score
    FROM scored AS s
),

best AS (
    SELECT
        d.subject_id,
        arg_min(d.matched_name, {'score': -d.score, 'name': d.matched_name}) AS matched_name,
        max(d.score) AS score
    FROM dated AS d
    WHERE d.score IS NOT NULL
    GROUP BY d.subject_id
    ORDER BY score DESC, d.subject_id
    LIMIT max_rows
)

SELECT
    b.subject_id,
    s.display_name,
    s.birth_date,
    s.source_systems,
    s.record_count,
    b.matched_name,
    round(b.score, 4) AS score
FROM best AS b
INNER JOIN linked.subject AS s ON b.subject_id = s.subject_id
ORDER BY b.score DESC, b.subject_id
"""

_SUBJECT_AS_OF = """
SELECT
    h.subject_id,
    h.record_key,
    split_part(h.record_key, ':', 1) AS source_system,
    substr(h.record_key, strpos(h.record_key, ':') + 1) AS source_record_id,
    h.since
FROM linked.membership_history AS h
WHERE h.since <= ts::TIMESTAMP AND (h.until IS NULL OR h.until > ts::TIMESTAMP)
ORDER BY h.subject_id, h.record_key
"""

# Events are followed in the order they happened, so a split counts only if it came after the id had moved on.
_CURRENT_SUBJECT = """
WITH RECURSIVE change AS (
    SELECT e.event_id, unnest(e.old_subject_ids) AS old_id, e.new_subject_ids
    FROM linked.subject_event AS e
    WHERE len(e.old_subject_ids) > 0
),

step AS (
    SELECT c.old_id, c.event_id, unnest(c.new_subject_ids) AS new_id
    FROM change AS c
),

trail AS (
    SELECT id::VARCHAR AS at_id, 0::BIGINT AS event_id
    UNION
    SELECT s.new_id, s.event_id
    FROM trail AS t
    INNER JOIN step AS s ON s.old_id = t.at_id AND s.event_id > t.event_id
    WHERE NOT EXISTS (SELECT 1 FROM linked.subject AS own WHERE own.subject_id = id)
)

SELECT DISTINCT s.subject_id, s.display_name, s.birth_date, s.source_systems, s.record_count
FROM linked.subject AS s
INNER JOIN trail AS t ON s.subject_id = t.at_id
ORDER BY s.subject_id
"""


@dataclass(frozen=True, slots=True)
class Macro:
    """One macro of a snapshot."""

    name: str
    parameters: str
    body: str
    is_table: bool
    description: str

    def ddl(self) -> str:
        """Return the statement that makes it in the snapshot, opened as a database of its own."""
        kind = "TABLE " if self.is_table else ""
        return f"CREATE OR REPLACE MACRO linked.{self.name}({self.parameters}) AS {kind}{self.body}"


MACROS: tuple[Macro, ...] = (
    Macro(
        "fold_name",
        "given",
        _FOLD_NAME,
        is_table=False,
        description="A name as `find_subject` compares it: capitals, no accents, apostrophes or hyphens.",
    ),
    Macro(
        "find_subject",
        "name, birth_date := NULL, max_rows := 50",
        _FIND_SUBJECT,
        is_table=True,
        description=(
            "Subjects with that name or alias, its parts in any order, exact before close; with a date of birth only "
            "those that hold it, nearly hold it or hold none. Gives subject_id, display_name, birth_date, "
            "source_systems, record_count, matched_name and score (1 is exact), best first."
        ),
    ),
    Macro(
        "subject_as_of",
        "ts",
        _SUBJECT_AS_OF,
        is_table=True,
        description=(
            "Which records were held to be which subject at an instant (UTC). Gives subject_id, record_key, "
            "source_system, source_record_id and since."
        ),
    ),
    Macro(
        "current_subject",
        "id",
        _CURRENT_SUBJECT,
        is_table=True,
        description=(
            "The subject of an id today: itself where the id is in use, else every subject its merges and splits lead "
            "to; none where the records are gone. Gives subject_id, display_name, birth_date, source_systems and "
            "record_count."
        ),
    ),
)
"""The macros in the order they are made: a macro must exist before one that calls it."""


def fold_name_macro() -> str:
    """Return the statement that makes `fold_name` for one connection, to fill the tables that `find_subject` reads."""
    return f"CREATE OR REPLACE TEMP MACRO fold_name(given) AS {_FOLD_NAME}"
