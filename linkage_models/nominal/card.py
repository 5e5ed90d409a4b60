"""The training recipe and the model card: how a bundle came about, for a machine and for a reader."""

from math import log2
from typing import Any

from linkage_models.nominal.thresholds import Thresholds


def model_card(version: str, recipe: dict[str, Any], model: dict[str, Any], thresholds: Thresholds) -> str:
    """Return the card of a bundle, Markdown.

    Args:
        version: the bundle's version.
        recipe: its training recipe.
        model: Splink's settings with trained parameters.
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
    not_seen = "\n".join(f"* {item}" for item in recipe["not_seen"]) or "* none"
    return f"""# Model card: {version}

**What it does.** Gives two nominal records a match weight: the log2 odds that they are of one person.

**Trained on** {recipe["records"]:,} records of {len(recipe["source_systems"])} source systems
({", ".join(recipe["source_systems"])}), fingerprint `{recipe["data_fingerprint"]}`, seed {recipe["seed"]}.
No truth and no decision was read.

**Never used:** ethnicity and nationality. Identifiers that fail their check never count as agreement.

**Prior.** Two records at random are of one person with probability {prior:.3g}
(weight {log2(prior / (1 - prior)):.1f}): {recipe["deterministic_pairs"]:,} pairs share a valid identifier, or full name
and date of birth, taken to be {recipe["deterministic_recall"]:.0%} of all true pairs. The prior belongs to a population
of the size trained on; among ten times as many records a pair at random is ten times less likely to match, so a much
larger population needs a bundle of its own.

## Thresholds
Not linking a pair that matches with probability p costs p; linking it costs c (1 - p), where a false link costs c
missed ones. So a pair is linked where its odds are at least c, its weight at least log2 c.

| use | match weight | c |
|---|---|---|
{uses}

Twins, parent and child of one name, and others of one household agree on what families share. Where a pair shows the
signs and no identifier agrees, its weight is held at {thresholds.kin_ceiling:.2f} at most: never linked by itself, seen
as a near miss.

## Weights
Before term frequencies, which replace u of a shared name by how common that name is.

| comparison | level | m | u | weight |
|---|---|---|---|---|
{weights}

## Not seen among the matches of these records
The m of these levels rests on their published or stated starting values, and none speaks for one person more strongly
than was stated:

{not_seen}

## Limits
The comparisons are taken as independent given whether two records match. The data was synthetic if the recipe says so;
weights trained elsewhere should be trained again on the records they are used for.
"""
