"""Scoring: from nominal records to edges, for the records that changed since they were last scored.

A pair's weight depends on its two records and the bundle alone, so scoring only pairs with a changed record leaves the
edges that scoring everything would leave. The caller holds the transaction, if there is to be one.
"""

import hashlib
import logging
import math
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.bundle.term_frequencies import TABLES, TERM_COLUMNS, attach, with_rarity_sql
from linkage_models.nominal.model.blocking import MOST_IN_BLOCK, keys_sql
from linkage_models.nominal.model.common_values import without_common
from linkage_models.nominal.model.features import (
    MACROS,
    build_features,
    feature_hash_sql,
    features_sql,
    register_macros,
)
from linkage_models.nominal.model.name_variants import READING
from linkage_models.nominal.score.copies import find_copies
from linkage_models.nominal.score.evidence import edges_sql
from linkage_models.nominal.score.pairing import Pairing, keys_of
from linkage_models.nominal.score.splink_api import model_linker, quiet_splink
from linkage_models.relations import EDGE, Temporaries, single_row, single_value, statement
from linkage_models.words import counted

_LOG = logging.getLogger(__name__)

PAIRS_AT_ONCE = 3_000_000
"""Candidate pairs scored in one query; this bounds the memory, whatever the number of records."""

LEAST = -1000.0
"""Bits that no pair's weight is below."""

EVERYTHING_SHARE = 0.3
"""Share of changed records from which features are built for every record once, rather than for those in pairs."""


@dataclass(frozen=True, slots=True)
class ScoreCounts:
    """What one scoring did.

    Attributes:
        records: nominal records there are.
        changed: records new or changed since they were last scored, or last scored with another bundle.
        gone: records scored before that are no longer there.
        pairs: candidate pairs compared.
        edges_removed: edges that touched a changed or gone record.
        edges_added: edges written.
        blocks_capped: blocks of more than `blocking.MOST_IN_BLOCK` records, whose pairs are not compared for it.
        largest_block: records of the largest of these.
        common_values: identifiers, contact points, postcodes and addresses that are left out because too many people
            of unlike names hold them; see `common_values`.
    """

    records: int
    changed: int
    gone: int
    pairs: int
    edges_removed: int
    edges_added: int
    blocks_capped: int = 0
    largest_block: int = 0
    common_values: int = 0


class Engine(Protocol):
    """What finds candidate pairs and scores them.

    Attributes:
        name: part of what records are said to be scored with; each engine has blocking keys of its own.
    """

    name: str

    def pair(self, own: Temporaries, records: str, bundle: Bundle, capped: str) -> int:
        """Pair changed records with all.

        Reads `score_current`, `score_copy` and `score_changed`; adds to the latter the records of blocks that were
        capped or freed. See `copies` for what those in
        `score_copy` are paired with.

        Args:
            own: the temporary relations of the scoring, which get `score_capped` and whatever `score` is to read.
            records: relation of `relations.RECORD`.
            bundle: the model.
            capped: the blocks that were capped so far, as `score_capped` has them.

        Returns:
            The number of pairs.
        """

    def score(self, own: Temporaries, bundle: Bundle) -> None:
        """Score these pairs into the temporary table `score_edge` of `relations.EDGE`."""


class DuckDBEngine:
    """Pairs and scores in the caller's own connection."""

    name = "duckdb"

    def pair(self, own: Temporaries, records: str, bundle: Bundle, capped: str) -> int:
        """Pair changed records with all, into `score_pair`; see `Engine`."""
        many = _count(own.con, "score_changed") >= EVERYTHING_SHARE * _count(own.con, "score_current")
        pairing = Pairing(own, records, bundle, capped)
        (pairing.everything if many else pairing.changed)()
        return _count(own.con, "score_pair")

    def score(self, own: Temporaries, bundle: Bundle) -> None:
        """Score these pairs; see `Engine`."""
        attach(own, "score_plain", "score_input", bundle.frequencies)
        own.drop("score_plain")
        _score_pairs(own, bundle, _count(own.con, "score_pair"))


DUCKDB = DuckDBEngine()


