"""Candidate pairs: which records are compared with which. Blocks that are too large are left out.

A block is the records that share a blocking key. One of more than `blocking.MOST_IN_BLOCK` records does not say of any
two of them that they are of one person: its key is a placeholder, or rows were repeated. Its pairs are compared only
where another key brings them together, and the block is reported. Which blocks are capped follows from all records
there are, so one record's change can cap or free a block of others; these are then scored again as if they had changed,
and the edges are those that scoring everything would leave.
"""

from collections.abc import Callable

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.model.blocking import keys_sql, too_large
from linkage_models.nominal.model.features import build_features, features_sql
from linkage_models.relations import Temporaries, literal, single_value, statement

PAIRS = """
    SELECT DISTINCT l.id AS join_key_l, r.id AS join_key_r
    FROM (FROM score_key ANTI JOIN score_capped USING (blocking_key)) AS l JOIN score_key AS r USING (blocking_key)
    WHERE l.id < r.id
"""
"""The query of every pair of records that share a key of a block that is not capped, the smaller first."""


class Pairing:
    """The pairs among some records of which at least one has changed.

    Reads `score_current`, `score_copy` and `score_changed`; adds to the last the records of blocks that were capped or
    freed. Leaves `score_plain` (features), `score_pair` (`join_key_l` and `join_key_r`, the smaller first) and
    `score_capped`.
    """

    def __init__(self, own: Temporaries, records: str, bundle: Bundle, capped: str) -> None:
        """Pair nothing yet.

        Args:
            own: the temporary relations of the scoring.
            records: relation of `relations.RECORD`.
            bundle: the model.
            capped: the blocks that were capped so far, as `score_capped` has them.
        """
        self.own = own
        self.records = records
        self.bundle = bundle
        self.capped = capped

    def everything(self) -> None:
        """Build the features of all records, then the pairs among them with a changed record."""
        own = self.own
        build_features(own.con, self.records, own.adopt("score_plain"), kinds=self.bundle.kinds)
        own.table("score_key", keys_to_pair("score_plain", "unique_id", self.bundle))
        own.table("score_capped", too_large("score_key"))
        crossed = of_crossed("score_key", self.capped)
        self._add_bearers(f"SELECT record_key FROM score_plain SEMI JOIN ({crossed}) ON id = unique_id")
        bearers = "(FROM score_plain SEMI JOIN score_bearer ON unique_id = id)"
        self._name_rules("score_key", bearers, "unique_id")
        own.table("score_pair", PAIRS)
        own.drop("score_key")
        if self._count("score_copy"):
            own.table("score_pair_key", statement(__file__, "star_pairs"))
            star = f"FROM ({statement(__file__, 'numbered_pairs')}) ANTI JOIN score_pair USING (join_key_l, join_key_r)"
            own.con.execute(f"INSERT INTO score_pair {star}")
        own.table("score_member", "SELECT unique_id FROM score_plain ANTI JOIN score_changed USING (record_key)")
        if self._count("score_member"):
            own.con.execute("""
                DELETE FROM score_pair
                WHERE join_key_l IN (FROM score_member) AND join_key_r IN (FROM score_member)
            """)

    def changed(self) -> None:
        """Pair changed records with all, building features only for the records in pairs."""
        own, kinds = self.own, self.bundle.kinds
        changed = f"(FROM {self.records} SEMI JOIN score_changed USING (record_key))"
        of_changed, of_all = (
            keys_to_pair(relation, "record_key", self.bundle, lambda some: f"({features_sql(some, kinds)})")
            for relation in (changed, self.records)
        )
        wanted = f"(SELECT blocking_key FROM score_key UNION ALL SELECT blocking_key FROM {self.capped})"
        while True:
            own.table("score_key", of_changed)
            own.table("score_match", f"FROM ({of_all}) SEMI JOIN {wanted} USING (blocking_key)")
            own.table("score_capped", too_large("score_match"))
            # A second round brings in the records of blocks that crossed the limit; no more blocks can cross then.
            crossed = of_crossed("score_match", self.capped)
            if not self._add_bearers(f"SELECT DISTINCT id AS record_key FROM ({crossed})"):
                break
        bearers = features_sql(f"(FROM {self.records} SEMI JOIN score_bearer ON record_key = id)", kinds)
        self._name_rules("score_match", f"({bearers})", "record_key")
        own.table(
            "score_pair_key",
            f"({statement(__file__, 'changed_pairs')}) UNION ({statement(__file__, 'star_pairs')})",
        )
        own.table(
            "score_member",
            "SELECT record_l AS record_key FROM score_pair_key UNION SELECT record_r FROM score_pair_key",
        )
        build_features(own.con, self.records, own.adopt("score_plain"), "score_member", kinds)
        own.table("score_pair", statement(__file__, "numbered_pairs"))

    def _add_bearers(self, bearers: str) -> int:
        """Add records to those that count as changed; return how many were added."""
        self.own.table("score_bearer", f"FROM ({bearers}) ANTI JOIN score_changed USING (record_key)")
        self.own.con.execute("INSERT INTO score_changed FROM score_current SEMI JOIN score_bearer USING (record_key)")
        return self._count("score_bearer")

    def _name_rules(self, keys: str, bearers: str, id_column: str) -> None:
        """Give `score_capped` the name of the rule of each block, found by one record of it."""
        if not self._count("score_capped"):
            self.own.con.execute("ALTER TABLE score_capped ADD COLUMN rule VARCHAR")
            return
        self.own.table("score_bearer", first_bearers(keys))
        self.own.table("score_capped", with_rules(bearers, id_column, self.bundle))

    def _count(self, table: str) -> int:
        return int(single_value(self.own.con, f"SELECT count(*) FROM {table}"))


def keys_of(features: str, id_column: str, bundle: Bundle) -> str:
    """Return the query of the blocking keys of features, under the bundle's rules."""
    return keys_sql(features, id_column, bundle.rules)


def keys_to_pair(
    records: str, id_column: str, bundle: Bundle, features: Callable[[str], str] = lambda some: some
) -> str:
    """Return the query of the blocking keys by which records are paired; see `copies` for those of `score_copy`.

    Args:
        records: the records, or their features.
        id_column: the column that names a record.
        bundle: the model.
        features: makes of a relation of some of the records one of their features.
    """
    beyond_names = tuple(rule for rule in bundle.rules if not rule.of_names)
    namesakes = "(FROM score_copy WHERE NOT whole)"
    every_way = features(f"(FROM {records} ANTI JOIN score_copy USING (record_key))")
    some_ways = features(f"(FROM {records} SEMI JOIN {namesakes} USING (record_key))")
    return f"({keys_of(every_way, id_column, bundle)}) UNION ALL ({keys_sql(some_ways, id_column, beyond_names)})"


def of_crossed(keys: str, capped: str) -> str:
    """Return the keys of blocks that are capped now and were not before, or the reverse."""
    return f"""
        FROM {keys} SEMI JOIN (
            (SELECT blocking_key FROM score_capped EXCEPT SELECT blocking_key FROM {capped})
            UNION ALL (SELECT blocking_key FROM {capped} EXCEPT SELECT blocking_key FROM score_capped)
        ) USING (blocking_key)
    """


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
        f"SELECT {literal(rule.name)} AS rule, blocking_key FROM ({keys_sql(bearers, id_column, (rule,))})"
        for rule in bundle.rules
    )
    return f"""
        SELECT blocking_key, min(rule) AS rule, any_value(records) AS records
        FROM score_capped JOIN ({by_rule}) USING (blocking_key) GROUP BY blocking_key ORDER BY blocking_key
    """
