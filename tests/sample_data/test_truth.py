"""The truth covers every delivered record, and its gaps are really there: checked from the files alone."""

import csv
import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

NIGHTS = (1, 2)


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class _Night:
    """What the tests read of one night."""

    def __init__(self, sample: Path, night: int) -> None:
        self.folder = sample / f"night-{night}"
        self.records = _csv(sample / "truth" / f"night-{night}" / "record.csv")
        self.gaps = _csv(sample / "truth" / f"night-{night}" / "gap.csv")
        self.person = {(row["system"], row["source_record_id"]): row["person_id"] for row in self.records}

    def people(self, system: str, query: str) -> set[str]:
        with sqlite3.connect(self.folder / system / f"{system}.sqlite") as database:
            return {self.person[system, key] for (key,) in database.execute(query)}

    def documents(self) -> dict[str, dict[str, object]]:
        cases = json.loads((self.folder / "ctnm" / "cases.json").read_text(encoding="utf-8"))
        return {self.person["ctnm", case["case_ref"]]: case for case in cases}

    def gap_people(self, rule: str, expected_in: str | None = None) -> set[str]:
        return {
            gap["person_id"]
            for gap in self.gaps
            if gap["rule_id"] == rule and expected_in in {None, gap["expected_in"]}
        }

    def delivered(self) -> Counter[tuple[str, str]]:
        keys: Counter[tuple[str, str]] = Counter()
        for line in (self.folder / "pnc" / "PNC_NOMINALS.txt").read_text(encoding="ascii").splitlines():
            if line.startswith("NOM"):
                keys["pnc", line[3:17].strip()] += 1
        keys.update(("rms", row["nominal_no"]) for row in _csv(self.folder / "rms" / "nominals.csv"))
        keys.update(("ctnm", str(case["case_ref"])) for case in self.documents().values())
        for line in (self.folder / "visor" / "nominals.jsonl").read_text(encoding="utf-8").splitlines():
            keys["visor", json.loads(line)["visor_id"]] += 1
        tables = {
            "nomis": "noms_no from offenders",
            "ndelius": "crn from offenders",
            "oasys": "assessment_id from assessments",
        }
        for system, what in tables.items():
            with sqlite3.connect(self.folder / system / f"{system}.sqlite") as database:
                keys.update((system, key) for (key,) in database.execute(f"select {what}"))
        return keys


@pytest.fixture(params=NIGHTS)
def night(request: pytest.FixtureRequest, shipped: Path) -> _Night:
    return _Night(shipped, request.param)


XTACT = "select noms_no from alerts where alert_code = 'XTACT' and active = 'Y'"
RTAO = "select crn from registrations where type = 'RTAO' and deregistered_on is null"
M4 = "select crn from registrations where type = 'MAPP' and category = 'M4' and deregistered_on is null"


def test_every_delivered_record_is_somebodys_exactly_once(night: _Night) -> None:
    truth = Counter((row["system"], row["source_record_id"]) for row in night.records)
    assert truth == night.delivered()
    assert max(truth.values()) == 1


def test_every_person_of_the_truth_is_listed(shipped: Path, night: _Night) -> None:
    people = {row["person_id"] for row in _csv(shipped / "truth" / "person.csv")}
    assert {row["person_id"] for row in night.records} <= people


def test_several_gaps_of_each_rule_are_planted_and_many_cases_are_left_clean(shipped: Path, night: _Night) -> None:
    planted = Counter(gap["rule_id"] for gap in night.gaps if gap["planted"] == "true")
    assert set(planted) == {"G01", "G02", "G03", "G06", "G08", "G18", "G21", "G30"}
    assert min(planted.values()) >= 3
    cases = {row["person_id"] for row in _csv(shipped / "truth" / "person.csv") if row["is_terrorist_risk"] == "true"}
    assert len(cases) >= 40
    with_gap = {gap["person_id"] for gap in night.gaps}
    assert with_gap <= cases
    assert len(cases - with_gap) >= 10


def test_signs_of_terrorist_risk_are_on_cases_only(shipped: Path, night: _Night) -> None:
    cases = {row["person_id"] for row in _csv(shipped / "truth" / "person.csv") if row["is_terrorist_risk"] == "true"}
    terrorist = "select noms_no from sentences where tact = 'Y' or sentence_code in ('SDOPCU18', 'STS18', 'STS21')"
    found = (
        night.people("nomis", XTACT) | night.people("nomis", terrorist) | night.people("ndelius", RTAO)
        | night.people("ndelius", M4) | set(night.documents())
    )  # fmt: skip
    assert found
    assert found <= cases


def test_terrorist_sentences_without_an_alert_are_the_gaps_of_g01(night: _Night) -> None:
    terrorist = "select noms_no from sentences where tact = 'Y' or sentence_code in ('SDOPCU18', 'STS18', 'STS21')"
    assert night.gap_people("G01") == night.people("nomis", terrorist) - night.people("nomis", XTACT)


