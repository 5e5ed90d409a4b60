"""An evaluation as text for people and as plain values for scripts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table

from linkage_models.evaluate.causes import MissedLinks
from linkage_models.evaluate.estimate import BLIND_SPOT, Check, Estimate
from linkage_models.evaluate.gaps import GapQuality, RuleQuality
from linkage_models.evaluate.groups import SMALLEST, Group, largest_disparity
from linkage_models.evaluate.links import MEASURES, Agreement, Quality
from linkage_models.evaluate.rules import RuleRecall
from linkage_models.words import counted

NOTHING = "-"
"""Shown for a share of nothing: 1.000 would read as an achievement."""


def as_dict(quality: Quality, missed: MissedLinks | None = None, gaps: GapQuality | None = None) -> dict[str, Any]:
    """Return an evaluation as nested dictionaries of numbers and strings, ready for JSON.

    Args:
        quality: agreement of subjects with people.
        missed: causes of false and missed links, if they were looked for.
        gaps: agreement of findings with true gaps, if they were compared.

    Returns:
        `links` (with `overall`, `by_systems`, ...), and where given `causes` and `gaps`.
    """
    report: dict[str, Any] = {
        "links": {
            "overall": _agreement_dict(quality.overall),
            "by_systems": [_agreement_dict(agreement) for agreement in quality.by_systems],
            "records_without_truth": quality.records_without_truth,
            "truth_without_record": quality.truth_without_record,
        }
    }
    if missed is not None:
        counts = asdict(missed)
        report["causes"] = {
            kind: {"total": counts.pop(kind), **_without_prefix(counts, f"{kind}_")} for kind in ("missed", "false")
        }
    if gaps is not None:
        report["gaps"] = {
            "overall": _rule_dict(gaps.overall),
            "by_rule": [_rule_dict(rule) for rule in gaps.by_rule],
            "findings_without_truth": gaps.findings_without_truth,
        }
    return report


def render(quality: Quality, missed: MissedLinks | None = None, gaps: GapQuality | None = None) -> str:
    """Return an evaluation as plain text: a few tables and sentences, at most 100 columns wide.

    Args:
        quality: agreement of subjects with people.
        missed: causes of false and missed links, if they were looked for.
        gaps: agreement of findings with true gaps, if they were compared.

    Returns:
        The text, ending with a line break.
    """
    overall = quality.overall
    exactly = counted(overall.exact_subjects, "of them is exactly one subject", "of them are exactly one subject")
    subjects, people = counted(overall.subjects, "subject"), counted(overall.people, "person", "people")
    held = f"{counted(overall.records, 'record')} in {subjects}, of {people}"
    said: list[RenderableType] = [
        _links_table(quality),
        f"{held}; {exactly} ({_share(overall.exact_subjects, overall.people)}).",
    ]
    if quality.records_without_truth:
        said.append(f"Left out, their person unknown: records {quality.records_without_truth:,}.")
    if quality.truth_without_record:
        said.append(f"Left out, of known people but without a subject: records {quality.truth_without_record:,}.")
    if overall.intervals:
        said.append(_measures_table(overall))
    if missed is not None:
        said.append(_causes_table(missed))
    if gaps is not None:
        said.append(_gaps_table(gaps))
        if gaps.findings_without_truth:
            said.append(f"Left out, their people unknown: findings {gaps.findings_without_truth:,}.")
    return _text(*said)


def render_rules(rules: Sequence[RuleRecall]) -> str:
    """Return recall by blocking rule as plain text."""
    table = _table("Recall by blocking rule", ("blocking rule",), ("found", "recall", "from", "to", "only it", "pairs"))
    for rule in rules:
        recall = rule.recall
        table.add_row(
            rule.name or "all",
            f"{rule.found:,}",
            *(f"{share:.4f}" for share in (recall.value, recall.low, recall.high)),
            f"{rule.only:,}" if rule.name else NOTHING,
            f"{rule.comparisons:,}",
        )
    return _text(table)


def estimate_as_dict(found: Estimate, checks: Sequence[Check]) -> dict[str, Any]:
    """Return an evaluation without truth as plain values."""
    return {
        "estimate": {**asdict(found), "cannot_see": BLIND_SPOT},
        "implausible": [asdict(check) for check in checks],
    }


def render_estimate(found: Estimate, checks: Sequence[Check]) -> str:
    """Return an evaluation without truth as plain text."""
    share, missed = found.precision, found.missed
    table = _table("Subjects that can hardly be one person", ("implausible",), ("subjects", "share"))
    table.add_column("for example")
    for check in checks:
        table.add_row(
            check.name, f"{check.subjects:,}", _share(check.subjects, check.of), ", ".join(check.examples) or NOTHING
        )
    return _text(
        f"Without truth. Of {counted(found.links, 'link')} the weights expect a share of {share.value:.5f} to be right"
        f" ({share.low:.5f} to {share.high:.5f}); of {counted(found.near_misses, 'near miss', 'near misses')} they"
        f" expect {missed.value:,.0f} to be links after all ({missed.low:,.0f} to {missed.high:,.0f})."
        f" {BLIND_SPOT}",
        table,
    )


def render_groups(groups: tuple[Group, ...]) -> str:
    """Return recall by group as plain text, the largest disparity in a sentence."""
    table = _table("Recall by group", ("by", "group"), ("people", "true links", "recall", "from", "to"))
    for group in groups:
        shown = ["hidden", "hidden", NOTHING, NOTHING, NOTHING]
        if group.recall is not None:
            bounds = (group.recall.value, group.recall.low, group.recall.high)
            shown = [f"{group.people:,}", f"{group.true_links:,}", *(f"{bound:.4f}" for bound in bounds)]
        table.add_row(group.dimension, group.group, *shown)
    hidden = f"Hidden: fewer than {SMALLEST} people or links, or a group from which such a one would follow."
    disparity = largest_disparity(groups)
    return _text(table, hidden, *((disparity.in_words(),) if disparity else ()))


def _text(*said: RenderableType) -> str:
    """Return tables and sentences as plain text."""
    with io.StringIO() as text:
        console = Console(file=text, width=100, color_system=None, legacy_windows=False)
        for part in said:
            console.print(part)
        return text.getvalue()


def _table(title: str, words: Sequence[str], figures: Sequence[str]) -> Table:
    """Return a table without rows: columns of words, then columns of figures."""
    table = Table(*words, title=title, box=box.SIMPLE, title_justify="left")
    for heading in figures:
        table.add_column(heading, justify="right")
    return table


def _links_table(quality: Quality) -> Table:
    headings = ("true", "false", "missed", "prec.", "recall", "F1", "B³ prec.", "B³ recall", "B³ F1")
    table = _table("Links", ("systems",), headings)
    table.columns[0].no_wrap = True
    for agreement in (quality.overall, *quality.by_systems):
        predicted = agreement.true_links + agreement.false_links
        wanted = agreement.true_links + agreement.missed_links
        bcubed = (agreement.bcubed_precision, agreement.bcubed_recall, agreement.bcubed_f1)
        table.add_row(
            _systems_in_words(agreement.systems),
            f"{agreement.true_links:,}",
            f"{agreement.false_links:,}",
            f"{agreement.missed_links:,}",
            _share(agreement.true_links, predicted),
            _share(agreement.true_links, wanted),
            f"{agreement.f1:.4f}" if predicted and wanted else NOTHING,
            *(f"{measure:.4f}" if agreement.records else NOTHING for measure in bcubed),
        )
    return table


def _measures_table(agreement: Agreement) -> Table:
    table = _table("All records, with 95 % intervals", ("measure",), ("value", "from", "to"))
    for name, found in agreement.intervals.items():
        value = getattr(agreement, name)
        table.add_row(name.replace("_", " "), f"{value:.5f}", f"{found.low:.5f}", f"{found.high:.5f}")
    return table


def _causes_table(missed: MissedLinks) -> Table:
    table = _table("Why links are wrong", ("links", "cause"), ("count", "share"))
    for kind, cause, count, total in (
        ("missed", "unlinkable: no value in common", missed.missed_unlinkable, missed.missed),
        ("missed", "never compared: no blocking key in common", missed.missed_never_compared, missed.missed),
        ("missed", "compared, below the review threshold", missed.missed_below_review, missed.missed),
        ("missed", "edge below the link threshold", missed.missed_below_threshold, missed.missed),
        ("missed", "kept apart by resolution", missed.missed_by_resolution, missed.missed),
        ("false", "edge at or above the link threshold", missed.false_by_edge, missed.false),
        ("false", "weaker edge, joined through other records", missed.false_below_threshold, missed.false),
        ("false", "no edge, joined through other records", missed.false_no_edge, missed.false),
    ):
        table.add_row(kind, cause, f"{count:,}", _share(count, total))
    return table


def _gaps_table(gaps: GapQuality) -> Table:
    headings = ("findings", "right", "precision", "gaps", "found", "recall", "planted", "planted found", "recall")
    table = _table("Gaps", ("rule",), headings)
    for rule in (*gaps.by_rule, gaps.overall):
        table.add_row(
            rule.rule_id or "all",
            f"{rule.findings:,}",
            f"{rule.right:,}",
            _share(rule.right, rule.findings),
            f"{rule.gaps:,}",
            f"{rule.found:,}",
            _share(rule.found, rule.gaps),
            f"{rule.planted:,}",
            f"{rule.planted_found:,}",
            _share(rule.planted_found, rule.planted),
        )
    return table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.4f}" if whole else NOTHING


def _systems_in_words(systems: tuple[str, str] | None) -> str:
    if systems is None:
        return "all"
    return f"within {systems[0]}" if systems[0] == systems[1] else " and ".join(systems)


def _agreement_dict(agreement: Agreement) -> dict[str, Any]:
    return {
        **asdict(agreement),
        **{measure: getattr(agreement, measure) for measure in MEASURES},
        "systems": list(agreement.systems) if agreement.systems else None,
        "intervals": {name: [found.low, found.high] for name, found in agreement.intervals.items()},
    }


def _rule_dict(rule: RuleQuality) -> dict[str, Any]:
    measures = ("precision", "recall", "f1", "planted_recall")
    return {**asdict(rule), **{measure: getattr(rule, measure) for measure in measures}}


def _without_prefix(counts: dict[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): count for name, count in counts.items() if name.startswith(prefix)}
