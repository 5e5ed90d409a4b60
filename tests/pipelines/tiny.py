"""A tiny delivery of all seven systems: two people, in the very form the real ones come in; tests then damage it."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

from pipelines.settings import Settings
from pipelines.source.extract import FixedWidth

AS_OF = "2026-03-02T02:00:00Z"
NOMINAL_LINES = [
    {"pncid": "1981/0000034U", "surname": "O'CONNOR", "forenames": "SEAN PATRICK", "birth_date": "19810314", "sex": "M",
     "ic_code": "1", "address": "1 HIGH STREET", "postcode": "M1 1AE", "cro": "065656/91H"},
    {"pncid": "2003/0000003Y", "surname": "KHAN", "forenames": "MOHAMMED ALI", "birth_date": "19850702", "sex": "M",
     "ic_code": "4", "address": "2 LOW ROAD", "postcode": "B1 1AA"},
]  # fmt: skip


def line(spec: FixedWidth, resource: str, values: dict[str, str]) -> str:
    """Return a fixed-width line of a resource's type."""
    line_type = spec.resources[resource]
    characters = list(" " * line_type.length)
    characters[0 : len(line_type.type)] = line_type.type
    for field, value in values.items():
        start, length = line_type.fields[field]
        characters[start - 1 : start - 1 + len(value[:length])] = value[:length]
    return "".join(characters)


