"""The training recipe and the model card: how a bundle came about, for a machine and for a reader."""

from math import log2
from typing import Any

from linkage_models.nominal.bundle.calibration import BIN, FIT_UP_TO, Calibration
from linkage_models.nominal.bundle.thresholds import BundleThresholds
from linkage_models.nominal.model.blocking import MOST_IN_BLOCK


def model_card(
    version: str, recipe: dict[str, Any], model: dict[str, Any], calibration: Calibration, thresholds: BundleThresholds
) -> str:
    """Return the card of a bundle, Markdown.

    Args:
        version: the bundle's version.
        recipe: its training recipe.
        model: Splink's settings with trained parameters.
        calibration: its calibration.
        thresholds: its thresholds.
    """
    prior = model["probability_two_random_records_match"]
    uses = "\n".join(
        f"| {use} | {getattr(thresholds, use):.2f} | {cost:g} |" for use, cost in recipe["false_link_costs"].items()
    )
    weights = "\n".join(
        f"| {comparison['output_column_name']} | {level['label_for_charts']} | {level['m_probability']:.4g} "
        f"| {level['u_probability']:.4g} | {log2(level['m_probability'] / level['u_probability']):+.1f} |"
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    )
    left_out = _left_out(recipe.get("left_out"))
    not_seen = "\n".join(f"* {item}" for item in recipe["not_seen"]) or "* none"
    return f"""# Model card: {version}

**What it does.** Gives two nominal records a match weight, the sum of what each comparison says in bits, and by its
calibration the probability that they are of one person.

**Meant for** linking nominal records of police, prison and probation, at the three levels below. A link is a proposal
that a person can overrule; no decision about a person may rest on it alone (Data Protection Act 2018, section 49).

**Trained on** {recipe["records"]:,} records of {len(recipe["source_systems"])} source systems
({", ".join(recipe["source_systems"])}), fingerprint `{recipe["data_fingerprint"]}`, seed {recipe["seed"]}.
m, u, prior and frequencies were learned only from the records; no truth and no decision was read for them.{left_out}

**Never used:** ethnicity and nationality. Identifiers that fail their check never count as agreement.

**Prior.** Two records at random are of one person with probability {prior:.3g}
(weight {log2(prior / (1 - prior)):.1f}): the matches that the model expects among the pairs its blocking rules bring
together, over all pairs. The first guess was {recipe["deterministic_pairs"]:,} pairs that share a valid identifier, or
full name and date of birth. The prior belongs to a population of the size trained on; among ten times as many records a
pair at random is ten times less likely to match, so a much larger population needs a bundle of its own.

## Thresholds
Not linking a pair that matches with probability p costs p; linking it costs c (1 - p), where a false link costs c
missed ones. So a pair is linked where its calibrated odds are at least c.

| use | match weight | c |
|---|---|---|
{uses}

Twins, parent and child of one name, and others of one household agree on what families share. Where a pair shows the
signs and no identifier agrees, its weight is held at {thresholds.kin_ceiling:.2f} at most: never linked by itself, seen
as a near miss.

## Calibration
{_calibration(calibration)}

## Weights
Before term frequencies, which replace u of a shared name by how common that name is.

| comparison | level | m | u | weight |
|---|---|---|---|---|
{weights}

## Not seen among the matches of these records
The m of these levels rests on their published or stated starting values, and none speaks for one person more strongly
than was stated:

{not_seen}

## Refits
{_refits(recipe.get("refits"))}

## Limits
The comparisons are taken as independent given whether two records match. The data was synthetic if the recipe says so;
weights trained elsewhere should be trained again on the records they are used for.
"""


def _left_out(left_out: dict[str, int] | None) -> str:
    if not left_out or not left_out["blocks"]:
        return ""
    return f"""

**Left out:** {left_out["records"]:,} records share one of {left_out["blocks"]:,} identifiers, or names with dates of
birth, with more than {MOST_IN_BLOCK:,} others: placeholders, or rows that were delivered again and again. Their pairs
taught nothing, and each such block counts as one record."""


def _calibration(calibration: Calibration) -> str:
    if not calibration.pairs:
        return """None: no pair was labelled, so probabilities follow from the weights as they are. Agreements that hang
together make weights too sure; rule on near misses and weak links with `conjoin decide`, and train again."""
    rows = "\n".join(
        f"| {entry.weight:+.0f} | {entry.pairs:,} | {entry.matches / entry.pairs:.4f} "
        f"| {entry.low:.4f} to {entry.high:.4f} | {entry.expected:.4f} |"
        for entry in calibration.bins
    )
    return f"""log2 odds = {calibration.intercept:+.3f} {calibration.slope:+.3f} x weight: fitted to the pairs of up to
{FIT_UP_TO:.0f} bits among {calibration.pairs:,} labelled ones that kinship does not hold down. In bins of {BIN} bits,
the last with all above it:

| weight from | pairs | share of one person | 95 % interval | expected |
|---|---|---|---|---|
{rows}"""


def _refits(refits: dict[str, Any] | None) -> str:
    if not refits:
        return "None: ask for them with `conjoin train --refits 3`."
    return f"""Trained again with the seeds {", ".join(map(str, refits["seeds"]))}: no weight of a level differs by more
than {refits["largest_difference_bits"]:.2f} bits ({refits["level"]}), and at most {refits["decisions_changed"]:.4%} of
the {refits["pairs"]:,} scored pairs change their side of the link threshold."""
