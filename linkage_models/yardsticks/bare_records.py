"""A bare Splink script for nominal records of any kind, at the best threshold the truth could choose for it.

Usage: `python -m linkage_models.yardsticks.bare_records RECORDS.parquet [across]`, where the file has the columns of
`nominal.record` and `person_id`. With `across`, no source holds anybody twice and only links between sources count.
Prints one line of JSON: the best threshold, what it gives, and the columns compared.

It is what a careful author would write without knowing the data: each field that the records really fill, once, by
Splink's own comparison for fields of that kind; blocking on identifiers, contact points, dates, names and addresses, as
long as a rule makes no more pairs than can be afforded; u by sampling, m by EM on a few blocks.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from linkage_models.relations import literal, quote, single_row, single_value, statement
from linkage_models.yardsticks.sweep import best_threshold, true_links

LOWEST_WEIGHT = -30.0
"""Match weight from which pairs are kept for the sweep: far below where any best threshold lies."""

FILLED, REPEATED = 0.02, 2
"""A field is compared if this share of records has it, and this many records share a value of it."""

PAIRS_A_RECORD = 50
"""A rule that makes more pairs than this for each record is one that an author would refine or drop."""

POSTCODE = r"^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$"
"""British ones have a comparison of their own in Splink."""

SAMPLED_PAIRS, SEED = 5e6, 1
LEARNED_FROM = 2
"""Blocks from which m is learned at the least, so that each field is learned where another one blocks."""
RECALL = 0.7
"""What an author would guess of the rules by which the prior is estimated."""

KEYS = ("record_key", "source_system")

SWAPPED = "l.forename = r.surname AND l.surname = r.forename"


class _Records:
    """The records as one flat table, with the fields that are worth comparing."""

    def __init__(self, con: duckdb.DuckDBPyConnection, file: str) -> None:
        self.con = con
        con.execute(f"CREATE TABLE given AS FROM read_parquet({literal(file)})")
        con.execute(f"CREATE TABLE flat AS {statement(__file__, 'flat_record')}")
        self.many = [self._of_kinds("identifiers", "id"), self._of_kinds("contact_points", "contact")]
        self.count = single_value(con, "SELECT count(*) FROM flat")
        names = [name for name, *_ in con.execute("DESCRIBE flat").fetchall()]
        self.used = {name for name in names if name not in KEYS and self._worth_it(name)}
        self.identifiers, self.contacts = ([name for name in of_kinds if name in self.used] for of_kinds in self.many)

    def _of_kinds(self, field: str, prefix: str) -> list[str]:
        """Add a column with the first value of each kind that a list holds."""
        kinds = [
            kind
            for (kind,) in self.con.execute(
                f"SELECT DISTINCT held.kind FROM (SELECT unnest({field}) AS held FROM given) ORDER BY 1"
            ).fetchall()
        ]
        for kind in kinds:
            name = f"{prefix}_{kind.lower()}"
            self.con.execute(f"ALTER TABLE flat ADD COLUMN {quote(name)} VARCHAR")
            self.con.execute(
                f"UPDATE flat SET {quote(name)} = list_filter(given.{field}, lambda held: held.kind = $kind)[1].value "
                "FROM given WHERE given.record_key = flat.record_key",
                {"kind": kind},
            )
        return [f"{prefix}_{kind.lower()}" for kind in kinds]

    def _worth_it(self, name: str) -> bool:
        column = quote(name)
        filled, values, most = single_row(
            self.con,
            f"SELECT coalesce(sum(records), 0), count(*), coalesce(max(records), 0) FROM "
            f"(SELECT count(*) AS records FROM flat WHERE {column} IS NOT NULL GROUP BY {column})",
        )
        return bool(filled >= FILLED * self.count and values > 1 and most >= REPEATED)

    def pairs(self, block: Sequence[str]) -> int:
        """Return how many pairs a block makes; 0 if one of its columns is not used."""
        if not set(block) <= self.used:
            return 0
        keys = ", ".join(map(quote, block))
        known = " AND ".join(f"{quote(name)} IS NOT NULL" for name in block)
        return int(
            single_value(
                self.con,
                f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM "
                f"(SELECT count(*) AS n FROM flat WHERE {known} GROUP BY {keys})",
            )
        )

    def comparisons(self) -> list[Any]:
        """Return a comparison of each field that is used."""
        made: list[Any] = []
        names = [name for name in ("forename", "surname") if name in self.used]
        if len(names) > 1:
            made.append(cl.ForenameSurnameComparison(*names, forename_surname_concat_col_name="full_name"))
        else:
            made += [_rare(cl.NameComparison(name)) for name in names]
        british = single_value(self.con, f"SELECT avg((postcode ~ {literal(POSTCODE)})::INT) FROM flat") or 0.0
        of_kind = {
            "middle_names": cl.JaroWinklerAtThresholds("middle_names", [0.85]),
            "birth_date": cl.DateOfBirthComparison("birth_date", input_is_string=True),
            "sex": cl.ExactMatch("sex"),
            "birth_place": _rare(cl.ExactMatch("birth_place")),
            "postcode": cl.PostcodeComparison("postcode")
            if british > 1 / 2
            else _rare(cl.DamerauLevenshteinAtThresholds("postcode", [1])),
            "address": _rare(cl.JaroWinklerAtThresholds("address", [0.95, 0.85])),
        }
        made += [comparison for name, comparison in of_kind.items() if name in self.used]
        made += [cl.DamerauLevenshteinAtThresholds(name, [1]) for name in self.identifiers]
        for name in self.contacts:
            made.append(cl.EmailComparison(name) if name.endswith("_email") else _rare(cl.ExactMatch(name)))
        return made

    def blocks(self) -> list[tuple[str, ...]]:
        """Return the blocking rules that can be afforded, as columns."""
        wanted = [
            *((name,) for name in (*self.identifiers, *self.contacts)),
            ("birth_date",),
            ("postcode",),
            ("address",),
            ("forename", "surname"),
            *((name, other) for name in ("forename", "surname") for other in ("birth_year", "birth_day", "postcode")),
        ]
        return [block for block in wanted if 0 < self.pairs(block) <= PAIRS_A_RECORD * self.count]


def _rare(comparison: Any) -> Any:  # noqa: ANN401  # Splink's creators share no public type
    """Return a comparison in which rare values agree more strongly."""
    return comparison.configure(term_frequency_adjustments=True)


def run(file: str, *, across: bool = False) -> dict[str, Any]:
    """Read, train, predict, and sweep the threshold."""
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    records = _Records(con, file)
    people = con.execute("SELECT record_key, source_system, person_id FROM given").fetchall()
    blocks = records.blocks()
    pairs = _predicted(con, records, blocks, across=across) if blocks else []
    best = best_threshold(pairs, people, true_links(people, across=across), across=across)
    return {**asdict(best), "columns": sorted(records.used), "rules": [list(block) for block in blocks]}


def _predicted(
    con: duckdb.DuckDBPyConnection, records: _Records, blocks: list[tuple[str, ...]], *, across: bool
) -> list[tuple[str, str, float]]:
    rules: list[Any] = [block_on(*block) for block in blocks]
    if {"forename", "surname"} <= records.used:
        rules.append(SWAPPED)
    settings = SettingsCreator(
        unique_id_column_name="record_key",
        source_dataset_column_name="source_system",
        link_type="link_only" if across else "dedupe_only",
        blocking_rules_to_generate_predictions=rules,
        comparisons=records.comparisons(),
    )
    api = DuckDBAPI(con)
    tables = _of_sources(con) if across else ["flat"]
    linker = Linker([api.register(table) for table in tables], settings)
    whole = tuple(name for name in ("forename", "surname", "birth_date") if name in records.used)
    sure = [block for block in (*((name,) for name in records.identifiers), whole) if records.pairs(block)]
    if sure:
        linker.training.estimate_probability_two_random_records_match(
            [block_on(*block) for block in sure], recall=RECALL
        )
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=SEED)
    # What people of one household have in common would teach what households are, not what one person is.
    first = [("birth_date",), ("forename", "surname"), *((name,) for name in records.identifiers[:1])]
    learned = 0
    for block in sorted(blocks, key=lambda block: first.index(block) if block in first else len(first)):
        if block not in first and learned >= LEARNED_FROM:
            break
        # Splink refuses an m of nothing, to which EM may run on little data; an author would then try another block.
        with contextlib.suppress(ValueError):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))
            learned += 1
    predicted = linker.inference.predict(threshold_match_weight=LOWEST_WEIGHT)
    return con.execute(
        f"SELECT record_key_l, record_key_r, match_weight FROM {predicted.physical_name} ORDER BY match_weight DESC"
    ).fetchall()


def _of_sources(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Make a table of each source's records, as linking without duplicates asks for."""
    sources = [source for (source,) in con.execute("SELECT DISTINCT source_system FROM flat ORDER BY 1").fetchall()]
    for place, source in enumerate(sources):
        con.execute(f"CREATE TABLE source_{place} AS FROM flat WHERE source_system = $source", {"source": source})
    return [f"source_{place}" for place in range(len(sources))]


def main(file: str, *flags: str) -> None:
    """Run it and print its best."""
    logging.disable(logging.WARNING)
    sys.stdout.write(json.dumps(run(file, across="across" in flags)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
