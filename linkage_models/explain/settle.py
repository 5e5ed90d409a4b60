"""Which single field would settle a doubtful pair if it were known on both records, or checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp2, log2

from linkage_models.explain.connections import Evidence
from linkage_models.nominal import Bundle
from linkage_models.nominal.score.evidence import HOUSEHOLD, KINSHIP

WORDS = {
    "pnc": "a PNC number", "cro": "a CRO number", "noms": "a NOMS number", "crn": "a CRN", "visor": "a ViSOR id",
    "name": "the full name", "middle_names": "middle names", "date_of_birth": "the date of birth",
    "postcode": "a postcode", "birth_place": "the place of birth", "sentence_date": "a sentence date",
    "contact_point": "a phone number, e-mail, vehicle or document",
}  # fmt: skip
"""The fields that somebody can look up, as a person calls them; other kinds of identifier go by their own name."""

DERIVED = ("prior", "generation", "sex", "address", "house_number", "police_serial", HOUSEHOLD, KINSHIP)
"""Parts of the evidence that no look-up would change, or that say too little by themselves."""


@dataclass(frozen=True, slots=True)
class Settling:
    """What one field would make of a pair.

    Attributes:
        comparison: the field's comparison.
        known: whether both records have the field now.
        if_same: match weight were it the same on both, in bits, before term frequencies.
        if_different: match weight were it different.
        settles: it alone would link the pair if the same, and part it even for wide use if different.
        links: it alone would link the pair if the same.
    """

    comparison: str
    known: bool
    if_same: float
    if_different: float
    settles: bool
    links: bool

    @property
    def in_words(self) -> str:
        """The field as a person calls it."""
        return WORDS.get(self.comparison, f"a {self.comparison.replace('_', ' ')}")


def what_would_settle(bundle: Bundle, evidence: Iterable[Evidence]) -> tuple[Settling, ...]:
    """For each field that can be looked up, weigh the pair again with that field alone the same, and different.

    What two people of one household would have in common as well is taken off again, as in scoring.

    Args:
        bundle: the model.
        evidence: the pair's evidence, the prior among it.

    Returns:
        The fields: those that settle the pair either way, then those that would link it, then the others; of each,
        those that a record lacks first, identifiers before the rest.
    """
    parts = {part.comparison: part for part in evidence}
    taken_off = -sum(parts[name].weight for name in (HOUSEHOLD, KINSHIP) if name in parts)
    total = sum(part.weight for part in parts.values()) + taken_off
    kin = log2(exp2(taken_off) - 1) if taken_off else -1000.0
    found = []
    for comparison in bundle.model["comparisons"]:
        name = comparison["output_column_name"]
        if name in DERIVED:
            continue
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        weighed = [
            (log2(level["m_probability"] / level["u_probability"]), log2(of_kin / level["u_probability"]))
            for level, of_kin in zip(levels, bundle.household.levels[name], strict=True)
        ]
        now = parts.get(name)
        kin_now = next(
            (
                of
                for level, (_, of) in zip(levels, weighed, strict=True)
                if now and level["label_for_charts"] == now.level
            ),
            0.0,
        )
        others = total - (now.weight if now else 0.0)
        same, different = (
            round(others + weight - log2(1 + exp2(kin - kin_now + of_kin)), 6)
            for weight, of_kin in (max(weighed), min(weighed))
        )
        links = same >= bundle.thresholds.link
        settles = links and different < bundle.thresholds.wide
        found.append(Settling(name, name in parts, same, different, settles, links))
    return tuple(
        sorted(
            found,
            key=lambda field: (not field.settles, not field.links, field.known, field.if_different - field.if_same),
        )
    )


def in_words(bundle: Bundle, weight: float, evidence: Iterable[Evidence]) -> str:
    """Return the sentences that say what would settle a pair.

    Args:
        bundle: the model.
        weight: the pair's match weight.
        evidence: its evidence.
    """
    link, wide = bundle.thresholds.link, bundle.thresholds.wide
    if weight >= bundle.thresholds.strict:
        return "Nothing is left to settle: the evidence would do for the strictest use."
    fields = what_would_settle(bundle, evidence)
    best = fields[0]
    if best.settles:
        return (
            f"What would settle it: {best.in_words}{_where(best)}. The same on both would make the weight "
            f"{best.if_same:.1f} (records are linked from {link:.1f}), different ones {best.if_different:.1f} (below "
            f"{wide:.1f} they are not joined even for wide use)."
        )
    if weight >= link:
        undone = min(fields, key=lambda field: field.if_different)
        if undone.if_different >= link:
            return "No single field, were it found to be different, would undo the link."
        return (
            f"What would undo it: {undone.in_words}{_where(undone)}, if it turned out different: the weight would be "
            f"{undone.if_different:.1f}, below {link:.1f}."
        )
    if best.links:
        return (
            f"What would link them: {best.in_words}{_where(best)}, if it is the same on both: the weight would be "
            f"{best.if_same:.1f} (linked from {link:.1f}). No single field would both link and rule out."
        )
    return (
        f"No single field would settle it: even {best.in_words}, the same on both, would make the weight "
        f"{best.if_same:.1f}, below {link:.1f}. An identifier and the date of birth have to be looked up together."
    )


def _where(field: Settling) -> str:
    return ", checked with both sources" if field.known else ", which they do not both have"
