"""Training: prior, term frequencies, u and m from the records alone; calibration from what is known of some pairs.

* Apparent people: of the records that share a valid identifier, or full name and date of birth, only the first stands.
  Frequencies and u are counted on these, so that one person's many records do not pass for coincidence.
* Prior: first, pairs that share a valid identifier, or full name and date of birth, over all pairs, raised by the
  share of true pairs that show neither; last, the matches that the trained model expects.
* u: every pair of a sample of apparent people.
* m: expectation maximisation over several blockings; if there are several source systems, over pairs of different
  systems, because two copies in one system agree more than two systems do.
* Calibration and thresholds: where people have ruled on pairs, or a truth is given, the records are scored with the new
  model and a line is fitted from weight to probability. No parameter above is touched by it.

The result is a Splink model: what is learned here is written in Splink's form, and Splink scores with it.
"""

import platform
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Any

import duckdb

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.bundle.calibration import UNCALIBRATED
from linkage_models.nominal.bundle.term_frequencies import (
    count_term_frequencies,
    registered,
    with_rarity_sql,
)
from linkage_models.nominal.bundle.thresholds import FALSE_LINK_COSTS, from_costs
from linkage_models.nominal.errors import TrainingError
from linkage_models.nominal.model.blocking import blocking_rules
from linkage_models.nominal.model.comparisons import comparisons
from linkage_models.nominal.model.features import build_features, identifier_kinds_of
from linkage_models.nominal.train.estimation import (
    DETERMINISTIC_RECALL,
    Prior,
    estimate_prior,
    find_apparent_people,
    has_families,
    learn_m,
    learn_u,
)
from linkage_models.nominal.train.labels import Labels, calibrated
from linkage_models.nominal.train.parameters import collate, digits
from linkage_models.nominal.train.prior import expected_prior
from linkage_models.nominal.train.refits import agreement_of_refits
from linkage_models.relations import Temporaries, single_value

PLAIN, KEYS, PEOPLE, INPUT, SAMPLE = (f"training_{part}" for part in ("plain", "key", "people", "input", "sample"))


def train(
    con: duckdb.DuckDBPyConnection,
    records: str,
    *,
    seed: int = 1,
    max_pairs: float = 2e6,
    trained_on: date | None = None,
    costs: dict[str, float] | None = None,
    labels: Labels | None = None,
    refits: int = 0,
) -> Bundle:
    """Train a model bundle.

    Args:
        con: a connection; working tables are temporary and dropped.
        records: relation of `relations.RECORD`.
        seed: decides which apparent people u is sampled from.
        max_pairs: pairs sampled for u, and about as many at most for each run of expectation maximisation.
        trained_on: the date that begins the version (default: today, UTC).
        costs: of a false link in units of a missed one, for each use (default: `FALSE_LINK_COSTS`).
        labels: what is known of some pairs, to calibrate by.
        refits: how many times to train again, with the seeds that follow, to show that the decisions agree.

    Returns:
        The bundle. The same records, seed and date give the same bundle, parameters being rounded to nine digits. What
        the records could not teach keeps its published or stated starting value and is listed in the recipe and card.

    Raises:
        TrainingError: there are fewer than two records with a forename and a surname, or the costs make no sense.
        duckdb.Error: `records` lacks a column.
    """
    day = (trained_on or datetime.now(UTC).date()).isoformat()

    def trained(with_seed: int) -> Bundle:
        with Temporaries(con) as own:
            return _train(own, records, with_seed, max_pairs, day, costs or FALSE_LINK_COSTS)

    bundle = trained(seed)
    if labels and (labels.decisions or labels.people):
        bundle = calibrated(con, records, bundle, labels)
    if refits:
        others = {with_seed: trained(with_seed) for with_seed in range(seed + 1, seed + 1 + refits)}
        recipe = bundle.recipe | {"refits": agreement_of_refits(con, records, bundle, others)}
        bundle = Bundle.of(bundle.model, bundle.frequencies, bundle.calibration, bundle.thresholds, recipe)
    return bundle


def _train(
    own: Temporaries,
    records: str,
    seed: int,
    max_pairs: float,
    trained_on: str,
    costs: dict[str, float],
) -> Bundle:
    con = own.con
    thresholds = from_costs(costs)
    kinds = identifier_kinds_of(con, records)
    build_features(con, records, own.adopt(PLAIN), kinds=kinds)
    if single_value(con, f"SELECT count(*) FROM {PLAIN} WHERE full_name IS NOT NULL") < 2:  # noqa: PLR2004 - a pair has two
        raise TrainingError("Training needs at least two records with a forename and a surname; give more records.")
    find_apparent_people(own, PLAIN, PEOPLE, KEYS, kinds)
    frequencies = count_term_frequencies(con, PEOPLE)
    prior = estimate_prior(con, PLAIN, KEYS)
    with registered(con, frequencies) as names:
        own.table(INPUT, with_rarity_sql(PLAIN, frequencies, names))
    learnable = tuple(comparison for comparison in comparisons(kinds) if not comparison.fixed)
    u = learn_u(own, f"(FROM {INPUT} SEMI JOIN {PEOPLE} USING (unique_id))", SAMPLE, learnable, seed, max_pairs)
    matches, blockings = learn_m(con, INPUT, learnable, kinds, u, seed, max_pairs)
    families = has_families(con, INPUT)
    learned = collate(prior.probability, kinds, u, matches, families=families)
    learned.model["probability_two_random_records_match"] = digits(
        expected_prior(con, INPUT, prior.records, learned.model, kinds, seed, max_pairs)
    )
    recipe = _data(con, prior) | {
        "trained_on": trained_on,
        "seed": seed,
        "max_pairs": max_pairs,
        "people_sampled_for_u": single_value(con, f"SELECT count(*) FROM {SAMPLE}"),
        "pairs_for_m": blockings,
        "blocking_rules": [{"name": r.name, "keys": r.keys, "reason": r.reason} for r in blocking_rules(kinds)],
        "false_link_costs": costs,
        "deterministic_recall": DETERMINISTIC_RECALL,
        "families": families,
        "not_seen": list(learned.not_seen),
        "versions": {name: version(name) for name in ("splink", "duckdb")} | {"python": platform.python_version()},
    }
    return Bundle.of(learned.model, frequencies, UNCALIBRATED, thresholds, recipe)


def _data(con: duckdb.DuckDBPyConnection, prior: Prior) -> dict[str, Any]:
    """Describe the records: how many, of which systems, and a fingerprint that does not depend on their order."""
    fingerprint = single_value(con, f"SELECT printf('%016x', bit_xor(hash(record_key, feature_hash))) FROM {PLAIN}")
    systems = con.execute(f"SELECT source_system, count(*) FROM {PLAIN} GROUP BY ALL ORDER BY ALL").fetchall()
    return {
        "records": sum(records for _, records in systems),
        "source_systems": dict(systems),
        "apparent_people": single_value(con, f"SELECT count(*) FROM {PEOPLE}"),
        "deterministic_pairs": prior.deterministic_pairs,
        "left_out": {"records": prior.left_out, "blocks": prior.blocks_left_out},
        "data_fingerprint": fingerprint,
    }
