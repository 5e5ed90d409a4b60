"""Scoring again the pairs of records that someone sees otherwise; the edges that there are stay as they are."""

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.model.features import feature_hash_sql, register_macros
from linkage_models.nominal.score.scoring import DUCKDB, Engine
from linkage_models.relations import EDGE, Temporaries, relation, single_value


def score_otherwise(
    own: Temporaries,
    *,
    records: str,
    changed: str,
    capped: str,
    bundle: Bundle,
    edges: str,
    rescored: str,
    engine: Engine = DUCKDB,
) -> int:
    """Score the pairs of some records as `score` would, were the records as they are given here.

    Together with the edges there were before between all other records, they are what scoring everything anew gives.

    Args:
        own: keeps the two tables that are made.
        records: relation of `relations.RECORD`: all records, those seen otherwise in place of what they were.
        changed: relation with the `record_key` of those that are seen otherwise.
        capped: relation of `relations.CAPPED_BLOCK`, as scoring left it.
        bundle: the model.
        edges: name of the temporary table to make, of `relations.EDGE`.
        rescored: name of the temporary table to make: `record_key` of the records whose edges these are. Beside those
            seen otherwise it holds records of blocks that are too large no longer, or are so only now.
        engine: what pairs and scores.

    Returns:
        The number of pairs compared.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    con = own.con
    register_macros(con)
    pairs = 0
    with Temporaries(con) as working:
        working.empty("score_edge", EDGE.definition)
        working.empty("score_changed", "record_key VARCHAR, feature_hash VARCHAR")
        # Records that are not seen at all may free a block that was capped.
        if single_value(con, f"SELECT EXISTS (FROM {relation(changed)}) OR EXISTS (FROM {relation(capped)})"):
            current = f"SELECT record_key, {feature_hash_sql()} AS feature_hash FROM {relation(records)}"
            working.table("score_current", current)
            working.table("score_changed", f"FROM score_current SEMI JOIN {relation(changed)} USING (record_key)")
            pairs = engine.pair(working, relation(records), bundle, relation(capped))
            engine.score(working, bundle)
        own.table(edges, "FROM score_edge")
        own.table(rescored, "SELECT record_key FROM score_changed")
    return pairs
