"""The shipped rules say what the catalogue of the domain facts says of each: how bad, who must act, by when."""

import pytest

from pipelines.gaps import load_rules

# Rule: severity, owner, days, whether law or a system's own logic sets them, held by, expected in.
CATALOGUE = {
    "G01": ("high", "prison security", 1, False, ("nomis",), ("nomis",)),
    "G02": ("high", "NSD", 2, False, ("nomis",), ("ndelius",)),
    "G03": ("high", "prison security", 2, False, ("ndelius",), ("nomis",)),
    "G06": ("high", "POM", 3, False, ("ndelius",), ("nomis",)),
    "G08": ("critical", "MAPPA", 3, False, ("ndelius",), ("visor",)),
    "G18": ("critical", "POM", 1, False, ("nomis",), ("ndelius", "ctnm")),
    "G21": ("critical", "NSD", 3, True, ("ndelius",), ("ctnm",)),
    "G30": ("medium", "data quality", 5, False, ("any",), ("all",)),
}


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.spec.id)
def test_a_shipped_rule_is_as_the_catalogue_has_it(rule) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    spec = rule.spec
    said = (spec.severity, spec.owner_role, spec.sla_days, spec.statutory, spec.held_by, spec.expected_in)
    assert said == CATALOGUE[spec.id]


def test_every_rule_of_the_walking_skeleton_ships() -> None:
    assert {rule.spec.id for rule in load_rules()} == set(CATALOGUE)
