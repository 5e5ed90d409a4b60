"""The steps of training that read records: apparent people, the prior, u by sampling and m by maximisation."""

from dataclasses import dataclass
from math import ceil, sqrt

import duckdb
import numpy as np

from linkage_models.nominal.model.blocking import (
    FULL_NAME_AND_DATE,
    identifier_rule,
    keys_sql,
    largest_left_out,
    too_large,
)
from linkage_models.nominal.model.comparison import Comparison
from linkage_models.nominal.model.condition import as_sql, both, condition, of_relations
from linkage_models.nominal.model.kinship import ONE_ADDRESS
from linkage_models.nominal.train.agreement import count_patterns, counts_by_level
from linkage_models.nominal.train.maximisation import Parameters, maximise
from linkage_models.relations import Temporaries, single_row, single_value

DETERMINISTIC_RECALL = 0.9
"""Share of true pairs that share a valid identifier, or full name and date of birth.

From the published rates: name exact 0.881 times date of birth exact 0.948 is 0.83 without any identifier, and about
half of the rest share one.
"""

SMALLEST_MATCH_RATE = 0.01
"""Matching pairs for each record that the prior assumes if the records show no deterministic pair at all."""


@dataclass(frozen=True, slots=True)
class TrainingBlocking:
    """Features whose equality gives the pairs of one run of expectation maximisation.

    Attributes:
        columns: the features.
        leaves_out: the comparisons that the equality decides, which the run cannot teach.
    """

    columns: tuple[str, ...]
    leaves_out: tuple[str, ...]


OTHER_BLOCKINGS: tuple[TrainingBlocking, ...] = (
    TrainingBlocking(("dob_text", "surname_v"), ("date_of_birth", "name")),
    TrainingBlocking(("dob_text", "forename_v"), ("date_of_birth", "name")),
    TrainingBlocking(("full_name",), ("name", "sex")),
    TrainingBlocking(("dob_text", "postcode"), ("date_of_birth", "postcode", "address", "house_number")),
)
"""Each run teaches the other comparisons: names teach dates and addresses, and these teach names. Before them comes a
run for each kind of identifier, which teaches everything except itself."""

FEWEST_PAIRS = 20
"""Pairs a blocking must give to be learned from."""


@dataclass(frozen=True, slots=True)
class Prior:
    """The probability that two records taken at random are of one person, and what it was counted from.

    Attributes:
        probability: the first guess.
        deterministic_pairs: pairs that share a valid identifier, or full name and date of birth.
        records: the records counted; those of a block left out count as one.
        left_out: records that share such a key with more others than are compared.
        blocks_left_out: the keys they share.
    """

    probability: float
    deterministic_pairs: int
    records: int
    left_out: int
    blocks_left_out: int


FAMILY_PAIRS = 150
"""Pairs of one person, by surname, date of birth and address, from which records can show they hold no families."""

FAMILY_SHARE = 0.02
"""Relatives for each such pair below which a population holds no families. Twins are taken to be at most a twentieth
of the relatives who share a household, so they are then rarer than one in a thousand of the pairs, and a forename that
is wholly wrong, in about one pair in fifty (domain section 4), explains unlike forenames better than a twin does."""


