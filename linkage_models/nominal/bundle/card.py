"""The training recipe and the model card: how a bundle came about, for a machine and for a reader."""

from itertools import chain
from math import log2
from typing import Any

from linkage_models.nominal.bundle.calibration import BIN, FIT_UP_TO, Calibration
from linkage_models.nominal.bundle.thresholds import EXPECTED_PRECISION, BundleThresholds
from linkage_models.nominal.model.blocking import MOST_IN_BLOCK
from linkage_models.nominal.model.household import Household
from linkage_models.nominal.model.slips import WORDS, Slips


def model_card(
    version: str,
    recipe: dict[str, Any],
    model: dict[str, Any],
    household: Household,
    slips: Slips,
    calibration: Calibration,
    thresholds: BundleThresholds,
) -> str:
    """Return the card of a bundle, Markdown.

    Args:
        version: the bundle's version.
        recipe: its training recipe.
        model: Splink's settings with trained parameters.
        household: what was learned of pairs of one household.
        slips: what was learned of slips that go together.
        calibration: its calibration.
        thresholds: its thresholds.
    """
    prior = model["probability_two_random_records_match"]
    not_seen = "\n".join(f"* {item}" for item in recipe["not_seen"]) or "* none"
    left_out = _left_out(recipe.get("left_out"))
    return f"""# Model card: {version}

**What it does.** Gives two nominal records a match weight, the sum of what each comparison says in bits, and by its
calibration the probability that they are of one person.

**Meant for** linking nominal records of police, prison and probation, at the three levels below. A link is a proposal
that a person can overrule; no decision about a person may rest on it alone (Data Protection Act 2018, section 49).

**Trained on** {recipe["records"]:,} records of {len(recipe["source_systems"])} source systems
({", ".join(recipe["source_systems"])}), fingerprint `{recipe["data_fingerprint"]}`, seed {recipe["seed"]}.
All parameters were learned only from the records; no truth and no decision was read for them.{left_out}

**Never used:** ethnicity and nationality. Identifiers that fail their check never count as agreement.

## Three kinds of pair
Of the {recipe["candidate_pairs"]:,} candidate pairs and more that were learned from, the model expects
{recipe["matches"]:,.0f} to be of one person and {recipe["relatives"]:,.0f} of two people of one household or family;
all other pairs are of strangers. Two records at random are of one person with probability {prior:.3g} (weight
{log2(prior / (1 - prior)):.1f}), of one household with {household.prior:.3g}. Among more records than these, both fall
in proportion, by whole bits. Of relatives with one surname {household.named_alike:.2%} bear one forename by custom.

## Thresholds
{_thresholds(recipe, thresholds)}

## Expected quality
{_expected(recipe)}

## Calibration
{_calibration(calibration)}

## Weights
m, k and u are the shares of pairs of one person, of one household and of strangers that show the level; the weight is
that of one person against strangers, in bits. It is before term frequencies, which replace u of a shared value by how
common that value is. *Seen* counts the expected pairs of one person that taught m: where it is under
{PRIOR_PAIRS:.0f}, m rests more on its stated value than on these records.

| comparison | level | m | k | u | weight | seen |
|---|---|---|---|---|---|---|
{_weights(recipe, model, household)}

## Not seen among the matches of these records
The m of these levels rests on their published or stated starting values, and none speaks for one person more strongly
than was stated:

{not_seen}

## Slips
Of one person's pairs, how much likelier than independence says, in bits: {_slips(slips)}.

## Blocking rules
| rule | pairs added | share of expected matches added |
|---|---|---|
{_rules(recipe)}

## Refits
{_refits(recipe.get("refits"))}

## Limits
The comparisons are taken as independent given the kind of pair. The data was synthetic if the recipe says so; weights
trained elsewhere should be trained again on the records they are used for.
"""


BY_COST = """Not linking a pair that matches with probability p costs p; linking it costs c (1 - p), where a false link
costs c missed ones. So a pair is linked where its calibrated odds are at least c."""

PRIOR_PAIRS = 100.0
"""How many pairs the stated shares weigh in training: enough that a handful of pairs cannot overturn them."""


def _thresholds(recipe: dict[str, Any], thresholds: BundleThresholds) -> str:
    if recipe["thresholds_from"] == "costs":
        uses = [(use, getattr(thresholds, use), cost) for use, cost in recipe["false_link_costs"].items()]
        rows = "\n".join(f"| {use} | {weight:.2f} | {cost:g} |" for use, weight, cost in uses)
        return f"{BY_COST}\n\n| use | match weight | c |\n|---|---|---|\n{rows}"
    rows = "\n".join(
        f"| {use} | {getattr(thresholds, use):.2f} | {EXPECTED_PRECISION.get(use, '-')} |"
        for use in ("strict", "link", "wide", "review")
    )
    return f"""No pair was labelled, so the thresholds follow from the quality that the model itself expects: the lowest
weights at which that share of the links is expected to be right.

| use | match weight | expected precision at least |
|---|---|---|
{rows}"""


def _expected(recipe: dict[str, Any]) -> str:
    links, precision, recall = (recipe["expected"][name] for name in ("links", "precision", "recall"))
    return f"""At the link threshold the model expects {links:,.0f} pairs to be linked, {precision:.4f}
of them right, and to find {recall:.4f} of the pairs of one person among all candidates. It takes its own
weights at their word; `conjoin evaluate` measures."""


def _weights(recipe: dict[str, Any], model: dict[str, Any], household: Household) -> str:
    rows = []
    for comparison in model["comparisons"]:
        name = comparison["output_column_name"]
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for level, k in zip(levels, household.levels[name], strict=True):
            m, u = level["m_probability"], level["u_probability"]
            seen = recipe["seen"][f"{name}: {level['label_for_charts']}"]
            shares = f"{m:.4g} | {k:.4g} | {u:.4g} | {log2(m / u):+.1f}"
            rows.append(f"| {name} | {level['label_for_charts']} | {shares} | {seen:,.0f} |")
    return "\n".join(rows)


def _slips(slips: Slips) -> str:
    told = zip(chain(*WORDS), chain(*slips.bits()), strict=True)
    return "; ".join(f"{words} {bits:+.2f}" for words, bits in told)


def _rules(recipe: dict[str, Any]) -> str:
    return "\n".join(
        f"| {rule['name']} | {rule['pairs']:,} | {rule['adds']:.4f} |" for rule in recipe["blocking_rules"]
    )


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
{FIT_UP_TO:.0f} bits among {calibration.pairs:,} labelled ones. In bins of {BIN} bits,
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