def write_pnc(path: Path, spec: FixedWidth, lines: list[str]) -> None:
    """Write the PNC file with its header and a trailer that counts rightly."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = ["HDR20260302013000", *lines, f"TRL{len(lines):09d}"]
    path.write_text("".join(f"{text}\n" for text in whole), encoding="latin-1")


def pnc_lines(spec: FixedWidth) -> list[str]:
    """Return the nominal lines of the two people, with one alias and one marker."""
    return [
        *(line(spec, "nominal", values) for values in NOMINAL_LINES),
        line(spec, "alias", {"pncid": "1981/0000034U", "surname": "OCONNER", "forenames": "JOHN"}),
        line(spec, "marker", {"pncid": "2003/0000003Y", "marker": "VI", "created": "20200101"}),
    ]


def write_csv(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """Write one CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def write_database(path: Path, tables: dict[str, tuple[list[str], list[list[Any]]]]) -> None:
    """Write an SQLite database of tables with their columns and rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    con = sqlite3.connect(path)
    for table, (columns, rows) in tables.items():
        con.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        con.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)
    con.commit()
    con.close()


NOMIS: dict[str, tuple[list[str], list[list[Any]]]] = {
    "offenders": (
        ["noms_no", "surname", "first_name", "middle_names", "birth_date", "sex_code", "ethnicity_code", "nationality",
         "place_of_birth"],
        [["A1234BC", "O'Connor", "Sean", "Patrick", "1981-03-14", "M", "W1", "British", "Leeds"]],
    ),
    "offender_aliases": (["alias_id", "noms_no", "surname", "first_name", "middle_names", "birth_date"], []),
    "offender_identifiers": (["identifier_id", "noms_no", "type", "value"], [[1, "A1234BC", "PNC", "81/34U"]]),
    "offender_addresses": (
        ["address_id", "noms_no", "address", "postcode", "address_type", "from_date", "to_date"], []
    ),
    "bookings": (
        ["booking_id", "noms_no", "booking_no", "establishment", "status", "admitted_on", "released_on"],
        [[1, "A1234BC", "B0001", "MDI", "IN", "2024-01-05", None]],
    ),
    "sentences": (
        ["sentence_id", "noms_no", "sentence_date", "sentence_code", "offence_code", "offence", "tact"],
        [[1, "A1234BC", "2024-01-05", "SDOPCU18", "TA06005", "Preparation of terrorist acts", "Y"]],
    ),
    "release_dates": (["release_id", "noms_no", "release_date", "release_type"], [[1, "A1234BC", "2027-01-05", "CRD"]]),
    "alerts": (
        ["alert_id", "noms_no", "alert_type", "alert_code", "created_on", "expires_on", "active"],
        [[1, "A1234BC", "X", "XTACT", "2024-01-06", None, "Y"]],
    ),
    "merges": (["merge_id", "merged_noms_no", "surviving_noms_no", "merged_on"], []),
}  # fmt: skip

NDELIUS: dict[str, tuple[list[str], list[list[Any]]]] = {
    "offenders": (
        ["crn", "surname", "first_name", "second_name", "third_name", "date_of_birth", "gender", "ethnicity_code",
         "nationality", "noms_number", "pnc_number", "cro_number", "visor_id"],
        [["X123456", "OConnor", "Sean", "Patrick", None, "1981-03-14", "M", "W1", "British", "A1234BC", None,
          None, None],
         ["X654321", "Khan", "Mohammad", "Ali", None, "1985-07-02", "M", "A2", "British", None, "03/3Y", None, None]],
    ),
    "aliases": (["alias_id", "crn", "surname", "first_name", "date_of_birth"], []),
    "addresses": (["address_id", "crn", "address", "postcode", "status", "from_date", "to_date"],
                  [[1, "X123456", "1 High Street", "M1 1AE", "MAIN", "2020-01-01", None]]),
    "registrations": (["registration_id", "crn", "type", "level", "category", "registered_on", "deregistered_on"], []),
    "disposals": (["disposal_id", "crn", "sentence_date", "offence_code", "offence", "expected_release_date"], []),
    "licence_conditions": (["condition_id", "crn", "code", "text", "from_date", "to_date"], []),
    "contact_points": (["contact_point_id", "crn", "kind", "value", "from_date"], []),
    "merges": (["merge_id", "merged_crn", "surviving_crn", "merged_on"], []),
}  # fmt: skip

OASYS: dict[str, tuple[list[str], list[list[Any]]]] = {
    "assessments": (
        ["assessment_id", "crn", "noms_number", "pnc_number", "surname", "forename_1", "forename_2", "date_of_birth",
         "gender", "ethnicity_code", "completed_on", "rosh", "risk_to_self"],
        [["OA1", "X123456", "A1234BC", None, "O'Connor", "Sean", "Patrick", "1981-03-14", "M", "W1", "2025-05-05",
          "HIGH", "N"]],
    ),
    "assessment_addresses": (["address_id", "assessment_id", "address", "postcode"], []),
    "assessment_sections": (["section_id", "assessment_id", "section", "score"], [[1, "OA1", "ATTITUDES", 4]]),
}  # fmt: skip

CASE = {
    "case_ref": "CT/0001", "pncid": "1981/0000034U", "noms_number": "A1234BC", "status": "OPEN", "risk_band": "1",
    "opened_on": "2024-01-01",
    "subject": {"surname": "O'Connor", "forenames": "Sean Patrick", "date_of_birth": "1981-03-14", "sex": "M"},
    "aliases": [], "addresses": [{"address": "1 High Street", "postcode": "M1 1AE", "notified_on": "2024-02-01"}],
    "contact_points": [], "release_date": "2027-01-05", "release_date_updated_on": "2026-01-01", "notifications": [],
    "intelligence": [
        {"report_ref": "IR1", "reported_on": "2026-01-01", "grading": "2B-P", "marking": "SECRET", "text": "Hush hush"}
    ],
}  # fmt: skip

VISOR = {
    "visor_id": "V000001", "name": {"family": "O'Connor", "given": ["Sean", "Patrick"]}, "dob": "1981-03-14",
    "gender": "male", "ids": {"pnc": "81/34U", "crn": "X123456", "noms": "A1234BC"}, "aka": [],
    "addresses": [{"text": "1 High Street", "postcode": "M1 1AE", "since": "2020-01-01"}], "category": "MAPPA 4",
    "level": 2, "registered_on": "2024-02-01", "manager": "Manager 1",
}  # fmt: skip

RMS = {
    "nominals": (
        ["nominal_no", "surname", "forename", "middle_names", "date_of_birth", "gender", "ethnic_appearance", "pncid",
         "cro", "place_of_birth", "created_on"],
        [["N1", "O'Connor", "Sean", "Patrick", "14/03/1981", "Male", "IC1", "81/34U", "", "Leeds", "01/01/2010"],
         ["N2", "Khan", "Mohamed", "Ali", "02/07/1985", "Male", "IC4", "2003/0000003Y", "", "", "01/01/2011"]],
    ),
    "aliases": (["alias_no", "nominal_no", "surname", "forename", "date_of_birth"], []),
    "addresses": (["address_no", "nominal_no", "address", "postcode", "from_date", "to_date"],
                  [["1", "N2", "2 Low Road", "B1 1AA", "01/01/2020", ""]]),
    "markers": (["marker_no", "nominal_no", "marker", "from_date", "to_date"], []),
    "contacts": (["contact_no", "nominal_no", "kind", "value", "from_date"], []),
    "intelligence": (["report_no", "nominal_no", "reported_on", "grading", "marking", "text"],
                     [["1", "N2", "01/02/2026", "2B-P", "OFFICIAL", "Seen in town"]]),
}  # fmt: skip


def deliver(inbox: Path, pnc: FixedWidth) -> None:
    """Write the whole tiny delivery."""
    write_pnc(inbox / "pnc" / "PNC_NOMINALS.txt", pnc, pnc_lines(pnc))
    for name, (header, rows) in RMS.items():
        write_csv(inbox / "rms" / f"{name}.csv", header, rows)
    (inbox / "ctnm").mkdir(parents=True, exist_ok=True)
    (inbox / "ctnm" / "cases.json").write_text(json.dumps([CASE], indent=1), encoding="utf-8")
    (inbox / "visor").mkdir(parents=True, exist_ok=True)
    (inbox / "visor" / "nominals.jsonl").write_text(json.dumps(VISOR) + "\n", encoding="utf-8")
    write_database(inbox / "nomis" / "nomis.sqlite", NOMIS)
    write_database(inbox / "ndelius" / "ndelius.sqlite", NDELIUS)
    write_database(inbox / "oasys" / "oasys.sqlite", OASYS)


def home_with_delivery(folder: Path, pnc: FixedWidth) -> Settings:
    """Return the settings of a new home whose inbox holds the tiny delivery."""
    home = folder / "home"
    deliver(home / "inbox", pnc)
    (home / "conjoin.env").write_text(f"CONJOIN_AS_OF={AS_OF}\n", encoding="utf-8")
    return Settings.load(home)