def has_families(con: duckdb.DuckDBPyConnection, features: str) -> bool:
    """Return whether relatives are among the records, and so twins may be.

    Relatives are pairs of one surname and address whose forenames are unlike and whose years of birth lie two or more
    apart. A person's own records show that by two slips at once, as often as the rates of the two alone say; what is
    beyond that, with twice its Poisson error and three for none seen, is the most there may be of relatives.

    Args:
        con: the connection.
        features: the table of all records.

    Returns:
        False only if the records are many enough to show that there are none.
    """
    same_name = condition("l.surname_v = r.surname_v AND l.postcode = r.postcode AND l.unique_id < r.unique_id")
    counts = single_row(
        con,
        f"""
        SELECT
            count_if(same_date AND same_forename), count_if(same_date AND NOT same_forename),
            count_if(far AND same_forename), count_if(far AND unlike)
        FROM (
            SELECT
                l.dob_text = r.dob_text AS same_date, l.forename_v = r.forename_v AS same_forename,
                abs(year(l.dob) - year(r.dob)) >= 2 AS far,
                NOT same_forename AND NOT list_has_any(l.given_names, r.given_names)
                    AND jaro_winkler_similarity(l.forename_v, r.forename_v) < 0.8 AS unlike
            FROM {largest_left_out(features, "surname_v, postcode")} AS l JOIN {features} AS r
                ON {as_sql(both(same_name, of_relations(ONE_ADDRESS)))}
        )
    """,
    )
    same, slip_in_name, slip_in_date, relatives = (count or 0 for count in counts)
    if same < FAMILY_PAIRS:
        return True
    slips = slip_in_name * slip_in_date / same
    most = relatives - slips + 2 * sqrt(relatives + slips) + 3
    return bool(most > FAMILY_SHARE * same)


def find_apparent_people(own: Temporaries, features: str, people: str, keys: str, kinds: tuple[str, ...]) -> None:
    """Create `keys`, the deterministic keys of each record, and `people`, those that share none with an earlier one.

    Args:
        own: the temporary relations of the training.
        features: a table with the columns of `build_features`.
        people: the temporary table to create, of the same columns.
        keys: the temporary table to create, of `id` and `blocking_key`.
        kinds: the kinds of identifier in the features.
    """
    rules = (*(identifier_rule(kind) for kind in kinds), FULL_NAME_AND_DATE)
    own.table(keys, keys_sql(features, "unique_id", rules))
    first = f"(SELECT blocking_key, min(id) AS first FROM {keys} GROUP BY ALL)"
    later = f"SELECT id FROM {keys} JOIN {first} USING (blocking_key) WHERE id > first"
    own.table(people, f"FROM {features} WHERE unique_id NOT IN ({later})")


def estimate_prior(con: duckdb.DuckDBPyConnection, features: str, keys: str) -> Prior:
    """Count the pairs that share a deterministic key and raise them by `DETERMINISTIC_RECALL`.

    Args:
        con: the connection.
        features: the table of all records.
        keys: their deterministic keys.
    """
    blocks = single_value(con, f"SELECT count(*) FROM ({too_large(keys)})")
    left_out = single_value(
        con, f"SELECT count(DISTINCT id) FROM {keys} SEMI JOIN ({too_large(keys)}) USING (blocking_key)"
    )
    # A row that was delivered a million times is not a million people whom a pair taken at random could be of.
    records = single_value(con, f"SELECT count(*) FROM {features}") - left_out + min(blocks, left_out)
    pairs = single_value(
        con,
        f"""
        SELECT count(*) FROM (
            SELECT DISTINCT l.id, r.id
            FROM {largest_left_out(keys)} AS l JOIN {keys} AS r USING (blocking_key) WHERE l.id < r.id)
        """,
    )
    matches = max(pairs / DETERMINISTIC_RECALL, SMALLEST_MATCH_RATE * records)
    possible = max(records * (records - 1) / 2, 1)
    return Prior(min(0.5, matches / possible), pairs, records, left_out, blocks)


def learn_u(
    own: Temporaries,
    people: str,
    sample: str,
    learnable: tuple[Comparison, ...],
    seed: int,
    max_pairs: float,
) -> Parameters:
    """Learn u from every pair of a sample of apparent people.

    Each level starts with one pair seen at its stated rate, so that a level the sample never shows is neither
    impossible nor, in a small sample, rarer than stated.

    Args:
        own: the temporary relations of the training.
        people: a relation of features, each apparent person once, with `rare_postcodes`.
        sample: the temporary table to create for the sample.
        learnable: the comparisons to learn.
        seed: decides the sample, together with the record keys.
        max_pairs: pairs to count, about.

    Returns:
        For each comparison that training learns its levels' u, summing to one.
    """
    rows = ceil((1 + sqrt(1 + 8 * max_pairs)) / 2)
    own.table(sample, f"FROM {people} ORDER BY hash(record_key, $seed), record_key LIMIT {rows}", {"seed": seed})
    learned = {}
    for comparison in learnable:
        pairs = f"FROM {sample} AS l JOIN {sample} AS r ON l.unique_id < r.unique_id"
        if comparison.alike:
            pairs = _alike_pairs(own.con, people, comparison.alike, seed, max_pairs)
        patterns = count_patterns(own.con, pairs, (comparison,))
        counts = counts_by_level(patterns, patterns.pairs.astype(np.float64))[comparison.name]
        stated = np.array([level.u for level in comparison.levels])
        rates = (counts + 1) / (counts.sum() + 1 / stated)
        rates = np.where([level.u_stated for level in comparison.levels], stated, rates)
        learned[comparison.name] = rates / rates.sum()
    return learned


