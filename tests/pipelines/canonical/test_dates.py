"""Dates are read as they were meant, whole or in part, or it is said; against a table that a domain expert can read."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from linkage_models import standardise
from linkage_models.relations import Temporaries
from linkage_models.standardise.dates import PLACEHOLDER_BIRTH_DATES
from pipelines.canonical.apply import apply_latest
from pipelines.canonical.dates import make_macros
from pipelines.landing.land import land
from pipelines.settings import Settings
from pipelines.source import SourceSpec
from pipelines.warehouse.database import writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection

    from pipelines.canonical.applied import Applied

DELIVERED = date(2026, 3, 2)
SOURCE: dict[str, Any] = {
    "system": "rms", "title": "RMS", "description": "Of tests.", "service": "police", "owner": "team:tests",
    "marking": "OFFICIAL", "originator": "Tests", "extract": {"format": "csv", "resources": {"people": "people.csv"}},
    "record": {"from": "people", "key": "id", "surname": "surname", "birth_date": "dob"},
}  # fmt: skip
FORMATS = ("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y%m%d", "%d%m%Y", "%d-%b-%Y", "%d %B %Y", "%d.%m.%Y")
SHORT_FORMATS = ("%d/%m/%y", "%m/%d/%y", "%y%m%d", "%d-%b-%y")


class Read(NamedTuple):
    """What is kept of a date of birth, or why nothing is."""

    day: date | None
    part: str | None
    nothing: str | None


class Reader:
    """Reads dates of birth as a source with some formats delivers them."""

    def __init__(self, *formats: str, **said: Any) -> None:
        self.con = duckdb.connect()
        standardise.register(self.con)
        spec = TypeAdapter(SourceSpec).validate_python({**SOURCE, **said, "date_format": list(formats)})
        make_macros(Temporaries(self.con), spec, DELIVERED)

    def __call__(self, text: str) -> Read:
        (found,) = self.all(text)
        return found

    def all(self, *texts: str) -> list[Read]:
        """Return what is kept of each of some texts; bound once for all."""
        self.con.register("text", pa.table({"place": range(len(texts)), "given": pa.array(texts, pa.string())}))
        return [
            Read(*row)
            for row in self.con.execute("""
                WITH dated AS (SELECT *, read_birth_date(given) AS day FROM text),
                parted AS (SELECT *, CASE WHEN day IS NULL THEN read_part(given) END AS part FROM dated)
                SELECT possible_birth(day), possible_part(part), birth_fault(given, day, part)
                FROM parted ORDER BY place
            """).fetchall()
        ]


READERS = {date_format: Reader(date_format) for date_format in (*FORMATS, *SHORT_FORMATS)}
TABLE: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("dates.yaml"))
BIRTHS = st.lists(st.dates(date(1500, 1, 1), DELIVERED), min_size=1, max_size=60)
PLACEHOLDERS = set(map(date.fromisoformat, PLACEHOLDER_BIRTH_DATES))


def kept(born: date) -> Read:
    """Return what is to be kept of a date of birth that is given whole."""
    return Read(None, None, "placeholder") if born in PLACEHOLDERS else Read(born, None, None)


@pytest.mark.parametrize("date_format", sorted({row["format"] for row in TABLE}))
def test_a_date_of_birth_is_read_as_it_was_meant(date_format: str) -> None:
    rows = [row for row in TABLE if row["format"] == date_format]
    found = Reader(date_format).all(*(row["given"] for row in rows))
    assert dict(zip((row["given"] for row in rows), found, strict=True)) == {
        row["given"]: Read(row.get("day"), row.get("part"), row.get("nothing")) for row in rows
    }


@settings(max_examples=10, deadline=None)
@given(BIRTHS, st.sampled_from(FORMATS))
def test_a_date_written_in_a_format_is_read_back(births: list[date], date_format: str) -> None:
    found = READERS[date_format].all(*(born.strftime(date_format) for born in births))
    assert found == list(map(kept, births))


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.dates(DELIVERED.replace(year=DELIVERED.year - 100) + timedelta(days=1), DELIVERED), min_size=1),
    st.sampled_from(SHORT_FORMATS),
)
def test_a_year_of_two_digits_is_the_latest_that_is_not_after_the_delivery(
    births: list[date], date_format: str
) -> None:
    found = READERS[date_format].all(*(born.strftime(date_format) for born in births))
    assert found == list(map(kept, births))


TEXTS = st.one_of(
    st.text(st.sampled_from("0123456789/-. :TZXJanuary+"), max_size=20),
    st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,4}[-/. ][0-9]{1,4}", fullmatch=True),
    st.dates().map(str),
    st.sampled_from(["infinity", "-infinity", "epoch", "now", "today"]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=60), st.sampled_from([*FORMATS, *SHORT_FORMATS]))
def test_no_text_is_a_date_of_birth_after_the_delivery_or_before_the_first_year(
    texts: list[str], date_format: str
) -> None:
    for day, part, nothing in READERS[date_format].all(*texts):
        assert (day is not None) + (part is not None) + (nothing is not None) == 1
        assert day is None or date(1500, 1, 1) <= day <= DELIVERED
        assert part is None or "1500" <= part <= "2026-03"


@settings(max_examples=20, deadline=None)
@given(BIRTHS, st.sampled_from(FORMATS), st.sampled_from(["00", "XX", "??", "--"]), st.booleans())
def test_a_part_of_a_date_never_becomes_a_day(
    births: list[date],
    date_format: str,
    opened: str,
    whole_month: bool,
) -> None:
    given = date_format.replace("%d", opened)
    if not whole_month:
        given = re.sub("%[mbB]", opened, given)
    found = READERS[date_format].all(*(born.strftime(given) for born in births))
    assert found == [Read(None, f"{born:%Y-%m}" if whole_month else f"{born:%Y}", None) for born in births]


@settings(max_examples=10, deadline=None)
@given(BIRTHS, st.sampled_from(FORMATS))
def test_a_year_of_two_digits_is_no_year_where_the_format_has_four(births: list[date], date_format: str) -> None:
    found = READERS[date_format].all(*(born.strftime(date_format.replace("%Y", "%y")) for born in births))
    assert found == [Read(None, None, "unreadable")] * len(births)


@pytest.mark.parametrize("session", ["UTC", "Europe/London", "America/New_York", "Asia/Kathmandu"])
def test_a_moment_is_a_day_where_the_source_is_wherever_the_machine_stands(session: str) -> None:
    reader = Reader("%Y-%m-%d")
    reader.con.execute(f"SET TimeZone = '{session}'")
    moments = ("1950-05-31T23:00:00.000Z", "1950-06-01T00:00:00+01:00", "1984-12-01T00:00:00Z", "1984-12-01 00:00:00")
    typed = reader.con.execute("SELECT (TIMESTAMPTZ '1950-05-31 23:00:00+00')::VARCHAR").fetchall()[0][0]
    assert [found.day for found in reader.all(*moments, typed)] == [
        date(1950, 6, 1), date(1950, 6, 1), date(1984, 12, 1), date(1984, 12, 1), date(1950, 6, 1),
    ]  # fmt: skip


def test_a_source_says_in_which_years_its_people_may_be_born() -> None:
    reader = Reader("%Y-%m-%d", birth_years=[1800, 1850])
    assert reader("1849-12-31") == Read(date(1849, 12, 31), None, None)
    assert reader("1850-00-00") == Read(None, "1850", None)
    for outside in ("1851-01-01", "1799-12-31", "1851-00-00", "1799"):
        assert reader(outside) == Read(None, None, "implausible")


def test_a_source_says_where_it_is() -> None:
    assert Reader("%Y-%m-%d", time_zone="Asia/Kolkata")("1950-05-31T18:30:00Z").day == date(1950, 6, 1)
    assert Reader("%Y-%m-%d", time_zone="America/New_York")("1950-06-01T04:00:00Z").day == date(1950, 6, 1)
    assert Reader("%Y-%m-%d", time_zone="America/New_York")("1950-06-01T00:00:00Z").day == date(1950, 6, 1)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"birth_years": [1990, 1900]}, "`birth_years` begins in 1990 and ends in 1900"),
        ({"time_zone": "Europe/Londn"}, "`time_zone` names `Europe/Londn`, which is no time zone"),
    ],
)
def test_years_and_time_zones_that_cannot_be_are_refused(said: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        TypeAdapter(SourceSpec).validate_python({**SOURCE, **said})


def taken_in(folder: Path, write: Callable[[Path], None], **said: Any) -> tuple[Applied, DuckDBPyConnection]:
    """Land and apply one delivery; return what it did, and what the warehouse then holds as a database in memory."""
    own = Settings(home=folder, as_of=datetime(2026, 3, 2, 2, tzinfo=UTC))
    own.deliveries.mkdir(parents=True, exist_ok=True)
    write(own.deliveries)
    (folder / "rms.yaml").write_text("attributes: {}\n", encoding="utf-8")
    spec = TypeAdapter(SourceSpec).validate_python({**SOURCE, **said})
    land(spec.system, spec.extract, own)
    with writer(own) as con:
        applied = apply_latest(con, spec, folder / "rms.yaml", own.landing, own.now())
        held = duckdb.connect()
        for table in ("record", "information_item", "load", "quarantine"):
            held.register("rows", con.execute(f"FROM nominal.{table}").to_arrow_table())
            held.execute(f"CREATE TABLE {table} AS FROM rows")
    return applied, held


def people(*dates: str) -> Callable[[Path], None]:
    """Return what writes a CSV of people with these dates of birth."""
    rows = "".join(f"P{place},Name{place},{born}\n" for place, born in enumerate(dates))
    return lambda folder: _write(folder / "people.csv", f"id,surname,dob\n{rows}")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def test_dates_that_cannot_be_read_are_counted_and_half_of_them_refuse_the_load(tmp_path: Path) -> None:
    said = {"date_format": "%d/%m/%Y"}
    applied, con = taken_in(tmp_path, people("01/01/1950", "12/06/53", "23/11/1956", "06-04-59"), **said)
    assert "2 of 4 dates cannot be read" in str(applied.refused)
    assert con.execute("SELECT count(*) FROM record").fetchone() == (0,)


def test_what_is_left_out_or_known_in_part_is_counted(tmp_path: Path) -> None:
    born = ("1881-05-06", "00/00/1962", "03/1962", "1900-01-01", "1970-01-01", "2026-03-03", "1490-01-01", "1984-01-01")
    applied, con = taken_in(tmp_path, people(*born))
    assert con.execute("SELECT birth_dates, partial_birth_dates FROM record ORDER BY record_key").fetchall() == [
        ([date(1881, 5, 6)], []), ([], ["1962"]), ([], ["1962-03"]), ([], []), ([], []), ([], []), ([], []),
        ([date(1984, 1, 1)], []),
    ]  # fmt: skip
    assert applied.quality.unreadable_dates == 0
    assert con.execute(
        "SELECT dates_given, implausible_birth_dates, placeholder_birth_dates, partial_birth_dates FROM load"
    ).fetchall() == [(8, 2, 2, 2)]


def test_no_century_is_added_to_a_date_of_birth(tmp_path: Path) -> None:
    _, con = taken_in(tmp_path, people("01/01/50", "12/06/53", "20/02/51", "01/03/26"), date_format="%d/%m/%y")
    assert con.execute("SELECT birth_dates[1]::VARCHAR FROM record ORDER BY record_key").fetchall() == [
        ("1950-01-01",), ("1953-06-12",), ("1951-02-20",), ("2026-03-01",),
    ]  # fmt: skip


def test_infinity_is_no_end_and_no_beginning(tmp_path: Path) -> None:
    def stays(folder: Path) -> None:
        people("1950-01-01")(folder)
        rows = "P0,1 Hostel Road,2024-02-29,2025-01-31\nP0,2 Hostel Road,2024-02-29,infinity\n"
        _write(folder / "stays.csv", f"id,address,arrived,departed\n{rows}P0,3 Hostel Road,-infinity,infinity\n")

    extract = {"format": "csv", "resources": {"people": "people.csv", "stays": "stays.csv"}}
    item = {"kind": "address", "from": "stays", "key": "id", "value": "address", "from_date": "arrived",
            "to_date": "departed"}  # fmt: skip
    applied, con = taken_in(tmp_path, stays, extract=extract, items=[item])
    assert applied.quality.unreadable_dates == 0
    assert con.execute(
        "SELECT from_date::VARCHAR, to_date::VARCHAR, active FROM information_item ORDER BY value"
    ).fetchall() == [("2024-02-29", "2025-01-31", False), ("2024-02-29", None, True), (None, None, True)]


SUMMER = [datetime(1950 + place, 5, 31, 23, tzinfo=UTC) for place in range(20)]
"""Midnight in London on the first of June."""


def _as_parquet(folder: Path) -> None:
    table = {"id": [f"P{place:02}" for place in range(20)], "surname": ["Name"] * 20,
             "dob": pa.array(SUMMER, pa.timestamp("us", "Europe/London"))}  # fmt: skip
    pq.write_table(pa.table(table), folder / "people.parquet")


def _as_json(folder: Path) -> None:
    rows = [
        {"id": f"P{place:02}", "surname": "Name", "dob": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
        for place, moment in enumerate(SUMMER)
    ]
    _write(folder / "people.jsonl", "".join(json.dumps(row) + "\n" for row in rows))


DOCUMENT = {"from": "people", "key": "document->>'$.id'", "surname": "document->>'$.surname'",
            "birth_date": "document->>'$.dob'"}  # fmt: skip


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (_as_parquet, {"extract": {"format": "parquet", "resources": {"people": "people.parquet"}}}),
        (
            _as_json,
            {
                "extract": {"format": "json", "layout": "lines", "resources": {"people": "people.jsonl"}},
                "record": DOCUMENT,
            },
        ),
    ],
    ids=["parquet", "json"],
)
def test_midnight_in_london_is_no_day_before(
    tmp_path: Path, write: Callable[[Path], None], said: dict[str, Any]
) -> None:
    _, con = taken_in(tmp_path, write, **said)
    assert con.execute("SELECT birth_dates FROM record ORDER BY record_key").fetchall() == [
        ([date(1950 + place, 6, 1)],) for place in range(20)
    ]


def test_items_tell_dates_of_birth_in_part_too(tmp_path: Path) -> None:
    def others(folder: Path) -> None:
        people("1950-01-01", "")(folder)
        rows = "P0,1951\nP1,00/00/1962\nP1,03/1962\nP1,2030-01-01\nP1,soon\n"
        _write(folder / "others.csv", f"id,born\n{rows}")

    extract = {"format": "csv", "resources": {"people": "people.csv", "others": "others.csv"}}
    born = {"kind": "birth_date", "from": "others", "key": "id", "item_date": "born"}
    alias = {"kind": "name", "from": "others", "key": "id", "surname": "'Other'", "birth_date": "born",
             "when": "id = 'P0'"}  # fmt: skip
    _, con = taken_in(tmp_path, others, extract=extract, items=[born, alias], max_quarantine_share=0.6)
    assert con.execute("SELECT birth_dates, partial_birth_dates FROM record ORDER BY record_key").fetchall() == [
        ([date(1950, 1, 1)], ["1951"]), ([], ["1962", "1962-03"]),
    ]  # fmt: skip
    told = "SELECT kind, item_date, detail->>'$.birth_date' FROM information_item ORDER BY ALL"
    assert con.execute(told).fetchall() == [
        ("birth_date", None, "1951"), ("birth_date", None, "1962"), ("birth_date", None, "1962-03"),
        ("name", None, "1951"),
    ]  # fmt: skip
    assert con.execute("SELECT reason FROM quarantine ORDER BY ALL").fetchall() == [
        ("implausible_date",), ("unreadable_date",),
    ]  # fmt: skip
