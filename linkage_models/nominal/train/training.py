"""Training: frequencies, u, m, households, priors and blocking rules from the records alone; calibration from labels.

* Apparent people: of the records that share a valid identifier, or full name and date of birth, only the first stands.
  Frequencies and u are counted on these, so that one person's many records do not pass for coincidence.
* u: every pair of a sample of apparent people.
* Candidates: the pairs that a rich catalogue of blocking rules finds, or a share of them (`candidates`).
* m, households, priors: expectation maximisation of a mixture of three kinds of pair over all candidates (`mixture`).
* Blocking rules: those that together find most expected matches within a budget of pairs.
* Thresholds: from the quality that the mixture expects; from costs where a user states them or pairs are labelled.
* Calibration: where people have ruled on pairs, or a truth is given, the records are scored with the new model and a
  line is fitted from weight to probability. No parameter above is touched by it.

The result is a Splink model and what was learned of households; Splink scores with it.
"""

import platform
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.bundle import Bundle
from linkage_models.nominal.bundle.calibration import UNCALIBRATED
from linkage_models.nominal.bundle.term_frequencies import attach, count_term_frequencies
from linkage_models.nominal.bundle.thresholds import FALSE_LINK_COSTS, from_costs, from_expected
from linkage_models.nominal.errors import TrainingError
from linkage_models.nominal.model.blocking import catalogue, identifier_rule
from linkage_models.nominal.model.common_values import without_common
from linkage_models.nominal.model.comparisons import comparisons
from linkage_models.nominal.model.features import build_features, identifier_kinds_of
from linkage_models.nominal.model.household import OWN_NAME
from linkage_models.nominal.train.agreement import Patterns, count_patterns, levels_sql
from linkage_models.nominal.train.candidates import PAIRS_A_RECORD, Candidates, Choice, choose, make_candidates
from linkage_models.nominal.train.estimation import (
    Prior,
    estimate_prior,
    find_apparent_people,
    learn_proportions,
    learn_u,
)
from linkage_models.nominal.train.labels import Labels, calibrated
from linkage_models.nominal.train.mixture import Mixture, fit
from linkage_models.nominal.train.parameters import collate, digits
from linkage_models.nominal.train.refits import agreement_of_refits
from linkage_models.relations import Temporaries, single_value

SEEN, PLAIN, KEYS, PEOPLE, INPUT, SAMPLE, PAIRS = (
    f"training_{part}" for part in ("seen", "plain", "key", "people", "input", "sample", "pair")
)

