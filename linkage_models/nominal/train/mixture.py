"""Expectation maximisation of a mixture of three kinds of pair: one person, two of one household, two strangers.

Candidate pairs show patterns of levels. Given its kind, a pair's levels are taken as independent; how often each kind
shows each level, and how many pairs are of each kind, are the values that make the patterns likeliest (Fellegi and
Sunter 1969; Winkler 1988; a mixture of more than two classes as in Larsen and Rubin 2001). It is written out here
because Splink 5.0.0 knows two classes and has no prior for m: a level that no match shows shrinks from round to round
until Splink stops with an error, and in a small set of records single pairs decide.

* Of strangers the levels' frequencies, u, are known from pairs taken at random. Pairs that are no candidates are all
  taken for strangers, so shares are of all pairs of records.
* Of one person they are learned, with the stated m as a prior that weighs `PRIOR_PAIRS` pairs.
* Of a household only the shares of what families have in common are learned (`Level.family`), with the stated ones as
  prior: within each such group, and in all else, its people are as alike as strangers are. So the class cannot take in
  pairs of one person whose names and dates agree, whatever the records.
* How often strangers share an identifier is stated, being too rare to be sampled, until they turn out to do so: all
  pairs that share one are candidates.
* A shared value that is rare speaks against strangers by its own frequency, to the whole bit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.bundle.card import PRIOR_PAIRS
from linkage_models.nominal.model.comparison import Comparison
from linkage_models.nominal.model.slips import BETWEEN, NAMESAKE_TWINS
from linkage_models.nominal.train.agreement import Patterns, counts_by_level

HOUSEHOLD_PRIOR = 0.1
"""Pairs that a household's stated shares weigh, for each expected pair, and `PRIOR_PAIRS` at least: which pairs are of
a household is known less surely than which are of one person, and some systems leave out what families share."""

NUMBER_PRIOR = 20.0
"""Pairs that the stated shares of an identifier weigh: whether a number is a person's, or a row's of a source, is to
show in a few."""

BY_MISTAKE = 5.0
"""Pairs of strangers that may share an identifier by a mistake before its kind is held to be shared oftener than
stated."""

MOST_AT_HOME = 3.0
"""How much oftener than stated, beside one person, two people of one household may be learned to share a door: those
who live together always do, and one person's records do so a third of the time at least."""

NAMED_ALIKE = 0.005
"""Stated share of relatives with one surname of whom one was given the other's forename."""

ROUNDS = 500
CONVERGED = 1e-6
"""Largest relative change of the number of pairs of a kind at which the rounds end."""

FEWEST = 1e-3
"""Pairs of each kind that are always supposed, so that no share becomes nil."""

Parameters = dict[str, NDArray[np.float64]]
"""For each comparison its levels' probabilities."""


@dataclass(frozen=True)
class Mixture:
    """What maximisation found.

    Attributes:
        m: for each comparison its levels' shares among pairs of one person.
        u: the same among strangers, as given but for identifiers that strangers turn out to share.
        household: the same among pairs of two people of one household.
        matches: expected pairs of one person.
        relatives: expected pairs of one household.
        named_alike: see `household.Household`.
        slips: see `slips.Slips`.
        counts: for each comparison the expected pairs of one person on each level.
        weights: for each pattern the log2 odds that a pair which shows it is of one person.
    """

    m: Parameters
    u: Parameters
    household: Parameters
    matches: float
    relatives: float
    named_alike: float
    slips: NDArray[np.float64]
    counts: Parameters
    weights: NDArray[np.float64]


def prior_pairs(comparison: Comparison) -> float:
    """Return how many pairs of one person the stated shares of a comparison weigh."""
    return NUMBER_PRIOR if any(level.u_stated for level in comparison.levels) else PRIOR_PAIRS


def shares(counts: NDArray[np.float64], prior: NDArray[np.float64], weight: float = PRIOR_PAIRS) -> NDArray[np.float64]:
    """Return shares from expected counts, with so many pairs at the prior."""
    result: NDArray[np.float64] = (counts + weight * prior) / (counts.sum() + weight)
    return result


class _Families:
    """A household's shares in one comparison: those of each group of levels are learned, those within a group not.

    The last level, of those that have nothing in common, is never rarer than stated: relatives who live apart, or under
    another name, cannot be told from strangers, so that the pairs in the class are those who share everything.

    Sharing a door or a telephone speaks for a household, against one person, `MOST_AT_HOME` times as strongly as stated
    at most. Where records of one person never share one, the records were kept so, and the next source's may be kept
    otherwise.
    """

    def __init__(self, comparison: Comparison, within: NDArray[np.float64]) -> None:
        words = [level.family for level in comparison.levels]
        stated = {**comparison.families}
        stated[""] = max(0.0, 1 - sum(stated.values())) if "" in words else 0.0
        self._groups = np.array([[word == other for other in words] for word in stated], dtype=np.float64)
        held = self._groups * within
        self._within = held / np.maximum(held.sum(axis=1, keepdims=True), 1e-300)
        start = np.array(list(stated.values()))
        self._start = start / start.sum()
        self._last = [word == words[-1] for word in stated].index(True)
        self._most = np.full(len(words), np.inf)
        if all(words) and len({*words}) == len(words):
            m = np.array([level.m for level in comparison.levels])
            self._most = MOST_AT_HOME * self._start[: len(words)] / (m / m.sum())

    def learned(self, counts: NDArray[np.float64], m: NDArray[np.float64]) -> NDArray[np.float64]:
        weight = max(PRIOR_PAIRS, HOUSEHOLD_PRIOR * float(counts.sum()))
        learned = shares(self._groups @ counts, self._start, weight)
        least = self._start[self._last]
        if learned[self._last] < least:
            learned *= (1 - least) / max(1 - learned[self._last], 1e-300)
            learned[self._last] = least
        result: NDArray[np.float64] = learned @ self._within
        if np.isfinite(self._most).all():
            result[:-1] = np.minimum(result[:-1], m[:-1] * self._most[:-1])
            result[-1] = 1 - result[:-1].sum()
        return result