def score(
    con: duckdb.DuckDBPyConnection,
    *,
    records: str,
    edges: str,
    scored: str,
    capped: str,
    bundle: Bundle,
    engine: Engine = DUCKDB,
) -> ScoreCounts:
    """Bring edges up to date with the records.

    Args:
        con: a connection that may write `edges` and `scored`; working tables are temporary and dropped.
        records: relation of `relations.RECORD`.
        edges: table of `relations.EDGE`. Pairs at or above the bundle's review threshold are kept; their
            `evidence` sums to `match_weight`, and `match_probability` follows from it.
        scored: table of `relations.SCORED`.
        capped: table of `relations.CAPPED_BLOCK`.
        bundle: the model.
        engine: what pairs and scores.

    Returns:
        Counts of records, pairs and edges.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    register_macros(con)
    bundle = bundle.among(_count(con, records))
    method = scoring_method(bundle, engine)
    with Temporaries(con) as own:
        common = without_common(own, records, "score_seen")
        records = "score_seen"
        _LOG.info("%s of too many people to be anyone's own", counted(common, "value"))
        _find_changes(own, records, scored, method)
        counts = {name: _count(con, f"score_{name}") for name in ("current", "changed", "gone")}
        _LOG.info(
            "%s, %d changed since they were last scored with bundle %s, %d gone",
            counted(counts["current"], "nominal record"), counts["changed"], bundle.version, counts["gone"],
        )  # fmt: skip
        before = _count(con, edges)
        pairs = added = 0
        # Records that went may free a block that was capped.
        to_pair = counts["changed"] > 0 or (counts["gone"] > 0 and _count(con, capped) > 0)
        if to_pair:
            pairs = engine.pair(own, records, bundle, capped)
            _LOG.info("%s to score", counted(pairs, "candidate pair"))
        _forget(con, edges, scored)
        removed = before - _count(con, edges)
        if to_pair:
            con.execute(f"DELETE FROM {capped}")
            con.execute(f"INSERT INTO {capped} BY NAME FROM score_capped")
            engine.score(own, bundle)
            con.execute(f"INSERT INTO {edges} BY NAME SELECT * FROM score_edge ORDER BY record_l, record_r")
            added = _count(con, "score_edge")
            con.execute(
                f"INSERT INTO {scored} BY NAME SELECT record_key, feature_hash, $method AS bundle FROM score_changed "
                "ORDER BY record_key",
                {"method": method},
            )
        _LOG.info("%s removed, %d added", counted(removed, "edge"), added)
        blocks, largest = single_row(con, f"SELECT count(*), coalesce(max(records), 0) FROM {capped}")
    records_now, changed, gone = counts.values()
    return ScoreCounts(records_now, changed, gone, pairs, removed, added, blocks, largest, common)


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(single_value(con, f"SELECT count(*) FROM {relation}"))


def scoring_method(bundle: Bundle, engine: Engine = DUCKDB) -> str:
    """Return what records are said to be scored with: the bundle's version, and a digest of what applies it.

    A version of Conjoin with other features or blocking rules gives other edges from the same bundle, so records that
    the one before scored have to be scored again.
    """
    applied = (
        engine.name,
        READING,
        MACROS,
        features_sql("records", bundle.kinds),
        with_rarity_sql("features", bundle.frequencies, dict.fromkeys(TABLES, "frozen")),
        keys_of("features", "id", bundle),
        str(MOST_IN_BLOCK),
        edges_sql("predicted", "features", bundle),
    )
    return f"{bundle.version}/{hashlib.sha256(chr(0).join(applied).encode()).hexdigest()[:8]}"


def _find_changes(own: Temporaries, records: str, scored: str, method: str) -> None:
    """Make `score_current`, `score_copy`, `score_changed` and `score_gone`.

    What a copy or namesake was scored with is also whose it is, so that it has changed where that has.
    """
    find_current(own, records)
    as_before = f"(FROM {scored} WHERE bundle = $method)"
    own.table(
        "score_changed",
        f"FROM score_current ANTI JOIN {as_before} USING (record_key, feature_hash)",
        {"method": method},
    )
    own.table("score_gone", f"SELECT record_key FROM {scored} ANTI JOIN score_current USING (record_key)")


def find_current(own: Temporaries, records: str) -> None:
    """Make `score_current`, the records with the hash of what each is scored with, and `score_copy`; see `copies`."""
    own.view("score_record", f"SELECT *, {feature_hash_sql()} AS feature_hash FROM {records}")
    own.table("score_hashed", statement(__file__, "hashed"))
    own.table("score_copy", find_copies())
    own.table("score_current", statement(__file__, "current"))
    own.drop("score_hashed", "score_record")


def _forget(con: duckdb.DuckDBPyConnection, edges: str, scored: str) -> None:
    touched = "SELECT record_key FROM score_changed UNION ALL SELECT record_key FROM score_gone"
    con.execute(f"DELETE FROM {edges} WHERE record_l IN ({touched}) OR record_r IN ({touched})")
    con.execute(f"DELETE FROM {scored} WHERE record_key IN ({touched})")


def score_pair(
    con: duckdb.DuckDBPyConnection, records: str, bundle: Bundle, record_a: str, record_b: str
) -> tuple[float, float, list[dict[str, Any]], tuple[str, ...]]:
    """Score one pair, whatever the blocking rules and the thresholds say.

    Args:
        con: a connection; working tables are temporary and dropped.
        records: relation of `relations.RECORD`.
        bundle: the model.
        record_a: one record's key.
        record_b: the other's.

    Returns:
        Match weight, match probability, evidence, and the names of the blocking rules that bring the two together.

    Raises:
        LookupError: one of the records is not there.
    """
    bundle = bundle.among(_count(con, records))
    with Temporaries(con) as own:
        own.table("score_member", "SELECT unnest([$one, $other]) AS record_key", {"one": record_a, "other": record_b})
        without_common(own, records, "score_seen")
        build_features(con, "score_seen", own.adopt("score_plain"), "score_member", bundle.kinds)
        if _count(con, "score_plain") < 2:  # noqa: PLR2004 - a pair has two
            raise LookupError("No source system holds one of the two records now.")
        own.table("score_pair", "SELECT 1 AS join_key_l, 2 AS join_key_r")
        attach(own, "score_plain", "score_input", bundle.frequencies)
        _score_pairs(own, bundle, 1, LEAST)
        scored = con.execute("SELECT match_weight, match_probability, evidence FROM score_edge").fetchone()
        shared = tuple(
            rule.name
            for rule in bundle.rules
            if con.execute(
                f"SELECT 1 FROM ({keys_sql('score_plain', 'unique_id', (rule,))}) WHERE blocking_key IS NOT NULL "
                "GROUP BY blocking_key HAVING count(DISTINCT id) = 2"
            ).fetchone()
        )
    if scored is None:
        raise LookupError("The two records have no field to compare.")
    return (*scored, shared)


def _score_pairs(own: Temporaries, bundle: Bundle, pairs: int, least: float | None = None) -> None:
    """Score `score_pair` with Splink, some at a time, into `score_edge`."""
    from_weight = bundle.thresholds.review if least is None else least
    con = own.con
    own.empty("score_edge", EDGE.definition)
    chunks = max(1, math.ceil(pairs / PAIRS_AT_ONCE))
    for chunk in range(chunks):
        own.table(
            "score_chunk",
            f"SELECT '0' AS match_key, join_key_l, join_key_r FROM score_pair WHERE join_key_l % {chunks} = {chunk}",
        )
        with quiet_splink(con) as api:
            linker = model_linker(api.register("score_input"), bundle.model)
            linker.table_management.register_blocked_pairs_for_predict(api.register("score_chunk"))
            for column in TERM_COLUMNS:
                # The input carries its own frequencies; an empty table keeps Splink from counting them again.
                empty = con.sql(f"SELECT ''::VARCHAR AS {column}, 0::DOUBLE AS tf_{column} LIMIT 0").to_arrow_table()
                linker.table_management.register_term_frequency_lookup(api.register(empty), column)
            predicted = linker.inference.predict(
                threshold_match_weight=from_weight - bundle.slips.most() - 1e-3, warning_mode="never"
            )
            con.execute(f"INSERT INTO score_edge {edges_sql(predicted.physical_name, 'score_input', bundle, least)}")
