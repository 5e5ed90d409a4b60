"""Scoring again the pairs of records that someone sees otherwise; the edges that there are stay as they are."""

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.model.common_values import without_common
from linkage_models.nominal.model.features import register_macros
from linkage_models.nominal.score.scoring import DUCKDB, find_current
from linkage_models.relations import EDGE, Temporaries, relation, single_value


def score_otherwise(
    own: Temporaries,
    *,
    records: str,
    changed: str,
    scored: str,
    capped: str,
    bundle: Bundle,
    edges: str,
    rescored: str,
) -> int:
    """Score the pairs of some records as `score` would, were the records as they are given here.

    Together with the edges there were before between all other records, they are what scoring everything anew gives.

    Args:
        own: keeps the two tables that are made.
        records: relation of `relations.RECORD`: all records, those seen otherwise in place of what they were.
        changed: relation with the `record_key` of those that are seen otherwise.
        scored: relation of `relations.SCORED`, as scoring left it.
        capped: relation of `relations.CAPPED_BLOCK`, as scoring left it.
        bundle: the model.
        edges: name of the temporary table to make, of `relations.EDGE`.
        rescored: name of the temporary table to make: `record_key` of the records whose edges these are. Beside those
            seen otherwise it holds records that are a copy of another record than they were scored as (see `copies`),
            and those of blocks that are too large no longer, or are so only now.

    Returns:
        The number of pairs compared.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    register_macros(own.con)
    bundle = bundle.among(int(single_value(own.con, f"SELECT count(*) FROM {relation(scored)}")))
    with Temporaries(own.con) as working:
        without_common(working, relation(records), "score_seen")
        records = "score_seen"
        find_current(working, relation(records))
        working.table(
            "score_changed",
            f"FROM score_current WHERE record_key IN (SELECT record_key FROM {relation(changed)}) OR EXISTS ("
            f"FROM {relation(scored)} AS was WHERE was.record_key = score_current.record_key"
            " AND was.feature_hash <> score_current.feature_hash)",
        )
        working.empty("score_edge", EDGE.definition)
        pairs = 0
        # Records that are not seen at all may free a block that was capped.
        if single_value(own.con, f"SELECT EXISTS (FROM score_changed) OR EXISTS (FROM {relation(capped)})"):
            pairs = DUCKDB.pair(working, relation(records), bundle, relation(capped))
            DUCKDB.score(working, bundle)
        own.table(edges, "FROM score_edge")
        own.table(rescored, "SELECT record_key FROM score_changed")
    return pairs