def test_alerts_without_a_registration_are_the_gaps_of_g02(night: _Night) -> None:
    assert night.gap_people("G02") == night.people("nomis", XTACT) - night.people("ndelius", RTAO)


def test_registrations_in_custody_without_an_alert_are_the_gaps_of_g03(night: _Night) -> None:
    registered = night.people("ndelius", RTAO) | night.people("ndelius", M4)
    inside = night.people("nomis", "select noms_no from bookings where status = 'IN'")
    assert night.gap_people("G03") == (registered & inside) - night.people("nomis", XTACT)


def test_levels_that_differ_are_the_gaps_of_g06(night: _Night) -> None:
    differing = set()
    for level in (1, 2, 3):
        registered = night.people("ndelius", f"{M4} and level = 'M{level}'")
        others = "', '".join(f"P10{other}" for other in (1, 2, 3) if other != level)
        differing |= registered & night.people(
            "nomis", f"select noms_no from alerts where active = 'Y' and alert_code in ('{others}')"
        )
    assert night.gap_people("G06") == differing


def test_category_4_cases_without_a_visor_record_are_the_gaps_of_g08(night: _Night) -> None:
    visor = {person for (system, _), person in night.person.items() if system == "visor"}
    assert night.gap_people("G08") == night.people("ndelius", M4) - visor


def test_release_dates_unknown_to_ctnm_inside_28_days_are_gaps_of_g18(night: _Night) -> None:
    day = {"night-1": "2026-03-02", "night-2": "2026-03-03"}[night.folder.name]
    soon = night.people(
        "nomis", f"select noms_no from release_dates where release_date between '{day}' and date('{day}', '+28 days')"
    )
    without = {person for person, case in night.documents().items() if case["release_date"] is None}
    assert night.gap_people("G18", "ctnm") == soon & without


def test_release_dates_that_differ_are_gaps_of_g18_and_a_day_is_no_difference(night: _Night) -> None:
    with sqlite3.connect(night.folder / "nomis" / "nomis.sqlite") as database:
        prison = {night.person["nomis", key]: day for key, day in database.execute(
            "select noms_no, julianday(max(release_date)) from release_dates group by noms_no")}  # fmt: skip
    with sqlite3.connect(night.folder / "ndelius" / "ndelius.sqlite") as database:
        probation = {night.person["ndelius", key]: day for key, day in database.execute(
            "select crn, julianday(max(expected_release_date)) from disposals "
            "where expected_release_date is not null group by crn"
        )}  # fmt: skip
    at_risk = (
        night.people("nomis", XTACT)
        | night.people("ndelius", RTAO)
        | night.people("ndelius", M4)
        | set(night.documents())
    )
    differences = {
        person: abs(prison[person] - probation[person]) for person in at_risk & prison.keys() & probation.keys()
    }
    assert 1 in differences.values()
    assert night.gap_people("G18", "ndelius") == {person for person, days in differences.items() if days > 1}


def test_postcodes_probation_did_not_pass_on_are_gaps_of_g21(night: _Night) -> None:
    documents = night.documents()
    unknown = set()
    with sqlite3.connect(night.folder / "ndelius" / "ndelius.sqlite") as database:
        for crn, postcode in database.execute("select crn, upper(replace(postcode, ' ', '')) from addresses"):
            case = documents.get(night.person["ndelius", crn])
            if case and postcode not in str(case["addresses"]).upper().replace(" ", ""):
                unknown.add(night.person["ndelius", crn])
    found = {gap["person_id"] for gap in night.gaps if gap["rule_id"] == "G21" and gap["detail"] == "address"}
    assert found == unknown


def test_some_gaps_follow_from_errors_rather_than_from_a_plan(night: _Night) -> None:
    unplanned = [gap for gap in night.gaps if gap["planted"] == "false"]
    assert unplanned
    # A name or a date that was mistyped is one that no other system holds.
    assert {(gap["rule_id"], gap["detail"]) for gap in unplanned} == {
        ("G21", "name"), ("G30", "name"), ("G30", "birth_date"),
    }  # fmt: skip


def test_a_gap_closes_and_another_opens_on_the_second_night(shipped: Path) -> None:
    first, second = (
        {(gap["rule_id"], gap["person_id"], gap["detail"]) for gap in _Night(shipped, number).gaps} for number in NIGHTS
    )
    assert any(rule == "G02" for rule, *_ in first - second)
    assert any(rule == "G21" for rule, *_ in second - first)


def test_a_few_ctnm_items_are_secret_and_some_intelligence_has_no_marking(shipped: Path, night: _Night) -> None:
    markings = Counter(report["marking"] for case in night.documents().values() for report in case["intelligence"])  # type: ignore[attr-defined]
    force = Counter(row["marking"] for row in _csv(night.folder / "rms" / "intelligence.csv"))
    assert 0 < markings["SECRET"] < markings["OFFICIAL-SENSITIVE"]
    assert set(force) == {"OFFICIAL-SENSITIVE", "OFFICIAL", ""}
    assert force["OFFICIAL-SENSITIVE"] > force["OFFICIAL"] > force[""] > 0
