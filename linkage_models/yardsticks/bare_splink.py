"""The yardstick: a bare Splink script of plain comparisons, run as a process of its own for a fair time and memory.

Usage: `python -m linkage_models.yardsticks.bare_splink RECORDS.parquet`, where the file has record_key, source_system,
forename, middle_names, surname, birth_date, postcode, pnc and sex. Prints one line of JSON: seconds per stage, pairs,
clusters and peak memory in MB.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from typing import Any

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

LINK_WEIGHT = 8.0
"""Match weight of a link, as a script's author would set it: odds of 256 to one."""


def main(records: str) -> None:
    """Read, train, predict and cluster, and print what it took."""
    logging.disable(logging.WARNING)
    began = time.monotonic()
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE record AS SELECT record_key AS unique_id, source_system AS source_dataset, forename, "
        "middle_names, surname, birth_date, postcode, pnc, sex, forename || ' ' || surname AS full_name, "
        "postcode[:-4] AS outcode FROM read_parquet($file)",
        {"file": records},
    )
    rules: list[Any] = [
        block_on("pnc"),
        block_on("birth_date", "postcode"),
        block_on("birth_date", "surname"),
        block_on("birth_date", "forename"),
        block_on("forename", "surname", "postcode"),
        block_on("full_name", "middle_names"),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.ForenameSurnameComparison("forename", "surname", forename_surname_concat_col_name="full_name"),
            cl.JaroWinklerAtThresholds("middle_names", [0.85]),
            cl.DateOfBirthComparison("birth_date", input_is_string=False),
            cl.PostcodeComparison("postcode"),
            cl.ExactMatch("pnc"),
            cl.ExactMatch("sex"),
        ],
    )
    linker = Linker(DuckDBAPI(con).register("record"), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("pnc"), block_on("forename", "surname", "birth_date")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for rule in (block_on("pnc"), block_on("birth_date", "postcode")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=2e6)
    trained = time.monotonic()
    pairs = linker.inference.predict(threshold_match_weight=-5)
    predicted = time.monotonic()
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_weight=LINK_WEIGHT)
    clustered = time.monotonic()
    counts = con.execute(
        f"SELECT (SELECT count(*) FROM {pairs.physical_name}), count(DISTINCT cluster_id) FROM {clusters.physical_name}"
    ).fetchone() or (0, 0)
    report = {
        "train": round(trained - began, 2),
        "predict": round(predicted - trained, 2),
        "cluster": round(clustered - predicted, 2),
        "total": round(clustered - began, 2),
        "pairs": counts[0],
        "clusters": counts[1],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