def fit(
    patterns: Patterns, scale: float, u: Parameters, within: Parameters, possible: float, chance: float, matches: float
) -> Mixture:
    """Find the shares that make the patterns likeliest.

    Args:
        patterns: the candidate pairs, or a share of them.
        scale: by how much more candidates there are than in the patterns.
        u: the level probabilities among strangers.
        within: for each comparison the level probabilities whose proportions hold within a group of family levels.
        possible: pairs of records there are.
        chance: the share of pairs of two people with one forename.
        matches: expected pairs of one person, to begin with.
    """
    comparisons, levels = patterns.comparisons, patterns.levels
    each = patterns.pairs * scale
    stated = {c.name: np.array([level.m for level in c.levels]) for c in comparisons}
    stated = {name: value / value.sum() for name, value in stated.items()}
    learnable = [c.name for c in comparisons if not c.fixed]
    weigh = {c.name: prior_pairs(c) for c in comparisons}
    families = {c.name: _Families(c, within[c.name]) for c in comparisons}
    m = dict(stated)
    household = {name: family.learned(np.zeros(len(m[name])), m[name]) for name, family in families.items()}
    relatives, named = matches, NAMED_ALIKE

    def log_likelihood(parameters: Parameters, pairs: float) -> NDArray[np.float64]:
        total = np.full(len(each), np.log(max(pairs, FEWEST) / possible))
        for comparison, column in zip(comparisons, levels.T, strict=True):
            total += np.append(np.log(parameters[comparison.name]), 0.0)[column]
        return total

    numbers = {c.name: np.array([level.u_stated for level in c.levels]) for c in comparisons}
    numbers = {name: levels for name, levels in numbers.items() if levels.any()}
    given_u, u = u, dict(u)
    own = np.exp2(-patterns.own_rarity)
    slips, ratios = _Slips(patterns), np.ones((2, 2))
    for _ in range(ROUNDS):
        alike = named + (1 - named) * own
        strangers = log_likelihood(u, possible) - np.log(2) * patterns.rarity
        person = log_likelihood(m, matches) + slips.log(ratios)
        kin = log_likelihood(household, relatives) + patterns.own_weight * np.log(alike / chance) + slips.of_twins
        highest = np.maximum(np.maximum(person, kin), strangers)
        likelihood = np.exp(np.stack([person, kin, strangers]) - highest)
        probability = likelihood / likelihood.sum(axis=0)
        of_one, of_kin = each * probability[0], each * probability[1]
        before = (matches, relatives)
        matches, relatives = float(of_one.sum()), float(of_kin.sum())
        counts = counts_by_level(patterns, of_one)
        m |= {name: shares(counts[name], stated[name], weigh[name]) for name in learnable}
        related = counts_by_level(patterns, of_kin)
        household |= {name: families[name].learned(related[name], m[name]) for name in learnable}
        met = counts_by_level(patterns, each * probability[2])
        for name, is_number in numbers.items():
            u[name] = np.where(is_number, np.maximum(given_u[name], (met[name] - BY_MISTAKE) / possible), given_u[name])
        ratios = slips.learned(of_one)
        named = _named_alike(of_kin, patterns, named / alike)
        change = max(abs(new - old) / max(old, 1.0) for new, old in zip((matches, relatives), before, strict=True))
        if change < CONVERGED:
            break
    weights = (person - np.logaddexp(kin, strangers)) / np.log(2)
    return Mixture(m, u, household, matches, relatives, named, ratios, counts, weights)


class _Slips:
    """Which patterns show the name and the date exact, of those that compare both."""

    def __init__(self, patterns: Patterns) -> None:
        self._place = np.zeros(len(patterns.pairs), dtype=np.int64)
        compared = np.ones(len(patterns.pairs), dtype=bool)
        for comparison, column in zip(patterns.comparisons, patterns.levels.T, strict=True):
            if comparison.name in BETWEEN:
                slip = np.array([*(not level.exact for level in comparison.levels), False])[column]
                self._place = 2 * self._place + slip
                compared &= column >= 0
        self._compared = compared
        self.of_twins = np.where(compared & (self._place == 0), np.log(NAMESAKE_TWINS), 0.0)

    def log(self, ratios: NDArray[np.float64]) -> NDArray[np.float64]:
        result: NDArray[np.float64] = np.where(self._compared, np.log(ratios.ravel())[self._place], 0.0)
        return result

    def learned(self, of_one: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how much likelier each is than independence says, with `PRIOR_PAIRS` pairs that are independent."""
        counts = np.bincount(self._place[self._compared], of_one[self._compared], minlength=4).reshape(2, 2)
        pairs = counts.astype(np.float64) + FEWEST
        expected = np.outer(pairs.sum(axis=1), pairs.sum(axis=0)) / pairs.sum()
        supposed = PRIOR_PAIRS * expected / pairs.sum()
        ratios: NDArray[np.float64] = (pairs + supposed) / (expected + supposed)
        return ratios


def _named_alike(of_kin: NDArray[np.float64], patterns: Patterns, share: NDArray[np.float64]) -> float:
    """Return the share of relatives with one surname who were named alike: of those with one forename, `share`."""
    alike = float((of_kin * (patterns.own_weight == 1) * patterns.of_one_surname * share).sum())
    return (alike + PRIOR_PAIRS * NAMED_ALIKE) / (float((of_kin * patterns.of_one_surname).sum()) + PRIOR_PAIRS)
