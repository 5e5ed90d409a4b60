"""Quality without a truth: the quality that the weights predict, and subjects that can hardly be one person."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkage_models.intervals import Interval
from linkage_models.nominal.bundle.calibration import Calibration
from linkage_models.relations import Temporaries, relation, single_row, single_value, statement

BLIND_SPOT = (
    "The estimate takes the model's probabilities at their word and pairs as independent; it cannot see pairs that "
    "were never compared or scored below the review threshold, nor a weight that is wrong."
)
"""What the estimate cannot see, which is printed beside it."""

CHECKS = ("two_prisons", "after_death", "age", "births_apart", "sexes", "two_pnc", "two_cro", "many_records")
"""The queries of subjects under `implausible/`, in order; the first line of each says what should not be."""

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Estimate:
    """The quality that the calibrated weights predict.

    Attributes:
        links: pairs of records inside a subject that have an edge.
        precision: expected share of them that are right, with the interval of a Poisson-binomial count.
        near_misses: scored pairs between subjects.
        missed: expected number of near misses that are one person after all: value, low, high.
    """

    links: int
    precision: Interval
    near_misses: int
    missed: Interval


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of implausible subject, and how many there are.

    Attributes:
        name: what should not be.
        subjects: how many subjects show it.
        of: subjects there are.
        examples: ids of a few of them, for the terminal of the one who asks; never for a log.
    """

    name: str
    subjects: int
    of: int
    examples: tuple[str, ...]


def estimate(con: duckdb.DuckDBPyConnection, *, links: str, subjects: str, calibration: Calibration) -> Estimate:
    """Estimate precision and missed links from the calibrated probabilities.

    A weak pair inside a subject is held there by stronger ones, so it counts at its subject's weakest link.

    Args:
        con: any connection that can read the relations.
        links: relation (subject_id_l, subject_id_r, match_weight, evidence) of scored pairs.
        subjects: relation (subject_id, weakest_link_weight).
        calibration: from weight to probability, of the bundle that scored.
    """
    with Temporaries(con) as own:
        own.view("evaluate_link", f"FROM {relation(links)}")
        own.view("evaluate_subject", f"FROM {relation(subjects)}")
        own.macro("evaluate_probability", "weight", calibration.probability_sql("weight"))
        found = {
            name: np.asarray(column)
            for name, column in con.execute(statement(__file__, "estimate")).fetchnumpy().items()
        }
    probability, pairs = (found[name].astype(np.float64) for name in ("probability", "pairs"))
    within = found["within"].astype(bool)
    near = ~within
    wrong = poisson_binomial_interval(1 - probability[within], pairs[within])
    missed = poisson_binomial_interval(probability[near], pairs[near])
    count, near_misses = (int(pairs[of].sum()) for of in (within, near))
    share = Interval(1.0, 0.0, 1.0)
    if count:
        share = Interval(*(max(0.0, 1 - bound / count) for bound in (wrong.value, wrong.high, wrong.low)))
    return Estimate(count, share, near_misses, missed)


def poisson_binomial_interval(probability: NDArray[np.float64], trials: NDArray[np.float64]) -> Interval:
    """Return mean and 95 % interval of a sum of independent events of unequal probability.

    The distribution follows exactly from its characteristic function (Hong 2013, "On computing the distribution
    function for the Poisson binomial distribution"), over as many values as hold all but a negligible part of it.

    Args:
        probability: of each kind of event, shape (kinds,).
        trials: how many events there are of each kind.
    """
    mean = float(trials @ probability)
    spread = float(np.sqrt(trials @ (probability * (1 - probability))))
    first = max(0, int(mean - 12 * spread) - 20)
    size = min(int(trials.sum()), int(mean + 12 * spread) + 20) - first + 1
    angle = 2 * np.pi * np.arange(size) / size
    log_phi = np.zeros(size, dtype=np.complex128)
    for p, n in zip(probability, trials, strict=True):
        log_phi += n * np.log1p(p * (np.exp(1j * angle) - 1))
    density = np.fft.fft(np.exp(log_phi - 1j * angle * first)).real / size
    below = np.cumsum(density)
    low, high = (first + min(int(np.searchsorted(below, tail)), size - 1) for tail in (0.025, 0.975))
    return Interval(round(mean, 6), float(low), float(high))


def implausible(con: duckdb.DuckDBPyConnection, *, linked: str, records: str) -> tuple[Check, ...]:
    """Count the published subjects that cannot be, or hardly can be, one person.

    Args:
        con: any connection that can read the relations.
        linked: the schema of the published tables, for example `snapshot.linked`.
        records: relation of `relations.RECORD`, for the sex of each record.
    """
    with Temporaries(con) as own:
        for view, table in (("subject", "subject"), ("member", "subject_record"), ("item", "information")):
            own.view(f"evaluate_{view}", f"FROM {relation(f'{linked}.{table}')}")
        own.view("evaluate_nominal", f"FROM {relation(records)}")
        own.view("evaluate_birth", "SELECT subject_id, unnest(birth_dates).birth_date AS born FROM evaluate_subject")
        own.view("evaluate_day", f"SELECT max(as_of)::DATE AS today FROM {relation(f'{linked}.run')}")
        of = single_value(con, "SELECT count(*) FROM evaluate_subject")
        return tuple(_check(con, statement(__file__, f"implausible/{name}"), of) for name in CHECKS)


def _check(con: duckdb.DuckDBPyConnection, query: str, of: int) -> Check:
    """Count the subjects that a query gives."""
    count, examples = single_row(
        con, f"SELECT count(*), list(subject_id ORDER BY subject_id)[:{EXAMPLES}] FROM ({query})"
    )
    return Check(query.split("\n", 1)[0].removeprefix("-- "), count, of, tuple(examples or ()))
