"""Pictures of a model and of its evaluation: weights, one pair's waterfall, reliability, recall by blocking rule.

Charts hold weights, labels, counts and shares, never a record's values; they are drawn without a network.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt
import vl_convert

from linkage_models.evaluate.reliability import WeightBin
from linkage_models.evaluate.rules import RuleRecall

if TYPE_CHECKING:
    from linkage_models.explain import Evidence

FOR, AGAINST, TOTAL = "#2c7fb8", "#d95f0e", "#555555"
"""Colours that the colour-blind can tell apart: evidence for one person, against, and the sum."""

LABEL_PIXELS = 420
"""Room for a label: the longest level's name in full."""


def waterfall_chart(evidence: Iterable[Evidence]) -> alt.LayerChart:
    """Draw how a pair's evidence adds up to its match weight: a bar for each part, in order, and one for the sum.

    Args:
        evidence: the prior and every comparison that had something to compare.
    """
    rows: list[dict[str, Any]] = []
    total = 0.0
    for place, part in enumerate(evidence):
        after = round(total + part.weight, 6)
        label = f"{part.comparison.replace('_', ' ')}: {part.level}"
        colour = "for" if part.weight >= 0 else "against"
        row = {"place": place, "label": label, "from": total, "to": after, "bits": part.weight, "speaks": colour}
        rows.append(row)
        total = after
    rows.append({"place": len(rows), "label": "match weight", "from": 0.0, "to": total, "bits": total, "speaks": "sum"})
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("label:N", sort=[row["label"] for row in rows], title=None, axis=alt.Axis(labelLimit=LABEL_PIXELS))
    )
    bars = base.mark_bar().encode(
        x=alt.X("from:Q", title="match weight (bits; each doubles the odds)"),
        x2="to:Q",
        color=alt.Color(
            "speaks:N",
            title="speaks",
            scale=alt.Scale(domain=["for", "against", "sum"], range=[FOR, AGAINST, TOTAL]),
        ),
    )
    figures = base.transform_calculate(end="max(datum.from, datum.to)").mark_text(align="left", dx=4)
    chart: alt.LayerChart = (bars + figures.encode(x="end:Q", text=alt.Text("bits:Q", format="+.1f"))).properties(
        width=480
    )
    return chart


def match_weights_chart(model: dict[str, Any]) -> alt.Chart:
    """Draw the match weight, log2 of m over u, of each level of each comparison of a model in Splink's form."""
    rows: list[dict[str, Any]] = [
        {
            "label": f"{comparison['output_column_name'].replace('_', ' ')}: {level['label_for_charts']}",
            "bits": round(math.log2(level["m_probability"] / level["u_probability"]), 6),
        }
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    ]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("bits:Q", title="match weight (bits), before term frequencies"),
            y=alt.Y("label:N", sort=[row["label"] for row in rows], title=None, axis=alt.Axis(labelLimit=LABEL_PIXELS)),
            color=alt.condition("datum.bits >= 0", alt.value(FOR), alt.value(AGAINST)),
        )
        .properties(width=480)
    )
    return chart


def blocking_chart(rules: Sequence[RuleRecall]) -> alt.LayerChart:
    """Draw the share of true pairs that each blocking rule finds, with its interval, and the share only it finds."""
    rows: list[dict[str, Any]] = [
        {
            "label": rule.name or "all rules",
            "recall": rule.recall.value,
            "low": rule.recall.low,
            "high": rule.recall.high,
            "only": rule.only / rule.true_pairs if rule.name and rule.true_pairs else 0.0,
        }
        for rule in rules
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("label:N", sort=[row["label"] for row in rows], title=None, axis=alt.Axis(labelLimit=LABEL_PIXELS))
    )
    title = "share of true pairs found (light), and only by this rule (dark)"
    found = base.mark_bar(color=FOR, opacity=0.4).encode(x=alt.X("recall:Q", title=title))
    alone = base.mark_bar(color=FOR).encode(x="only:Q")
    chart: alt.LayerChart = (found + alone + base.mark_rule(color=TOTAL).encode(x="low:Q", x2="high:Q")).properties(
        width=480
    )
    return chart


def reliability_chart(bins: Sequence[WeightBin]) -> alt.LayerChart:
    """Draw the share of matching pairs by match weight (points, intervals), and the calibrated share (line)."""
    rows: list[dict[str, Any]] = [
        {"weight": b.weight, "promised": b.predicted, "share": b.share.value, "low": b.share.low, "high": b.share.high}
        for b in bins
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=alt.X("weight:Q", title="match weight (bits: log2 odds)"))
    promised = base.mark_line(color=TOTAL).encode(y=alt.Y("promised:Q", title="share of one person: promised, found"))
    spread = base.mark_rule(color=FOR).encode(y="low:Q", y2="high:Q")
    chart: alt.LayerChart = (
        promised + spread + base.mark_point(color=FOR, filled=True).encode(y="share:Q")
    ).properties(width=480)
    return chart


def weights_chart(bins: Sequence[WeightBin]) -> alt.Chart:
    """Draw how many matching and non-matching pairs have each match weight, on a scale that shows small numbers."""
    rows: list[dict[str, Any]] = [
        {"weight": b.weight, "pairs": pairs, "of": of}
        for b in bins
        for of, pairs in (("one person", b.matches), ("two people", b.others))
    ]
    scale = alt.Scale(domain=["one person", "two people"], range=[FOR, AGAINST])
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(interpolate="step")
        .encode(
            x=alt.X("weight:Q", title="match weight (bits)"),
            y=alt.Y("pairs:Q", title="scored pairs", scale=alt.Scale(type="symlog")),
            color=alt.Color("of:N", title="records of", scale=scale),
        )
        .properties(width=480)
    )
    return chart


def save(chart: alt.Chart | alt.LayerChart, stem: Path) -> list[Path]:
    """Write a chart as SVG and PNG beside each other, and return the two files.

    Args:
        chart: the chart.
        stem: the path without a suffix; its folder must exist.
    """
    return [save_as(chart, stem.with_suffix(suffix)) for suffix in (".svg", ".png")]


def save_as(chart: alt.Chart | alt.LayerChart, file: Path) -> Path:
    """Write a chart to one file, SVG or PNG by its suffix, and return it.

    Raises:
        ValueError: the suffix is another.
    """
    described = chart.to_dict()
    if file.suffix == ".svg":
        file.write_text(vl_convert.vegalite_to_svg(described), encoding="utf-8")
    elif file.suffix == ".png":
        file.write_bytes(vl_convert.vegalite_to_png(described, scale=2))
    else:
        raise ValueError(f"A picture is written as .svg or .png, and {file.name} is neither.")
    return file