def _alike_pairs(con: duckdb.DuckDBPyConnection, people: str, alike: str, seed: int, max_pairs: float) -> str:
    """Return the FROM clause of at most about `max_pairs` pairs of apparent people that share a feature.

    Pairs with a date of birth or a postcode in common are left out: too many are one person who was not recognised.
    """
    found = single_value(
        con,
        f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM {people} WHERE {alike} IS NOT NULL "
        f"GROUP BY {alike})",
    )
    share = min(1.0, sqrt(max_pairs / max(found, 1)))
    some = f"(FROM {people} WHERE hash(record_key, {seed}) % 1000000 < {round(1_000_000 * share)})"
    return (
        f"FROM {some} AS l JOIN {some} AS r ON l.{alike} = r.{alike} AND l.unique_id < r.unique_id"
        " AND NOT list_has_any(l.dobs, r.dobs) AND NOT list_has_any(l.postcodes, r.postcodes)"
    )


def thinned(pairs: str, found: int, seed: int, max_pairs: float) -> str:
    """Return a FROM clause with about `max_pairs` of the pairs it gives, chosen by the record keys and the seed."""
    if found <= max_pairs:
        return pairs
    return f"{pairs} AND hash(l.record_key, r.record_key, {seed}) % 1000000 < {round(1_000_000 * max_pairs / found)}"


def learn_m(
    con: duckdb.DuckDBPyConnection,
    features: str,
    learnable: tuple[Comparison, ...],
    kinds: tuple[str, ...],
    u: Parameters,
    seed: int,
    max_pairs: float,
) -> tuple[Parameters, dict[str, int]]:
    """Learn m by expectation maximisation over each training blocking that gives enough pairs.

    Args:
        con: the connection.
        features: the table of all records, with `rare_postcodes`.
        learnable: the comparisons to learn.
        kinds: the kinds of identifier among them.
        u: u of every comparison that training learns.
        seed: decides which pairs are taken if a blocking gives more than `max_pairs`.
        max_pairs: pairs taken for each blocking, about.

    Returns:
        For each comparison the expected number of matching pairs on each level, summed over the blockings, and the
        pairs each blocking gave.
    """
    several = single_value(con, f"SELECT count(DISTINCT source_system) FROM {features}") > 1
    totals = {comparison.name: np.zeros(len(comparison.levels)) for comparison in learnable}
    given: dict[str, int] = {}
    identifiers = tuple(TrainingBlocking((f"{kind}_id",), (kind,)) for kind in kinds)
    for blocking in (*identifiers, *OTHER_BLOCKINGS):
        join = " AND ".join(f"l.{column} = r.{column}" for column in blocking.columns)
        system = " AND l.source_system <> r.source_system" if several else ""
        some = largest_left_out(features, ", ".join(blocking.columns))
        pairs = f"FROM {some} AS l JOIN {features} AS r ON {join}{system} AND l.unique_id < r.unique_id"
        found = given[" and ".join(blocking.columns)] = single_value(con, f"SELECT count(*) {pairs}")
        if found < FEWEST_PAIRS:
            continue
        pairs = thinned(pairs, found, seed, max_pairs)
        free = tuple(comparison for comparison in learnable if comparison.name not in blocking.leaves_out)
        for name, counts in maximise(count_patterns(con, pairs, free), u).items():
            totals[name] += counts
    return totals, given
