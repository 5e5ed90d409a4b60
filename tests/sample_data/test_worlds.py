"""Each world is what it is said to be, the usual one is as it always was, and all are the same on every night."""

import csv
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

import sample_data
from tests.sample_data.delivered import read_night, share

SPOILT = ("historical", "several-scripts")
"""Worlds of two nights: one of files that are edited, and one of systems."""

ONE_PERSON_TWICE = """
    select avg((l.{column} = r.{column})::int) from pair
    join {table} l on l.system = system_l and l.id = id_l join {table} r on r.system = system_r and r.id = id_r
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> "Made":
    """Worlds, each generated when it is first asked for."""
    return Made(tmp_path_factory.mktemp("worlds"))


class Made:
    """Small samples of worlds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.of = cache(self._of)

    def _of(self, world: str) -> Path:
        out = self.folder / world
        nights = 2 if world in SPOILT else 1
        sample_data.generate(people=400, seed=9, nights=nights, out=out, world=sample_data.world_named(world))
        return out

    def read(self, world: str) -> duckdb.DuckDBPyConnection:
        """The first night of a world of the seven systems."""
        return read_night(self.of(world), numbers=not world.endswith("-errors"))

    def rows(self, world: str, system: str, night: int = 1) -> list[dict[str, str]]:
        """The rows of a system's CSV file."""
        with (self.of(world) / f"night-{night}" / f"{system}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def people(self, world: str) -> dict[tuple[str, str], str]:
        """The person of each record."""
        with (self.of(world) / "truth" / "night-1" / "record.csv").open(encoding="utf-8", newline="") as file:
            return {(row["system"], row["source_record_id"]): row["person_id"] for row in csv.DictReader(file)}


def test_the_usual_world_is_byte_for_byte_what_is_made_without_one(tmp_path: Path, made: Made) -> None:
    sample_data.generate(people=400, seed=9, nights=1, out=tmp_path / "none")
    for file in sorted(path for path in (tmp_path / "none").rglob("*") if path.is_file()):
        assert file.read_bytes() == (made.of("usual") / file.relative_to(tmp_path / "none")).read_bytes(), file.name
    assert "world" not in (made.of("usual") / "sample.json").read_text(encoding="utf-8")


def test_the_same_arguments_give_the_same_world(tmp_path: Path, made: Made) -> None:
    historical = sample_data.world_named("historical")
    sample_data.generate(people=400, seed=9, nights=2, out=tmp_path / "again", world=historical)
    for file in sorted(path for path in (tmp_path / "again").rglob("*") if path.is_file()):
        assert file.read_bytes() == (made.of("historical") / file.relative_to(tmp_path / "again")).read_bytes()


@pytest.mark.parametrize("world", SPOILT)
def test_what_is_spoilt_on_one_night_is_spoilt_in_the_same_way_on_the_next(world: str, made: Made) -> None:
    file = "rms/nominals" if world == "several-scripts" else "census"
    first, second = (
        Counter((made.of(world) / f"night-{night}" / f"{file}.csv").read_text("utf-8").splitlines()) for night in (1, 2)
    )
    assert (first & second).total() > 0.97 * first.total()


def test_without_postcodes_there_are_none(made: Made) -> None:
    assert share(made.read("usual"), "select count(*) from postcode_of") > 500
    assert share(made.read("no-postcodes"), "select count(*) from postcode_of") == 0


def test_without_identifiers_no_two_systems_have_one_in_common(made: Made) -> None:
    shared = """
        select count(*) from (
            select form from number_of group by form, year, serial having count(distinct system) > 1)
    """
    assert share(made.read("usual"), shared) > 100
    assert share(made.read("no-identifiers"), shared) == 0


def test_names_and_dates_are_all_there_is_of_names_and_dates(made: Made) -> None:
    rows = made.rows("names-and-dates", "register")
    assert set(rows[0]) == {"record_id", "forenames", "surname", "birth_date"}
    assert len(rows) == len(made.people("names-and-dates"))


def test_households_are_big_where_they_are_said_to_be_and_nobody_is_related_where_nobody_is(made: Made) -> None:
    sizes = {}
    for world in ("no-families", "usual", "big-households"):
        con = made.read(world)
        sizes[world] = share(con, """
            select avg(people) from (
                select count(distinct person_id) as people from postcode_of join record using (system, id)
                group by postcode)
        """)  # fmt: skip
    assert sizes["no-families"] < 1.02 < sizes["usual"]
    assert sizes["big-households"] > sizes["usual"] + 0.3
    twins = [line.split(",")[4] for line in (made.of("no-families") / "truth" / "person.csv").read_text().splitlines()]
    assert set(twins[1:]) == {""}


@pytest.mark.parametrize("world", ["typing-errors", "ocr-errors"])
def test_errors_are_heavy_where_they_are_said_to_be(world: str, made: Made) -> None:
    usual, heavy = made.read("usual"), made.read(world)
    for table, column in (("name_of", "surname"), ("name_of", "forename"), ("birth_of", "birth_date")):
        query = ONE_PERSON_TWICE.format(table=table, column=column) + " where l.is_primary and r.is_primary"
        assert share(heavy, query) < share(usual, query) - 0.1, column
    digits = "select avg(regexp_matches(surname, '[0-9]')::int) from name_of"
    assert (share(heavy, digits) > 0.01) == (world == "ocr-errors")


def test_historical_people_were_born_before_1900(made: Made) -> None:
    years = [row["birth_date"][:4] for name in ("baptisms", "census") for row in made.rows("historical", name)]
    assert {year[:2] for year in years if year} == {"18"}
    assert years.count("") < len(years) / 20


def test_names_come_in_several_scripts_where_a_system_takes_them(made: Made) -> None:
    con = made.read("several-scripts")
    for letters, least in (("Cyrillic", 0.1), ("Greek", 0.05), ("Arabic", 0.05)):
        written = f"avg(regexp_matches(surname, '\\p{{{letters}}}')::int)"
        assert share(con, f"select {written} from name_of where is_primary and system = 'rms'") > least
    plain = (
        "select count(*) from name_of where regexp_matches(surname, '[^\\x00-\\x7f]') and system in ('pnc', 'nomis')"
    )
    assert share(con, plain) == 0


def test_a_hostel_is_the_home_and_its_telephone_the_number_of_many(made: Made) -> None:
    con = made.read("hostels")
    at_one = """
        select max(people) from (select count(distinct person_id) as people
        from postcode_of join record using (system, id) group by postcode)
    """
    assert share(con, at_one) > 20 > share(made.read("usual"), at_one)
    phones = Counter(
        row.split(",")[3][-6:].replace(" ", "")
        for row in (made.of("hostels") / "night-1" / "rms" / "contacts.csv").read_text("utf-8").splitlines()
        if ",PHONE," in row
    )
    assert phones.most_common(1)[0][1] >= 3


def test_one_source_holds_people_more_than_once_and_two_files_hold_nobody_twice(made: Made) -> None:
    assert Counter(Counter(made.people("one-source").values()).values())[2] > 50
    held = Counter((system, person) for (system, _), person in made.people("two-files").items())
    assert set(held.values()) == {1}
    both = Counter(person for _, person in held)
    assert Counter(both.values())[2] > 100


def test_ids_and_the_order_of_rows_say_nothing_of_who_is_who(made: Made) -> None:
    people = made.people("one-source")
    rows = [people["people", row["record_id"]] for row in made.rows("one-source", "people")]
    beside = sum(one == other for one, other in pairwise(rows))
    assert beside < len(rows) / 50


def test_a_world_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="there is no world `mars`; choose among usual, no-postcodes"):
        sample_data.world_named("mars")
