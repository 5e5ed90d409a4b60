"""A delivery that is not as declared ends in one clear sentence, or its bad rows in quarantine; nothing is lost."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.deployment import Source
from pipelines.errors import SourceError
from pipelines.landing.manifest import loads
from pipelines.settings import Settings
from tests.pipelines import shipped, tiny

PNC_FILE = Path("pnc") / "PNC_NOMINALS.txt"
PERSONAL = ("O'CONNOR", "OCONNOR", "KHAN", "1981/0000034U", "A1234BC", "X123456", "19810314")


def one_sentence(error: pytest.ExceptionInfo[SourceError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith(".")
    assert not any(value in text for value in PERSONAL)
    return text


@pytest.mark.parametrize(
    ("system", "file"),
    [("pnc", "pnc/PNC_NOMINALS.txt"), ("rms", "rms/aliases.csv"), ("ctnm", "ctnm/cases.json"),
     ("visor", "visor/nominals.jsonl"), ("nomis", "nomis/nomis.sqlite")],
)  # fmt: skip
def test_a_missing_file_is_named(tmp_path: Path, system: str, file: str) -> None:
    settings = shipped.home(tmp_path)
    (settings.deliveries / file).unlink()
    with pytest.raises(SourceError) as error:
        shipped.land_one(system, settings)
    text = one_sentence(error)
    assert text.startswith(f"{system}: ")
    assert file in text
    assert loads(settings.landing / system) == []


def test_a_truncated_fixed_width_line_is_quarantined_with_its_line_number(tmp_path: Path) -> None:
    settings, spec = shipped.home(tmp_path), shipped.pnc_extract()
    lines = tiny.pnc_lines(spec)
    lines[1] = lines[1][:60]
    tiny.write_pnc(settings.deliveries / PNC_FILE, spec, lines)
    applied = shipped.take_in("pnc", settings)
    assert (applied.extracted, applied.accepted, applied.quarantined) == (4, 2, 2)
    held = shipped.rows(settings, "SELECT reason, landed_row, raw FROM nominal.quarantine ORDER BY landed_row")
    assert held[0] == ("truncated_line", 3, lines[1])
    # The marker of the person whose line was cut has nobody to hang on: it waits in quarantine as well.
    assert held[1][:2] == ("unknown_record", 5)


def test_a_cut_off_fixed_width_file_is_refused(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    path = settings.deliveries / PNC_FILE
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(SourceError) as error:
        shipped.land_one("pnc", settings)
    assert "PNC_NOMINALS.txt line 5 is not the trailer line `TRL`, so the file was cut off" in one_sentence(error)


def test_a_trailer_that_counts_otherwise_is_refused(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    path = settings.deliveries / PNC_FILE
    path.write_text(path.read_text().replace("TRL000000004", "TRL000000005"))
    with pytest.raises(SourceError) as error:
        shipped.land_one("pnc", settings)
    assert "line 6 counts other than the 4 lines that the file holds" in one_sentence(error)


def test_a_line_in_a_wrong_encoding_is_quarantined(tmp_path: Path) -> None:
    settings, spec = shipped.home(tmp_path), shipped.pnc_extract()
    lines = tiny.pnc_lines(spec)
    lines[2] = lines[2].replace("JOHN", "JOSÉ")
    tiny.write_pnc(settings.deliveries / PNC_FILE, spec, lines)
    applied = shipped.take_in("pnc", settings)
    assert (applied.extracted, applied.quarantined) == (4, 1)
    assert shipped.rows(settings, "SELECT reason, landed_row FROM nominal.quarantine") == [("wrong_encoding", 4)]


def test_csv_rows_that_cannot_be_read_are_quarantined_and_the_rest_flows_in(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    path = settings.deliveries / "rms" / "nominals.csv"
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second + b"N3,Jos\xe9,Ann,,01/01/1990,Female,IC1,,,,\r\n" + b"N4,too,few\r\n" + third)
    applied = shipped.take_in("rms", settings)
    reasons = shipped.rows(
        settings, "SELECT landed_row, reason, explanation FROM nominal.quarantine ORDER BY landed_row"
    )
    assert [(row, reason) for row, reason, _ in reasons] == [(2, "wrong_encoding"), (3, "malformed_line")]
    assert "rms/nominals.csv line 3 " in str(reasons[0][2])
    assert applied.extracted == applied.accepted + applied.quarantined
    assert shipped.rows(settings, "SELECT landed_row FROM nominal.record ORDER BY 1") == [(1,), (4,)]


def rms_reports(settings: Settings, text: str) -> list[tuple[object, ...]]:
    """Deliver the reports file with these lines and take it in; return the reports that got through."""
    header = ",".join(tiny.RMS["intelligence"][0])
    (settings.deliveries / "rms" / "intelligence.csv").write_bytes(f"{header}\r\n{text}".encode())
    applied = shipped.take_in("rms", settings)
    assert applied.extracted == applied.accepted + applied.quarantined
    return shipped.rows(
        settings, "SELECT value FROM nominal.information_item WHERE kind = 'report' ORDER BY landed_row"
    )


def report(number: int, text: str) -> str:
    return f"{number},N2,01/02/2026,2B-P,OFFICIAL,{text}\r\n"


@pytest.mark.parametrize("stray", ['"Seen', 'Seen,"in', '"Seen" in', "Seen\rin"])
def test_a_stray_mark_in_a_csv_costs_its_own_row_and_no_other(tmp_path: Path, stray: str) -> None:
    settings = shipped.home(tmp_path)
    others = "".join(report(number, f"Report {number}") for number in range(3, 3000))
    found = rms_reports(settings, report(1, "Report 1") + report(2, stray) + others)
    assert [text for (text,) in found] == [f"Report {number}" for number in range(1, 3000) if number != 2]
    ((reason, row, raw),) = shipped.rows(settings, "SELECT reason, landed_row, raw FROM nominal.quarantine")
    assert (reason, row, raw) == ("malformed_line", 2, report(2, stray).removesuffix("\r\n"))


def test_a_csv_in_another_encoding_throughout_is_quarantined_line_by_line(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    path = settings.deliveries / "rms" / "intelligence.csv"
    header = ",".join(tiny.RMS["intelligence"][0])
    texts = [report(number, "José" if number % 2 else "Ann") for number in range(40_000)]
    path.write_bytes((f"{header}\r\n" + "".join(texts)).encode("latin-1"))
    load = shipped.land_one("rms", settings)
    assert (load.rows["intelligence"], load.quarantined["intelligence"]) == (20_000, 20_000)


def test_a_quoted_text_may_run_over_several_lines(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    found = rms_reports(
        settings,
        report(1, '"Seen,\r\nwith ""two""\r\n\r\nothers"') + report(2, '"Open') + report(3, '"Seen again,\nlater"'),
    )
    assert found == [('Seen,\nwith "two"\n\nothers',), ("Seen again,\nlater",)]
    assert shipped.rows(settings, "SELECT reason, landed_row FROM nominal.quarantine") == [("malformed_line", 2)]


def test_a_line_in_a_wrong_encoding_inside_a_quoted_text_is_not_joined_over(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    path = settings.deliveries / "rms" / "intelligence.csv"
    header = ",".join(tiny.RMS["intelligence"][0])
    text = report(1, '"Seen') + "Jos\xe9\r\n" + 'in town"\r\n' + report(2, "Report 2")
    path.write_bytes(f"{header}\r\n{text}".encode("latin-1"))
    applied = shipped.take_in("rms", settings)
    assert applied.extracted == applied.accepted + applied.quarantined
    reasons = "SELECT landed_row, reason FROM nominal.quarantine WHERE resource = 'intelligence' ORDER BY 1"
    assert shipped.rows(settings, reasons) == [(1, "malformed_line"), (2, "wrong_encoding"), (3, "malformed_line")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_csv_with_a_byte_order_mark_is_read(tmp_path: Path, encoding: str) -> None:
    settings = shipped.home(tmp_path)
    source = shipped.SOURCES["rms"]
    path = settings.deliveries / "rms" / "nominals.csv"
    for file in path.parent.iterdir():
        file.write_bytes(file.read_text(encoding="utf-8").encode(encoding))
    extract = source.spec.extract.model_copy(update={"encoding": encoding.removesuffix("-sig")})
    applied = shipped.take_in(
        "rms", settings, Source(source.spec.model_copy(update={"extract": extract}), source.yaml_file)
    )
    assert (applied.quarantined, applied.records_new) == (0, 2)


@pytest.mark.parametrize("header", ["", "nominal_no,surname,,forename", "nominal_no,surname,Surname"])
def test_a_csv_header_that_does_not_name_every_column_once_is_refused(tmp_path: Path, header: str) -> None:
    settings = shipped.home(tmp_path)
    (settings.deliveries / "rms" / "nominals.csv").write_text(f"{header}\n1,a,b,c\n")
    with pytest.raises(SourceError) as error:
        shipped.land_one("rms", settings)
    assert "nominals.csv line 1" in one_sentence(error)


def test_a_cut_off_json_array_names_the_line(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    path = settings.deliveries / "ctnm" / "cases.json"
    path.write_text("\n".join(path.read_text().splitlines()[:-3]))
    with pytest.raises(SourceError) as error:
        shipped.land_one("ctnm", settings)
    assert "cases.json line" in one_sentence(error)


def test_a_json_line_that_is_none_is_quarantined(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    path = settings.deliveries / "visor" / "nominals.jsonl"
    path.write_text(path.read_text() + '{"visor_id": "V2", \n' + "[1]\n")
    applied = shipped.take_in("visor", settings)
    assert applied.extracted == applied.accepted + applied.quarantined
    assert shipped.rows(settings, "SELECT landed_row, reason FROM nominal.quarantine ORDER BY 1") == [
        (2, "malformed_json"),
        (3, "malformed_json"),
    ]


@pytest.mark.parametrize("damage", ["not a database", "cut"])
def test_an_unreadable_database_is_refused(tmp_path: Path, damage: str) -> None:
    settings = shipped.home(tmp_path)
    path = settings.deliveries / "nomis" / "nomis.sqlite"
    path.write_bytes(b"rubbish" * 1000 if damage == "not a database" else path.read_bytes()[:5000])
    with pytest.raises(SourceError) as error:
        shipped.land_one("nomis", settings)
    assert "nomis.sqlite" in one_sentence(error)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    con = sqlite3.connect(settings.deliveries / "nomis" / "nomis.sqlite")
    con.execute("DROP TABLE alerts")
    con.commit()
    con.close()
    with pytest.raises(SourceError) as error:
        shipped.land_one("nomis", settings)
    assert "table alerts, does not exist" in one_sentence(error)


def test_the_same_delivery_again_makes_no_new_load(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    first = shipped.land_one("nomis", settings)
    assert shipped.land_one("nomis", settings).load_id == first.load_id
    assert len(loads(settings.landing / "nomis")) == 1


def test_a_delivery_that_was_not_renewed_grows_old(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    path = settings.deliveries / "nomis" / "nomis.sqlite"
    written = datetime(2026, 2, 20, 3, tzinfo=UTC)
    os.utime(path, (written.timestamp(), written.timestamp()))
    first = shipped.land_one("nomis", settings)
    assert first.last_seen_at == written.replace(tzinfo=None)
    again = shipped.land_one("nomis", settings.model_copy(update={"as_of": datetime(2026, 3, 9, tzinfo=UTC)}))
    assert again.last_seen_at == first.last_seen_at
    path.touch()
    renewed = shipped.land_one("nomis", settings.model_copy(update={"as_of": datetime(2026, 3, 10, tzinfo=UTC)}))
    assert (renewed.load_id, renewed.last_seen_at) == (first.load_id, datetime(2026, 3, 10))  # noqa: DTZ001


def test_what_a_killed_run_left_half_landed_is_swept(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    left = settings.landing / "nomis" / ".landing-99999"
    left.mkdir(parents=True)
    (left / "offenders.parquet").write_bytes(b"PAR1")
    shipped.land_one("nomis", settings)
    assert [path.name for path in (settings.landing / "nomis").iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("single", ["nowhere", {"surname": "ADAMS"}, 7])
def test_a_single_value_where_a_list_belongs_is_quarantined(tmp_path: Path, single: object) -> None:
    settings = shipped.home(tmp_path)
    case = {**tiny.CASE, "aliases": None, "addresses": single, "intelligence": []}
    (settings.deliveries / "ctnm" / "cases.json").write_text(json.dumps([case]))
    applied = shipped.take_in("ctnm", settings)
    assert (applied.extracted, applied.accepted, applied.quarantined) == (2, 1, 1)
    assert shipped.rows(settings, "SELECT resource, reason, raw FROM nominal.quarantine") == [
        ("cases.addresses", "not_a_list", json.dumps(single, separators=(",", ":")))
    ]
