"""What would settle a pair, what falls apart without a source, and a pair that no run compared."""

from __future__ import annotations

import pytest

from linkage_models import resolve
from linkage_models.explain import Evidence, score_afresh, what_would_settle, without_each_system
from linkage_models.explain.settle import in_words
from tests.linkage_models.nominal.builders import DECISION, Edge, Given, Warehouse, scored_pairs, shipped_bundle

TWINS: dict[str, tuple[Given, Given]] = {
    "twins": (
        {"name": "Brian Featherstone", "born": "1990-09-14", "postcode": "LS1 4AB"},
        {"name": "Dominic Featherstone", "born": "1990-09-14", "postcode": "LS1 4AB"},
    ),
    "doubtful": (
        {"name": "Brian Featherstone", "born": "1990-09-14"},
        {"name": "Brian Featherstone", "born": "1990-11-14"},
    ),
}


def evidence(edge: Edge | None) -> tuple[Evidence, ...]:
    assert edge is not None
    return tuple(Evidence(*part) for part in edge.evidence)


def test_an_identifier_settles_a_doubtful_pair_and_what_brothers_share_does_not() -> None:
    bundle, pairs = shipped_bundle(), scored_pairs(TWINS)
    for name, edge in pairs.items():
        fields = {field.comparison: field for field in what_would_settle(bundle, evidence(edge))}
        assert fields["pnc"].if_same > bundle.thresholds.link, name
        assert fields["pnc"].if_different < fields["pnc"].if_same, name
        assert not {"prior", "generation", "sex", "kinship", "household"} & set(fields)
    twins = {field.comparison: field for field in what_would_settle(bundle, evidence(pairs["twins"]))}
    assert twins["contact_point"].if_same < bundle.thresholds.link
    doubtful = pairs["doubtful"]
    assert doubtful is not None
    assert bundle.thresholds.review < doubtful.match_weight < bundle.thresholds.link
    said = in_words(bundle, doubtful.match_weight, evidence(doubtful))
    assert said.startswith(("What would settle it: a ", "What would link them: a "))
    assert "which they do not both have" in said


def test_a_pair_that_no_rule_brings_together_is_compared_on_the_spot() -> None:
    warehouse = Warehouse(
        {
            "pnc:1": {"name": "Brian Featherstone", "born": "1990-09-14"},
            "rms:2": {"name": "Aled Pritchard", "born": "1971-02-03"},
            "nomis:3": {"name": "Brian Featherstone", "born": "1990-09-14"},
        }
    )
    warehouse.score()
    far = score_afresh(warehouse.con, "record", shipped_bundle(), "rms:2", "pnc:1")
    assert far.rules == ()
    assert far.pair.match_weight < shipped_bundle().thresholds.review
    near = score_afresh(warehouse.con, "record", shipped_bundle(), "pnc:1", "nomis:3")
    edge = warehouse.edges()["nomis:3", "pnc:1"]
    assert near.pair.match_weight == pytest.approx(edge.match_weight, abs=1e-6)
    assert "date of birth and a name word shared" in near.rules
    with pytest.raises(LookupError):
        score_afresh(warehouse.con, "record", shipped_bundle(), "pnc:1", "pnc:none")


def test_a_subject_held_together_by_one_source_falls_apart_without_it() -> None:
    bundle = shipped_bundle()
    warehouse = Warehouse(
        {
            "pnc:a": {"name": "Brian Featherstone", "pnc": "81/34U", "born": "1990-09-14"},
            "nomis:b": {"name": "Rian Fetherston", "cro": "65656/91H", "born": "1971-02-03"},
            "rms:c": {"name": "Brian Featherstone", "pnc": "81/34U", "cro": "65656/91H", "born": "1990-09-14"},
        }
    )
    warehouse.score()
    warehouse.con.execute(DECISION)
    found = without_each_system(
        warehouse.con,
        records="record",
        edges="edge",
        decisions="decision",
        thresholds=resolve.Thresholds.of(bundle.thresholds),
        keys=("nomis:b", "pnc:a", "rms:c"),
    )
    parts = {one.source_system: one.parts for one in found}
    assert parts["rms"] == (("nomis:b",), ("pnc:a",))
    assert parts["nomis"] == (("pnc:a", "rms:c"),)
    assert "fall into 2 parts: nomis:b; pnc:a" in next(o for o in found if o.source_system == "rms").in_words()
