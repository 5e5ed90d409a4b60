"""Values that many share: whatever the field, they join nobody, and what is rare beside them still does."""

from __future__ import annotations

import random

import pytest

from linkage_models.nominal.model.common_values import MANY
from tests.linkage_models.nominal.builders import Edge, Given, Warehouse, pnc, shipped_bundle

PEOPLE = 60

SHARED: dict[str, Given] = {
    "identifier": {"crn": "X123456"},
    "telephone": {"phone": "0113 496 0123"},
    "e-mail address": {"email": "reception@hostel.example"},
    "vehicle": {"vehicle": "AB12 CDE"},
    "date of birth": {"born": "1991-01-01"},
    "another date of birth": {"born": "1984-11-11"},
    "postcode": {"postcode": "LS3 1AB"},
    "address": {"address": "Bridge Hostel, 4 Canal Road, Leeds", "postcode": "LS3 1AB"},
    "text for no address": {"address": "SEE PAPER FILE IN CABINET", "postcode": "LS3 1AB"},
    "hostel with telephone": {
        "address": "Bridge Hostel, 4 Canal Road",
        "postcode": "LS3 1AB",
        "phone": "0113 496 0123",
    },
}


def name(rng: random.Random) -> str:
    """A forename and a surname that no list holds."""
    return " ".join(
        "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randint(3, 4))).title()
        for _ in range(2)
    )


def people(rng: random.Random, shared: Given) -> dict[str, Given]:
    """Records of people of unlike names who have one value in common, and nothing else."""
    return {
        f"nomis:{place:03}": {
            "name": name(rng),
            "sex": "M",
            "born": f"19{50 + place % 50}-0{1 + place % 9}-{10 + place % 19}",
            **shared,
        }
        for place in range(PEOPLE)
    }


def links(records: dict[str, Given]) -> dict[tuple[str, str], Edge]:
    """The edges that are links, by the shipped bundle."""
    warehouse = Warehouse(records)
    warehouse.score()
    least = shipped_bundle().thresholds.link
    return {pair: edge for pair, edge in warehouse.edges().items() if edge.match_weight >= least}


@pytest.mark.parametrize("kind", SHARED)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_value_that_many_share_joins_nobody(kind: str, seed: int) -> None:
    assert links(people(random.Random(seed), SHARED[kind])) == {}  # noqa: S311  # no secret


@pytest.mark.parametrize("kind", ["identifier", "telephone", "e-mail address"])
def test_two_namesakes_of_whom_nothing_else_is_known_are_not_joined_by_it(kind: str) -> None:
    crowd = people(random.Random(7), SHARED[kind])  # noqa: S311  # no secret
    namesake = {"name": "David Jones", "sex": "M", **SHARED[kind]}
    assert links(crowd | {"pnc:900": namesake, "ndelius:900": namesake}) == {}


@pytest.mark.parametrize("kind", SHARED)
def test_the_same_people_are_found_again_by_what_is_their_own(kind: str) -> None:
    rng = random.Random(3)  # noqa: S311  # no secret
    once = people(rng, SHARED[kind])
    numbers = {key: pnc(2001, 100 + place) for place, key in enumerate(once)}
    first = {key: given | {"pnc": numbers[key]} for key, given in once.items()}
    again = {key.replace("nomis", "ndelius"): given for key, given in first.items()}
    assert set(links(first | again)) == {(key.replace("nomis", "ndelius"), key) for key in first}


@pytest.mark.parametrize(("others", "compared"), [(1, True), (MANY, False)])
def test_a_telephone_is_compared_unless_many_hold_it(others: int, compared: bool) -> None:
    rng = random.Random(4)  # noqa: S311  # no secret
    records = people(rng, {}) | {
        f"pnc:{place:03}": {"name": name(rng), "sex": "M", "born": f"1970-02-{10 + place}", **SHARED["telephone"]}
        for place in range(others)
    }
    one = {"name": "Brian Featherstone", "sex": "M", **SHARED["telephone"]}
    warehouse = Warehouse(records | {"pnc:900": one, "ndelius:900": one})
    warehouse.score()
    assert ("contact_point" in warehouse.edges()["ndelius:900", "pnc:900"].found) == compared


def _aliases(rng: random.Random, crowd: dict[str, Given], many: int) -> Given:
    some = rng.sample(sorted(crowd), many)
    return {"name": "Unidentified Male", "alias": [crowd[key]["name"] for key in some], "sex": "M",
            "born": ["1980-06-06", *(str(crowd[key]["born"]) for key in some)]}  # fmt: skip


@pytest.mark.parametrize("many", [40, 59])
def test_a_record_on_which_many_people_were_entered_joins_none_of_them(many: int) -> None:
    rng = random.Random(5)  # noqa: S311  # no secret
    crowd = people(rng, {})
    assert links(crowd | {"pnc:000": _aliases(rng, crowd, many)}) == {}


def test_a_persons_few_aliases_still_find_the_person() -> None:
    rng = random.Random(6)  # noqa: S311  # no secret
    crowd = people(rng, {})
    known = crowd["nomis:007"]
    held = {"name": name(rng), "alias": [name(rng), known["name"]], "born": known["born"], "sex": "M"}
    assert set(links(crowd | {"pnc:000": held})) == {("nomis:007", "pnc:000")}
