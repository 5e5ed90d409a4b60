"""The population looks like the one the systems hold: who is where, what people are called, who lives together."""

from pathlib import Path

import duckdb
import pytest

from sample_data.delivery import literal
from tests.sample_data.delivered import share

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def people(population: Path, first_night: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    truth = literal(population / "truth" / "person.csv")
    first_night.execute(f"create or replace table person as from read_csv({truth}, all_varchar = true)")
    return first_night


def test_there_are_about_two_records_a_person_and_most_people_are_in_one_or_two_systems(
    people: duckdb.DuckDBPyConnection,
) -> None:
    assert 1.8 < share(people, "select count(*) / 20000 from record") < 2.3
    systems = "select person_id, count(distinct system) as systems from record group by person_id"
    assert share(people, f"select avg((systems <= 2)::int) from ({systems})") > 0.7


def test_terrorist_risk_cases_are_few_and_in_most_systems(people: duckdb.DuckDBPyConnection) -> None:
    cases = (
        "select person_id, count(distinct system) as systems from record join person using (person_id) "
        "where is_terrorist_risk = 'true' group by person_id"
    )
    assert 57 <= share(people, f"select count(*) from ({cases})") <= 250
    assert share(people, f"select avg(systems) from ({cases})") > 3.5


def test_prison_records_are_mens_in_955_of_a_thousand(people: duckdb.DuckDBPyConnection) -> None:
    men = share(people, "select avg((sex = 'M')::int) from record join person using (person_id) where system = 'nomis'")
    assert men == pytest.approx(0.955, abs=0.012)


def test_twins_share_surname_and_date_of_birth_but_not_forename(people: duckdb.DuckDBPyConnection) -> None:
    twins = """
        select a.surname = b.surname as same_surname, a.forename = b.forename as same_forename,
            x.birth_date = y.birth_date as same_birth
        from person join record ra using (person_id)
        join record rb on rb.person_id = is_twin_of and rb.system = ra.system
        join name_of a on (a.system, a.id) = (ra.system, ra.id) and a.is_primary
        join name_of b on (b.system, b.id) = (rb.system, rb.id) and b.is_primary
        join birth_of x on (x.system, x.id) = (ra.system, ra.id) and x.is_primary
        join birth_of y on (y.system, y.id) = (rb.system, rb.id) and y.is_primary
    """
    assert share(people, f"select count(*) from ({twins})") > 50
    assert share(people, f"select avg(same_surname::int) from ({twins})") > 0.7
    assert share(people, f"select avg(same_birth::int) from ({twins})") > 0.85
    assert share(people, f"select avg(same_forename::int) from ({twins})") < 0.02


def test_families_share_an_address_and_a_surname(people: duckdb.DuckDBPyConnection) -> None:
    relatives = """
        select count(*) from (
            select distinct postcode, surname, person_id
            from postcode_of join name_of using (system, id) join record using (system, id) where is_primary
        ) group by postcode, surname having count(distinct person_id) > 1
    """
    assert share(people, f"select count(*) from ({relatives})") > 500


def test_father_and_son_of_one_name_live_together(people: duckdb.DuckDBPyConnection) -> None:
    namesakes = """
        with held as (
            select distinct person_id, forename, surname, postcode, birth_date
            from record join name_of n using (system, id) join postcode_of using (system, id)
            join birth_of b using (system, id)
            where n.is_primary and b.is_primary
        )
        select distinct a.person_id, b.person_id from held a join held b using (forename, surname, postcode)
        where a.birth_date + 6000 < b.birth_date and a.person_id <> b.person_id
    """
    assert share(people, f"select count(*) from ({namesakes})") > 10


def test_names_are_skewed_and_varied(people: duckdb.DuckDBPyConnection) -> None:
    counts = "select surname, count(*) as bearers from name_of where is_primary group by surname"
    common = [
        row[0] for row in people.execute(f"select surname from ({counts}) order by bearers desc limit 15").fetchall()
    ]
    assert {"SMITH", "JONES"} <= set(common)
    assert share(people, f"select count(*) from ({counts})") > 4_000


@pytest.mark.parametrize(
    "found",
    [
        "is_primary and forename in ('MOHAMMED', 'MUHAMMAD', 'MOHAMED', 'MOHAMMAD')",
        "forename = 'ABU' and not is_primary",
        "surname in ('SINGH', 'KAUR')",
        "surname in ('BEGUM', 'BIBI', 'KHATUN')",
        "surname like '%OVA'",
        "surname like '%SKA'",
        "surname like 'AL %' or surname like 'AL_%'",
        "surname like 'MC%' or surname like 'MAC%'",
        "forename in ('BILL', 'BILLY', 'BOB', 'MICK')",
        "regexp_matches(surname, '\\p{Cyrillic}')",
        "forename is null or forename in ('UNKNOWN', 'NOT ENTERED')",
    ],
)
def test_names_of_many_origins_and_shapes_occur(people: duckdb.DuckDBPyConnection, found: str) -> None:
    assert share(people, f"select count(*) from name_of where {found}") > 0


def test_marks_of_migrations_and_placeholders_are_left_in(population: Path, people: duckdb.DuckDBPyConnection) -> None:
    raw = share(
        people,
        "select count(*) from ndelius.offenders where regexp_matches(surname, '^(MIG_ERROR|DUPLICATE|NO_SHOW)_')",
    )
    assert raw > 5
    unknown = "select count(*) from ndelius.offenders where date_of_birth in ('1900-01-01', '1970-01-01')"
    assert share(people, unknown) > 10
    assert share(people, "select count(*) from ndelius.addresses where postcode in ('NF1 1NF', 'NF1 1FA')") > 10
    first_january = "select avg((day(birth_date) = 1 and month(birth_date) = 1)::int) from birth_of where is_primary"
    assert 1 / 365 < share(people, first_january) < 0.03


def test_a_person_may_have_several_noms_numbers_and_crns(people: duckdb.DuckDBPyConnection) -> None:
    for system in ("nomis", "ndelius"):
        doubled = f"select person_id from record where system = '{system}' group by person_id having count(*) > 1"
        assert share(people, f"select count(*) from ({doubled})") > 5
