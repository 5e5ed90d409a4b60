"""What each part of Splink gives where Conjoin has its own: the figures of decision 0017, to be run again.

Usage: `python -m linkage_models.yardsticks.splink_parts WAREHOUSE.duckdb TRUTH.csv`, where the warehouse is that of a
home and the truth a file of system, source_record_id and person_id. A model is trained on the warehouse's records; each
line is this model with one part of it replaced by Splink's own. Precision and recall count the pairs of records at or
above the uncalibrated link threshold; for blocking all candidate pairs, for clustering all pairs within a cluster.
"""

from __future__ import annotations

import logging
import sys
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
from splink import Linker, SettingsCreator, block_on
from splink.clustering import cluster_pairwise_predictions_at_threshold

from linkage_models import nominal, resolve
from linkage_models.nominal.bundle.term_frequencies import registered, with_rarity_sql
from linkage_models.nominal.model.blocking import keys_sql
from linkage_models.nominal.model.settings import splink_settings
from linkage_models.nominal.score.splink_api import quiet_splink
from linkage_models.nominal.train.labels import score_all
from linkage_models.relations import DECISION, REVIEW_FLAG, Temporaries, literal, single_row

if TYPE_CHECKING:
    from linkage_models.nominal import Bundle

MEASURED = "5.0.0"
"""The version of Splink that decision 0017 gives the figures of; a test asks whether it is still the installed one."""

DETERMINISTIC: list[Any] = [
    block_on("pnc_id"),
    block_on("noms_id"),
    block_on("crn_id"),
    block_on("full_name", "dob_text"),
]
EQUALITIES = [
    ("pnc_id",), ("noms_id",), ("crn_id",), ("dob_text", "postcode"), ("dob_text", "surname_v"),
    ("dob_text", "forename_v"), ("full_name", "postcode"),
]  # fmt: skip
"""Blocking as Splink has it, by equality of columns: what a careful author would choose of these columns."""

OF_ONE_PERSON = """
    SELECT count(*), count_if(l.person_id = r.person_id) FROM ({pairs}) AS pair
    JOIN truth AS l ON l.record_key = pair.record_l JOIN truth AS r ON r.record_key = pair.record_r
"""


def main(warehouse: str, truth: str) -> None:
    """Measure each part and print a line for it."""
    logging.disable(logging.WARNING)
    con = duckdb.connect()
    con.execute(f"ATTACH {literal(warehouse)} AS warehouse (READ_ONLY)")
    con.execute(
        "CREATE TABLE truth AS SELECT system || ':' || source_record_id AS record_key, person_id FROM read_csv($file)",
        {"file": truth},
    )
    con.execute("CREATE TABLE record AS FROM warehouse.nominal.record SEMI JOIN truth USING (record_key)")
    bundle = nominal.train(con, "record")
    nominal.build_features(con, "record", "feature", kinds=bundle.kinds)
    with registered(con, bundle.frequencies) as names:
        con.execute(f"CREATE TABLE input AS {with_rarity_sql('feature', bundle.frequencies, names)}")
    _say(con, "Splink's blocking", " UNION ".join(map(_equal, EQUALITIES)))
    _say(con, "Conjoin's blocking", _same_key(bundle))
    for name, learned in (
        ("nothing", ""),
        ("u", "u"),
        ("u and m", "um"),
        ("the prior", "p"),
    ):
        with Temporaries(con) as own:
            score_all(own, "record", _with_splinks(con, bundle, learned), "edge")
            linked = f"SELECT record_l, record_r FROM edge WHERE match_weight >= {bundle.thresholds.link}"
            _say(con, f"pairs, {name} from Splink", linked)
            if not learned:
                _say(con, "clusters of Conjoin", _resolved(own, bundle))
                _say(con, "clusters of Splink", _connected(con, linked))


def _say(con: duckdb.DuckDBPyConnection, name: str, pairs: str) -> None:
    given, right = single_row(con, OF_ONE_PERSON.format(pairs=pairs))
    _, true = single_row(con, OF_ONE_PERSON.format(pairs=_within("truth", "person_id")))
    sys.stdout.write(f"{name:28} precision {right / given:.5f} recall {right / true:.5f} pairs {given:,}\n")


def _within(relation: str, column: str) -> str:
    return (
        f"SELECT l.record_key AS record_l, r.record_key AS record_r FROM {relation} AS l JOIN {relation} AS r "
        f"ON l.{column} = r.{column} AND l.record_key < r.record_key"
    )


def _equal(columns: tuple[str, ...]) -> str:
    return _within("feature", columns[0]) + "".join(f" AND l.{column} = r.{column}" for column in columns[1:])


def _same_key(bundle: Bundle) -> str:
    keys = keys_sql("feature", "record_key", bundle.rules)
    return (
        f"SELECT DISTINCT * FROM ({_within(f'(SELECT id AS record_key, blocking_key FROM ({keys}))', 'blocking_key')})"
    )


def _with_splinks(con: duckdb.DuckDBPyConnection, bundle: Bundle, learned: str) -> Bundle:
    """Return the bundle with u (`u`), m (`m`) or the prior (`p`) learned by Splink from the same records."""
    if not learned:
        return bundle
    settings = splink_settings(0.5, bundle.kinds) | {
        "blocking_rules_to_generate_predictions": [block_on(*columns) for columns in EQUALITIES]
    }
    with quiet_splink(con) as api:
        linker = Linker(api.register("input"), SettingsCreator.from_path_or_dict(settings), log_level=None)
        training = linker.training
        training.estimate_probability_two_random_records_match(DETERMINISTIC, recall=0.9)
        if "u" in learned:
            training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        if "m" in learned:
            for columns in EQUALITIES[:4]:
                training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
        theirs = linker.misc.save_model_to_json()
    model: dict[str, Any] = deepcopy(bundle.model)
    if "p" in learned:
        model["probability_two_random_records_match"] = theirs["probability_two_random_records_match"]
    for ours, splinks in zip(model["comparisons"], theirs["comparisons"], strict=True):
        for level, other in zip(ours["comparison_levels"], splinks["comparison_levels"], strict=True):
            for parameter in learned.replace("p", ""):
                share = f"{parameter}_probability"
                level[share] = other.get(share) or level.get(share)
    return replace(bundle, version="of Splink", model=model)


def _resolved(own: Temporaries, bundle: Bundle) -> str:
    own.empty("ruled", DECISION.definition)
    own.empty("flagged", REVIEW_FLAG.definition)
    resolve.partition(
        own.con,
        records="record",
        edges="edge",
        decisions="ruled",
        thresholds=resolve.Thresholds.of(bundle.thresholds),
        into="resolved",
        flags="flagged",
    )
    return _within("resolved", "cluster")


def _connected(con: duckdb.DuckDBPyConnection, linked: str) -> str:
    with quiet_splink(con) as api:
        con.execute(f"CREATE TABLE linked AS SELECT record_l AS unique_id_l, record_r AS unique_id_r FROM ({linked})")
        con.execute("CREATE TABLE node AS SELECT record_key AS unique_id FROM record")
        found = cluster_pairwise_predictions_at_threshold("node", "linked", api, node_id_column_name="unique_id")
        con.execute(f"CREATE TABLE connected AS SELECT unique_id AS record_key, cluster_id FROM {found.physical_name}")
    return _within("connected", "cluster_id")


if __name__ == "__main__":
    main(*sys.argv[1:])
