"""Quality without a truth: what the calibrated weights expect of the published links, and what cannot be true."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkage_models.intervals import Interval
from linkage_models.nominal.bundle.calibration import Calibration
from linkage_models.nominal.model import kinship
from linkage_models.relations import relation, single_row

BLIND_SPOT = (
    "The estimate takes the model's probabilities at their word and pairs as independent; it cannot see pairs that "
    "were never compared or scored below the review threshold, nor a weight that is wrong."
)
"""What the estimate cannot see, to be said beside it."""

OLDEST, YOUNGEST = 110, 10
"""Years of age outside which a date of birth is implausible: nobody known in England is older, and ten is the age of
criminal responsibility."""

FAR_APART_DAYS = 1826
"""Days between two dates of birth of one subject that no slip of the keyboard in one digit of a year's end explains."""

TIMES_USUAL = 2
"""Times the 99.9th percentile of records from which a subject holds far more records than usual."""

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the weights expect.

    Attributes:
        links: pairs of records inside a subject that have an edge.
        precision: expected share of them that are right, with the interval of a Poisson-binomial count.
        near_misses: scored pairs between subjects, without those held as kin.
        missed: expected number of near misses that are one person after all: value, low, high.
        held_as_kin: scored pairs between subjects whose weight is a ceiling for kin, which says nothing of how likely
            they are to be one person.
    """

    links: int
    precision: Interval
    near_misses: int
    missed: Interval
    held_as_kin: int


@dataclass(frozen=True, slots=True)
class Check:
    """One implausibility.

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
    within = f"""
        SELECT round(greatest(match_weight, coalesce(weakest_link_weight, match_weight)), 2) AS weight
        FROM {relation(links)} JOIN {relation(subjects)} ON subject_id = subject_id_l
        WHERE subject_id_l = subject_id_r
    """
    apart = f"FROM {relation(links)} WHERE subject_id_l <> subject_id_r"
    near = f"SELECT round(match_weight, 2) AS weight {apart} AND NOT {kinship.HELD}"
    same = calibration.probability_sql("weight")
    wrong, count = _count_interval(con, within, f"1 - {same}")
    missed, near_misses = _count_interval(con, near, same)
    share = Interval(1.0, 0.0, 1.0)
    if count:
        share = Interval(*(max(0.0, 1 - bound / count) for bound in (wrong.value, wrong.high, wrong.low)))
    (held,) = single_row(con, f"SELECT count(*) {apart} AND {kinship.HELD}")
    return Estimate(count, share, near_misses, missed, held)


def _count_interval(con: duckdb.DuckDBPyConnection, weights: str, event: str) -> tuple[Interval, int]:
    """Return the expected number of events among pairs, each of the probability that SQL over `weight` gives."""
    found = con.execute(f"""
        SELECT {event} AS probability, n FROM (SELECT weight, count(*) AS n FROM ({weights}) GROUP BY weight)
        ORDER BY weight
    """).fetchnumpy()
    probability, pairs = (np.asarray(found[name], dtype=np.float64) for name in ("probability", "n"))
    return poisson_binomial_interval(probability, pairs), int(pairs.sum())


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


CHECKS: dict[str, str] = {
    "in two prisons at once": """
        SELECT DISTINCT a.subject_id FROM custody AS a JOIN custody AS b USING (subject_id)
        WHERE a.code < b.code AND greatest(a.from_date, b.from_date) + 1 < least(a.until, b.until)""",
    "recorded after death": """
        SELECT DISTINCT item.subject_id FROM item JOIN item AS death USING (subject_id)
        WHERE (death.kind = 'death' OR death.code IN ('DEAD', 'DECEASED'))
            AND coalesce(item.from_date, item.item_date) > coalesce(death.item_date, death.from_date)""",
    f"a date of birth over {OLDEST} or under {YOUNGEST} years ago": f"""
        SELECT DISTINCT subject_id FROM (SELECT subject_id, unnest(birth_dates).birth_date AS born FROM subject)
        WHERE date_sub('year', born, $today) NOT BETWEEN {YOUNGEST} AND {OLDEST}""",
    "two dates of birth over five years apart": f"""
        SELECT subject_id FROM (SELECT subject_id, unnest(birth_dates).birth_date AS born FROM subject)
        GROUP BY subject_id HAVING max(born) - min(born) > {FAR_APART_DAYS}""",
    "different sexes": """
        SELECT subject_id FROM member JOIN record USING (record_key)
        WHERE sex IS NOT NULL GROUP BY subject_id HAVING count(DISTINCT sex) > 1""",
    "two valid PNC numbers": """
        SELECT subject_id FROM subject WHERE len(list_filter(identifiers, lambda i: i.kind = 'pnc' AND i.valid)) > 1""",
    "two valid CRO numbers": """
        SELECT subject_id FROM subject WHERE len(list_filter(identifiers, lambda i: i.kind = 'cro' AND i.valid)) > 1""",
    "far more records than usual": f"""
        SELECT subject_id FROM subject
        WHERE record_count > {TIMES_USUAL} * (SELECT quantile_disc(record_count, 0.999) FROM subject)""",
}
"""Each implausibility's query of subject ids."""


def implausible(con: duckdb.DuckDBPyConnection, *, linked: str, records: str) -> tuple[Check, ...]:
    """Count the published subjects that cannot be, or hardly can be, one person.

    Args:
        con: any connection that can read the relations.
        linked: the schema of the published tables, for example `snapshot.linked`.
        records: a `nominal.record`-shaped relation, for the sex of each record.
    """
    views = f"""
        WITH subject AS (FROM {relation(linked + ".subject")}),
        member AS (FROM {relation(linked + ".subject_record")}),
        record AS (FROM {relation(records)}),
        item AS (FROM {relation(linked + ".information")}),
        custody AS (
            SELECT subject_id, code, from_date, coalesce(to_date, $today) AS until
            FROM item WHERE kind = 'custody' AND from_date IS NOT NULL
        )
    """
    today, of = single_row(
        con,
        f"SELECT (SELECT max(as_of)::DATE FROM {relation(linked + '.run')}), "
        f"(SELECT count(*) FROM {relation(linked + '.subject')})",
    )
    checks = []
    for name, query in CHECKS.items():
        count, examples = single_row(
            con,
            f"{views}, dated AS (SELECT $today::DATE), shown AS ({query}) "
            f"SELECT count(*), list(subject_id ORDER BY subject_id)[:{EXAMPLES}] FROM shown",
            {"today": today},
        )
        checks.append(Check(name, count, of, tuple(examples or ())))
    return tuple(checks)
