"""Whether the records hold families: only then may the signs of kin hold a pair back."""

from __future__ import annotations

from linkage_models import nominal
from linkage_models.nominal.train.estimation import FAMILY_PAIRS, has_families
from tests.linkage_models.nominal.builders import Given, Warehouse

FORENAMES = ("Brian", "Dominic", "Sarah", "Keith", "Olwen", "Tomasz", "Femi", "Ursula")


def people(number: int) -> dict[str, Given]:
    """Return people of surnames and addresses of their own, each in two systems."""
    return {
        f"{system}:{place}": {
            "name": f"{FORENAMES[place % 8]} Sur{chr(97 + place % 26)}{chr(97 + place // 26)}x",
            "born": f"{1950 + place % 40}-03-14",
            "postcode": f"LS{place % 9 + 1} {place // 9 % 9 + 1}{'ABDEFGHJLN'[place // 81]}B",
        }
        for system in ("pnc", "nomis")
        for place in range(number)
    }


def holds_families(records: dict[str, Given]) -> bool:
    con = Warehouse(records).con
    nominal.build_features(con, "record", "feature")
    return has_families(con, "feature")


def test_people_who_share_no_household_hold_no_families() -> None:
    assert not holds_families(people(FAMILY_PAIRS))


def test_neighbours_of_other_names_are_no_families() -> None:
    in_street = {"postcode": "LS1 1AB", "address": "14 Rosella Crescent Weetangera"}
    assert not holds_families({key: given | in_street for key, given in people(FAMILY_PAIRS).items()})


def test_relatives_in_some_households_are_families() -> None:
    records = people(FAMILY_PAIRS)
    brothers = {
        f"rms:{place}": records[f"pnc:{place}"]
        | {"name": f"Wynford {records[f'pnc:{place}']['name'].split()[1]}", "born": "1931-05-06"}
        for place in range(20)
    }
    assert holds_families(records | brothers)


def test_too_few_records_to_tell_count_as_families() -> None:
    assert holds_families(people(FAMILY_PAIRS - 1))
