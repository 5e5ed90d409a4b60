"""A bare Splink script for the public FEBRL sets, at the best threshold the truth could choose for it.

Usage: `python -m linkage_models.yardsticks.bare_febrl VARIANT FILE.csv [FILE.csv]`, where a file has rec_id,
given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth (YYYYMMDD) and perhaps
soc_sec_id. One file is searched for duplicates, two are linked. VARIANT is `documented`, the comparisons and blocking
rules that Splink's own examples show for these sets, or `tuned`, a careful author's. Prints one line of JSON: the best
threshold and what it gives.

The truth is in `rec_id` (`rec-7-org` and `rec-7-dup-0` are one person). No one who links real records could sweep the
threshold with it, so what this prints is more than such a script gives in life.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from linkage_models.yardsticks.sweep import Best, best_threshold, true_links

LOWEST_WEIGHT = -10.0
"""Match weight from which pairs are kept for the sweep: far below where any best threshold lies."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a script's author wrote: blocking rules, comparisons, and how the number is compared if there is one."""

    rules: list[Any]
    comparisons: list[Any]
    number: Any


def _rare(comparison: Any) -> Any:  # noqa: ANN401  # Splink's creators share no public type
    """Return a comparison in which rare values agree more strongly."""
    return comparison.configure(term_frequency_adjustments=True)


NUMBER = "soc_sec_id"
SWAPPED = "l.given_name = r.surname and l.surname = r.given_name"
DATE = cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d")

DOCUMENTED_DEDUPE = Script(
    rules=[block_on(column) for column in ("given_name", "surname", "date_of_birth", "postcode")],
    comparisons=[
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        DATE,
        _rare(cl.ExactMatch("street_number")),
        _rare(cl.ExactMatch("postcode")),
    ],
    number=cl.DamerauLevenshteinAtThresholds(NUMBER, [2]),
)
"""Splink's example for FEBRL 3."""

DOCUMENTED_LINK = Script(
    rules=[
        block_on("given_name", "surname"),
        SWAPPED,
        block_on("date_of_birth"),
        block_on("state", "address_1"),
        block_on("street_number", "address_1"),
        block_on("postcode"),
    ],
    comparisons=[
        _rare(cl.NameComparison("given_name")),
        _rare(cl.NameComparison("surname")),
        DATE,
        _rare(cl.ExactMatch("street_number")),
        _rare(cl.DamerauLevenshteinAtThresholds("postcode", [1, 2])),
    ],
    number=cl.DamerauLevenshteinAtThresholds(NUMBER, [1, 2]),
)
"""Splink's example for FEBRL 4, its detailed model."""

TUNED = Script(
    rules=[
        block_on("date_of_birth"),
        block_on("postcode"),
        block_on("given_name", "surname"),
        SWAPPED,
        block_on("surname", "state"),
        block_on("given_name", "state"),
        block_on("street_number", "address_1"),
        block_on("state", "address_1"),
        block_on("suburb", "street_number"),
        block_on("address_2"),
        block_on("substr(date_of_birth, 1, 4)", "suburb"),
        block_on("substr(date_of_birth, 1, 6)", "state"),
    ],
    comparisons=[
        cl.ForenameSurnameComparison("given_name", "surname", forename_surname_concat_col_name="full_name"),
        DATE,
        cl.DamerauLevenshteinAtThresholds("street_number", 1),
        cl.JaroWinklerAtThresholds("address_1", [0.95, 0.85]),
        cl.JaroWinklerAtThresholds("address_2", [0.95, 0.85]),
        _rare(cl.JaroWinklerAtThresholds("suburb", [0.95, 0.85])),
        _rare(cl.DamerauLevenshteinAtThresholds("postcode", [1, 2])),
        cl.ExactMatch("state"),
    ],
    number=cl.DamerauLevenshteinAtThresholds(NUMBER, [1, 2]),
)
"""A careful author's: every field compared, and blocking rules for whatever may be missing or mistyped."""


def run(variant: str, files: Sequence[str]) -> Best:
    """Read, train, predict, and sweep the threshold."""
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    across = len(files) > 1
    tables = [f"file_{place}" for place in range(len(files))]
    for table, file in zip(tables, files, strict=True):
        con.execute(
            f"""
            CREATE TABLE {table} AS
            SELECT *, given_name || ' ' || surname AS full_name, regexp_extract(rec_id, '^rec-[0-9]+') AS person
            FROM read_csv($file, header = true, all_varchar = true)
            """,
            {"file": file},
        )
    has_number = NUMBER in {name for name, *_ in con.execute(f"DESCRIBE {tables[0]}").fetchall()}
    tuned = variant == "tuned"
    script = TUNED if tuned else DOCUMENTED_LINK if across else DOCUMENTED_DEDUPE
    number_rule = [block_on(NUMBER)] if has_number else []
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="link_only" if across else "dedupe_only",
        blocking_rules_to_generate_predictions=[*number_rule, *script.rules],
        comparisons=[*script.comparisons, *([script.number] if has_number else [])],
    )
    sure: list[Any] = [*number_rule, block_on("given_name", "surname", "date_of_birth")]
    if not across:
        sure.append(f"{SWAPPED} and l.date_of_birth = r.date_of_birth")
    api = DuckDBAPI(con)
    linker = Linker([api.register(table) for table in tables], settings)
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.8 if across else 0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7 if tuned else 1e6, seed=2)
    for rule in (block_on("date_of_birth"), block_on("postcode")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=across
        )
    predicted = linker.inference.predict(threshold_match_weight=LOWEST_WEIGHT)
    pairs = con.execute(
        f"SELECT rec_id_l, rec_id_r, match_weight FROM {predicted.physical_name} ORDER BY match_weight DESC"
    ).fetchall()
    con.execute(
        "CREATE TABLE record AS "
        + " UNION ALL ".join(f"SELECT rec_id, '{table}' AS side, person FROM {table}" for table in tables)
    )
    people = con.execute("FROM record").fetchall()
    return best_threshold(pairs, people, true_links(people, across=across), across=across)


def main(variant: str, *files: str) -> None:
    """Run one variant and print its best."""
    logging.disable(logging.WARNING)
    sys.stdout.write(json.dumps(asdict(run(variant, files))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
