"""Candidate pairs: of all records, or of those that changed with all, but for blocks that are too large to compare.

A block is the records that share a blocking key. One of more than `blocking.MOST_IN_BLOCK` records does not say of any
two of them that they are of one person: its key is a placeholder, or rows were repeated. Its pairs are compared only
where another key brings them together, and the block is reported. Which blocks are capped follows from all records
there are, so one record's change can cap or free a block of others; these are then scored again as if they had changed,
and the edges are those that scoring everything would leave.
"""

import duckdb

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.model.blocking import blocking_rules, keys_sql, too_large
from linkage_models.nominal.model.features import build_features, features_sql

WORKING_TABLES = (
    "score_key",
    "score_pair",
    "score_pair_key",
    "score_member",
    "score_match",
    "score_capped",
    "score_bearer",
)


PAIRS = """
    SELECT DISTINCT l.id AS join_key_l, r.id AS join_key_r
    FROM (FROM score_key ANTI JOIN score_capped USING (blocking_key)) AS l JOIN score_key AS r USING (blocking_key)
    WHERE l.id < r.id
"""
"""The query of every pair of records that share a key of a block that is not capped, the smaller first."""


def keys_of(features: str, id_column: str, bundle: Bundle) -> str:
    """Return the query of the blocking keys of features, under the bundle's rules."""
    return keys_sql(features, id_column, blocking_rules(bundle.kinds))


def pair_everything(con: duckdb.DuckDBPyConnection, records: str, bundle: Bundle, capped: str) -> None:
    """Build the features of all records, then the pairs among them with a changed record.

    Reads `score_current` and `score_changed`; adds to the latter the records of blocks that were capped or freed.

    Args:
        con: the connection; leaves the temporary tables `score_plain` (features), `score_pair` (`join_key_l` and
            `join_key_r`, the smaller first) and `score_capped`.
        records: a `nominal.record`-shaped relation.
        bundle: the model.
        capped: the blocks that were capped so far, as `score_capped` has them.
    """
    build_features(con, records, "score_plain", kinds=bundle.kinds)
    con.execute(f"CREATE OR REPLACE TEMP TABLE score_key AS {keys_of('score_plain', 'unique_id', bundle)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE score_capped AS {too_large('score_key')}")
    _add_bearers(
        con, f"SELECT record_key FROM score_plain SEMI JOIN ({of_crossed('score_key', capped)}) ON id = unique_id"
    )
    bearers = "(FROM score_plain SEMI JOIN score_bearer ON unique_id = id)"
    _name_rules(con, "score_key", bearers, "unique_id", bundle)
    con.execute(f"CREATE OR REPLACE TEMP TABLE score_pair AS {PAIRS}")
    con.execute("DROP TABLE score_key")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE score_member AS
        SELECT unique_id FROM score_plain ANTI JOIN score_changed USING (record_key)
    """)
    if _some(con, "score_member"):
        con.execute("""
            DELETE FROM score_pair
            WHERE join_key_l IN (FROM score_member) AND join_key_r IN (FROM score_member)
        """)


def pair_changed(con: duckdb.DuckDBPyConnection, records: str, bundle: Bundle, capped: str) -> None:
    """Pair changed records with all, building features only for the records in pairs.

    Args and tables are those of `pair_everything`.
    """
    changed = f"(FROM {records} SEMI JOIN score_changed USING (record_key))"
    of_changed, of_all = (
        keys_of(f"({features_sql(relation, bundle.kinds)})", "record_key", bundle) for relation in (changed, records)
    )
    while True:
        con.execute(f"CREATE OR REPLACE TEMP TABLE score_key AS {of_changed}")
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE score_match AS
            FROM ({of_all}) SEMI JOIN (SELECT blocking_key FROM score_key UNION ALL SELECT blocking_key FROM {capped})
                USING (blocking_key)
        """)
        con.execute(f"CREATE OR REPLACE TEMP TABLE score_capped AS {too_large('score_match')}")
        # A second round brings in the records of blocks that crossed the limit; no more blocks can cross then.
        if not _add_bearers(con, f"SELECT DISTINCT id AS record_key FROM ({of_crossed('score_match', capped)})"):
            break
    bearers = features_sql(f"(FROM {records} SEMI JOIN score_bearer ON record_key = id)", bundle.kinds)
    _name_rules(con, "score_match", f"({bearers})", "record_key", bundle)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE score_pair_key AS
        SELECT DISTINCT least(c.id, o.id) AS record_l, greatest(c.id, o.id) AS record_r
        FROM (FROM score_match ANTI JOIN score_capped USING (blocking_key)) AS o
        JOIN score_key AS c USING (blocking_key)
        WHERE c.id <> o.id
    """)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE score_member AS
        SELECT record_l AS record_key FROM score_pair_key UNION SELECT record_r FROM score_pair_key
    """)
    build_features(con, records, "score_plain", "score_member", bundle.kinds)
    con.execute("""
        CREATE OR REPLACE TEMP TABLE score_pair AS
        SELECT l.unique_id AS join_key_l, r.unique_id AS join_key_r
        FROM score_pair_key
        JOIN score_plain AS l ON l.record_key = record_l
        JOIN score_plain AS r ON r.record_key = record_r
    """)


def of_crossed(keys: str, capped: str) -> str:
    """Return the keys of blocks that are capped now and were not before, or the reverse."""
    return f"""
        FROM {keys} SEMI JOIN (
            (SELECT blocking_key FROM score_capped EXCEPT SELECT blocking_key FROM {capped})
            UNION ALL (SELECT blocking_key FROM {capped} EXCEPT SELECT blocking_key FROM score_capped)
        ) USING (blocking_key)
    """


def _add_bearers(con: duckdb.DuckDBPyConnection, bearers: str) -> int:
    """Take records as changed that have not been yet; return how many."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE score_bearer AS FROM ({bearers}) ANTI JOIN score_changed USING (record_key)"
    )
    con.execute("INSERT INTO score_changed FROM score_current SEMI JOIN score_bearer USING (record_key)")
    return _some(con, "score_bearer")


def _name_rules(con: duckdb.DuckDBPyConnection, keys: str, bearers: str, id_column: str, bundle: Bundle) -> None:
    """Give `score_capped` the name of the rule of each block, found by one record of it."""
    if not _some(con, "score_capped"):
        con.execute("ALTER TABLE score_capped ADD COLUMN rule VARCHAR")
        return
    con.execute(f"CREATE OR REPLACE TEMP TABLE score_bearer AS {first_bearers(keys)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE score_capped AS {with_rules(bearers, id_column, bundle)}")


def first_bearers(keys: str) -> str:
    """Return the query of the first record, `id`, of each block of `score_capped`."""
    return f"SELECT min(id) AS id FROM {keys} SEMI JOIN score_capped USING (blocking_key) GROUP BY blocking_key"


def with_rules(bearers: str, id_column: str, bundle: Bundle) -> str:
    """Return the query of `score_capped` with the name of each block's rule.

    Args:
        bearers: the features of at least one record of each block.
        id_column: the column of the features that names a record.
        bundle: the model.
    """
    by_rule = " UNION ALL ".join(
        f"SELECT '{rule.name}' AS rule, blocking_key FROM ({keys_sql(bearers, id_column, (rule,))})"
        for rule in blocking_rules(bundle.kinds)
    )
    return f"""
        SELECT blocking_key, min(rule) AS rule, any_value(records) AS records
        FROM score_capped JOIN ({by_rule}) USING (blocking_key) GROUP BY blocking_key ORDER BY blocking_key
    """


def _some(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
