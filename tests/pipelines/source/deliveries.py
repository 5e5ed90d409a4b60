"""Deliveries in the forms that the documented examples describe, of two people each, and a home to read them in."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.settings import Settings
from pipelines.source.extract import FixedWidth
from pipelines.source_check.trial import read_source
from tests.house.repository import ROOT
from tests.pipelines import tiny

EXAMPLES = ROOT / "docs" / "examples" / "sources"
PERSONAL = ("O'Connor", "OCONNOR", "O’Connor", "Sean", "Patrick", "Khan", "1981", "A1234BC", "X123456", "High Street")
"""Values of the people that no output may hold, in either case."""

PRISONERS = """<?xml version="1.0"?>
<prisoners xmlns="urn:visits">
  <prisoner number="A1234BC">
    <name><first>Sean</first><last>O'Connor</last></name><born>1981-03-14</born><sex>M</sex>
    <alias><first>John</first><last>Conner</last></alias><alias><first>Jack</first><last>Connor</last></alias>
    <address><line>1 High Street</line><postcode>M1 1AE</postcode></address>
  </prisoner>
  <prisoner number="A4321CB">
    <name><first>Mohammed</first><last>Khan</last></name><born>1985-07-02</born><sex>M</sex>
  </prisoner>
</prisoners>
"""


def home(folder: Path) -> Settings:
    """Return a home with an empty inbox."""
    (folder / "home" / "inbox").mkdir(parents=True)
    (folder / "home" / "conjoin.env").write_text(f"CONJOIN_AS_OF={tiny.AS_OF}\n", encoding="utf-8")
    return Settings.load(folder / "home")


def held(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, to see that nothing was left behind or touched."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def warrants(inbox: Path) -> None:
    spec = read_source(EXAMPLES / "fixed_width.yaml").extract
    assert isinstance(spec, FixedWidth)
    lines = [
        tiny.line(spec, "person", {"reference": "W0000001", "surname": "O'CONNOR", "born": "19810314", "sex": "M"}),
        tiny.line(spec, "person", {"reference": "W0000002", "surname": "KHAN", "born": "19850702", "sex": "M"}),
        tiny.line(spec, "warrant", {"reference": "W0000002", "offence": "FAILING TO APPEAR", "issued": "20260101"}),
    ]
    tiny.write_pnc(inbox / "warrants" / "WARRANTS20260302.txt", spec, lines)


def custody(folder: Path) -> None:
    """Write what the SFTP server holds."""
    detainees = (
        "custody_no;surname;forenames;dob;sex;pncid;address_1;town;postcode\r\n"
        "C1;O’Connor;Sean Patrick;14/03/1981;1;81/34U;1 High Street;Manchester;M1 1AE\r\n"
        "C2;Khan;Zoë;02-Jul-1985;2;03/3Y;2 Low Road;Birmingham;B1 1AA\r\n"
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "detainees_20260302.csv.gz").write_bytes(gzip.compress(detainees.encode("cp1252")))
    (folder / "phones_20260302.csv.gz").write_bytes(gzip.compress(b"custody_no;number\r\nC1;07700 900123\r\n"))


def hostels(inbox: Path) -> None:
    header = ["operation", "changed_at", "resident_no", "surname", "forenames", "born", "sex", "crn"]
    first, second = inbox / "hostels" / "2026-03-01", inbox / "hostels" / "2026-03-02"
    sean = ["R1", "Connor", "Sean", "1981-03-14", "M", "X123456"]
    gone = ["R2", "Khan", "Mohammed", "1985-07-02", "M", "X654321"]
    left = ["R3", "Larkin", "Ann", "1990-01-05", "F", "X111111"]
    tiny.write_csv(
        first / "residents_1.csv", header, [["I", "2026-03-01T01:00:00", *row] for row in (sean, gone, left)]
    )
    sean[1] = "O'Connor"
    changed = [["U", "2026-03-02T01:00:00", *sean], ["D", "2026-03-02T01:00:00", *gone]]
    tiny.write_csv(second / "residents_1.csv", header, changed)
    header = ["operation", "changed_at", "resident_no", "stay_no", "address", "postcode", "arrived", "departed"]
    stay = ["I", "2026-03-01T01:00:00", "R1", "1", "1 High Street", "M1 1AE", "2026-02-01", ""]
    tiny.write_csv(first / "stays_1.csv", header, [stay])


def referrals(folder: Path) -> None:
    """Write what the bucket holds."""
    sean = {
        "id": "REF1", "name": {"family": "O'Connor", "given": ["Sean", "Patrick"]}, "dob": "1981-03-14",
        "gender": "male",
        "ids": {"noms": "A1234BC"}, "aka": [{"family": "Conner", "given": "John"}],
        "reports": [
            {"ref": "IR1", "text": "Seen in town", "on": "2026-01-01", "marking": "SECRET", "handling": "2B-P"}
        ],
    }  # fmt: skip
    khan = {"id": "REF2", "name": {"family": "Khan", "given": ["Mohammed"]}, "dob": "1985-07-02", "gender": "male"}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people.jsonl").write_text(f"{json.dumps(sean)}\n{json.dumps(khan)}\n", encoding="utf-8")


def visits(inbox: Path) -> None:
    (inbox / "visits").mkdir()
    (inbox / "visits" / "prisoners.xml").write_text(PRISONERS, encoding="utf-8")


def courts(inbox: Path) -> None:
    (inbox / "courts" / "defendants").mkdir(parents=True)
    columns = "defendant_id, last_name, first_name, birth_date, sex, pnc"
    with duckdb.connect() as con:
        for part, surname in ((1, "O''Connor"), (2, "Khan")):
            path = inbox / "courts" / "defendants" / f"part-{part}.parquet"
            con.execute(
                f"COPY (FROM (VALUES ({part}, '{surname}', 'Sean', DATE '1981-03-14', 'M', '81/34U')) t({columns})) "
                f"TO '{path}' (FORMAT parquet)"
            )
        columns = "defendant_id, outcome, sentence_code, sentence, offence, sentenced_on, court, months"
        con.execute(
            "COPY (FROM (VALUES (1, 'SENTENCED', 'SDOPCU18', 'Custody', 'Preparing', DATE '2024-01-05', 'Leeds', 60), "
            f"(2, 'ACQUITTED', NULL, NULL, 'Theft', DATE '2024-01-06', 'Leeds', NULL)) t({columns}))"
            f" TO '{inbox / 'courts' / 'outcomes.parquet'}' (FORMAT parquet)"
        )


def tagging(inbox: Path) -> None:
    tiny.write_database(
        inbox / "tagging" / "tagging.sqlite",
        {
            "wearers": (
                ["wearer_id", "surname", "first_name", "date_of_birth", "gender", "crn"],
                [["T1", "O'Connor", "Sean", "1981-03-14", "M", "X123456"],
                 ["T2", "Khan", "Ali", "1985-07-02", "M", None],
                 ["T9", "OConnor", "Sean", "1981-03-14", "M", None]],
            ),
            "conditions": (
                ["condition_id", "wearer_id", "type", "text", "starts_on", "ends_on", "status"],
                [["1", "T2", "CURFEW", "At home from 7 to 7", "2026-01-01", None, "LIVE"]],
            ),
            "merges": (
                ["merge_id", "kept_wearer_id", "merged_wearer_id", "merged_on"], [["1", "T1", "T9", "2026-02-01"]]
            ),
        },
    )  # fmt: skip


IN_THE_INBOX: dict[str, Callable[[Path], None]] = {
    "fixed_width": warrants, "csv_changes": hostels, "xml": visits, "parquet": courts, "sqlite": tagging,
}  # fmt: skip
"""Per example that reads the inbox: what delivers to it."""