CHANCE = f"""
SELECT coalesce(sum(share * share), 0)
FROM (SELECT count(*) / sum(count(*)) OVER () AS share FROM {PEOPLE} WHERE {OWN_NAME} IS NOT NULL GROUP BY {OWN_NAME})
"""
"""The query of the share of pairs of two people with one forename."""


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
        costs: of a false link in units of a missed one, for each use (default: the thresholds follow from the quality
            that the model expects; where pairs are labelled, from `FALSE_LINK_COSTS`).
        labels: what is known of some pairs, to calibrate by.
        refits: how many times to train again, with the seeds that follow, to show that the decisions agree.

    Returns:
        The bundle. The same records, seed and date give the same bundle, parameters being rounded to nine digits. What
        the records could not teach keeps its published or stated starting value and is listed in the recipe and card.

    Raises:
        TrainingError: there are fewer than two records with a forename and a surname, all records are alike, or the
            costs make no sense.
        duckdb.Error: `records` lacks a column.
    """
    day = (trained_on or datetime.now(UTC).date()).isoformat()

    def trained(with_seed: int) -> Bundle:
        with Temporaries(con) as own:
            return _train(own, records, with_seed, max_pairs, day, costs)

    bundle = trained(seed)
    if labels and (labels.decisions or labels.people):
        bundle = calibrated(con, records, bundle, labels)
    if refits:
        others = {with_seed: trained(with_seed) for with_seed in range(seed + 1, seed + 1 + refits)}
        recipe = bundle.recipe | {"refits": agreement_of_refits(con, records, bundle, others)}
        bundle = bundle.changed(recipe)
    return bundle


def _train(
    own: Temporaries, records: str, seed: int, max_pairs: float, trained_on: str, costs: dict[str, float] | None
) -> Bundle:
    con = own.con
    stated = from_costs(costs or FALSE_LINK_COSTS)
    kinds = identifier_kinds_of(con, records)
    common = without_common(own, records, SEEN)
    build_features(con, SEEN, own.adopt(PLAIN), kinds=kinds)
    if single_value(con, f"SELECT count(*) FROM {PLAIN} WHERE full_name IS NOT NULL") < 2:  # noqa: PLR2004 - a pair has two
        raise TrainingError("Training needs at least two records with a forename and a surname; give more records.")
    find_apparent_people(own, PLAIN, PEOPLE, KEYS, kinds)
    frequencies = count_term_frequencies(con, PEOPLE)
    prior = estimate_prior(con, PLAIN, KEYS)
    attach(own, PLAIN, INPUT, frequencies)
    compared = comparisons(kinds)
    people = f"(FROM {INPUT} SEMI JOIN {PEOPLE} USING (unique_id))"
    learnable = tuple(comparison for comparison in compared if not comparison.fixed)
    u = {c.name: np.array([level.u for level in c.levels]) / sum(level.u for level in c.levels) for c in compared}
    u |= learn_u(own, people, SAMPLE, learnable, seed, max_pairs)
    within = learn_proportions(con, people, compared, u, seed, max_pairs)
    chance = max(1e-6, single_value(con, CHANCE))
    candidates = make_candidates(own, PLAIN, catalogue(kinds), PAIRS, seed, max_pairs)
    if not candidates.rules:
        raise TrainingError(
            "These records are too alike to learn from: every blocking rule compares more than "
            f"{PAIRS_A_RECORD:.0f} pairs a record; train on records of more people."
        )
    join = f"FROM {PAIRS} JOIN {INPUT} AS l ON l.unique_id = one JOIN {INPUT} AS r ON r.unique_id = other"
    patterns = count_patterns(con, f"({levels_sql(join, compared, ('rules',))})", compared, u)
    possible = max(prior.records * (prior.records - 1) / 2, 1.0)
    mixture = fit(patterns, 1 / candidates.share, u, within, possible, chance, prior.matches)
    learned = collate(kinds, compared, u, mixture, possible, chance)
    always = frozenset(identifier_rule(kind).name for kind in kinds)
    choice, weights, pairs = _chosen(patterns, candidates, mixture, PAIRS_A_RECORD * prior.records, always)
    thresholds = stated if costs else from_expected(weights, pairs)
    recipe = _data(con, prior) | {
        "trained_on": trained_on,
        "seed": seed,
        "max_pairs": max_pairs,
        "people_sampled_for_u": single_value(con, f"SELECT count(*) FROM {SAMPLE}"),
        "common_values": common,
        "candidate_pairs": round(sum(choice.pairs)),
        "blocking_rules": [
            {"name": rule.name, "keys": rule.keys, "reason": rule.reason, "pairs": pairs, "adds": adds}
            for rule, pairs, adds in (
                *((rule, 0, 0.0) for rule in catalogue(kinds) if rule.name in always and rule not in choice.rules),
                *zip(choice.rules, choice.pairs, choice.adds, strict=True),
            )
        ],
        "false_link_costs": costs or FALSE_LINK_COSTS,
        "thresholds_from": "costs" if costs else "expected quality",
        "matches": digits(mixture.matches),
        "relatives": digits(mixture.relatives),
        "seen": learned.seen,
        "not_seen": list(learned.not_seen),
        "expected": _expected(weights, pairs, thresholds.link, mixture.matches),
        "versions": {name: version(name) for name in ("splink", "duckdb")} | {"python": platform.python_version()},
    }
    return Bundle.of(learned.model, learned.household, learned.slips, frequencies, UNCALIBRATED, thresholds, recipe)


def _chosen(
    patterns: Patterns, candidates: Candidates, mixture: Mixture, budget: float, always: frozenset[str]
) -> tuple[Choice, NDArray[np.float64], NDArray[np.float64]]:
    """Choose blocking rules; return them with the weights of the pairs that they find, and how many have each."""
    weights = mixture.weights[patterns.found["pattern"]]
    pairs = patterns.found["pairs"] / candidates.share
    masks, kind = np.unique(patterns.found["rules"], return_inverse=True)
    probability = 1 / (1 + np.exp2(-np.clip(weights, -500, 500)))
    matches, of = (
        np.bincount(kind, values, minlength=len(masks)).astype(np.float64) for values in (pairs * probability, pairs)
    )
    choice = choose(candidates, masks, of, matches, always, budget)
    kept = choice.kept[kind]
    return choice, weights[kept], pairs[kept]


def _expected(
    weights: NDArray[np.float64], pairs: NDArray[np.float64], link: float, matches: float
) -> dict[str, float]:
    """Return the precision and recall that the model expects of the pairs from the link threshold upwards."""
    linked = weights >= link
    right = float((pairs[linked] / (1 + np.exp2(-np.clip(weights[linked], -500, 500)))).sum())
    return {
        "links": digits(float(pairs[linked].sum())),
        "precision": digits(right / max(float(pairs[linked].sum()), 1e-9)) if linked.any() else 1.0,
        "recall": digits(right / max(matches, 1e-9)),
    }


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
