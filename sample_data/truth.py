"""The truth beside a night's deliveries: whose record is whose, and every gap there is, planted or not.

Gaps are read off the state the files are written from, before identifiers and dates take their written forms, by rules
stated here on their own: nothing of the pipeline is used, so the two can be held against each other.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from sample_data.cases import Case
from sample_data.codes import SYSTEMS
from sample_data.delivery import Night
from sample_data.life import Chunk

_PERSON_ID = "'P' || lpad(person_number::varchar, 8, '0')"
_SYSTEM_NAMES = "[" + ", ".join(f"'{name}'" for name in SYSTEMS) + "]"

_RECORDS = f"""
select {_SYSTEM_NAMES}[system + 1] as system, key as source_record_id, {_PERSON_ID} as person_id
from live order by record
"""

_PEOPLE = f"""
select {_PERSON_ID} as person_id, origin as name_origin, ethnicity, sex,
    case when twin_of >= 0 then 'P' || lpad(twin_of::varchar, 8, '0') end as is_twin_of, is_case as is_terrorist_risk
from person_truth order by person_number
"""

_MACROS = """
create or replace macro compared(name) as trim(regexp_replace(regexp_replace(regexp_replace(
    upper(plain(replace(replace(name, '''', ''), '’', ''))), '^(MIG_ERROR|DUPLICATE|NO_SHOW)_', ''), '-', ' ', 'g'),
    '\\bMC ', 'MC'));
create or replace macro first_word(name) as split_part(name, ' ', 1);
create or replace macro close_name(a, b) as a = b or jaro_winkler_similarity(a, b) >= 0.9;
create or replace macro close_forename(a, b) as close_name(a, b) or close_name(first_word(a), first_word(b));
create or replace macro same_name(forename_a, surname_a, forename_b, surname_b) as
    (close_forename(forename_a, forename_b) and close_name(surname_a, surname_b))
    or (close_name(first_word(forename_a), surname_b) and close_name(surname_a, first_word(forename_b)));
"""

_VIEWS = f"""
create or replace temp view risk as
select person from alert join live using (record)
where alert_code = 'XTACT' and active = 'Y' and on_night(first_night, last_night)
union
select person from registration join live using (record)
where (type = 'RTAO' or (type = 'MAPP' and category = 'M4')) and deregistered_on is null and on_night(first_night,
    last_night)
union
select person from live where system = 2;
create or replace temp view record_of as
select person, record, {_SYSTEM_NAMES}[system + 1] as system from live semi join risk using (person);
create or replace temp view known_name as
select person, record_of.system, false as alias, compared(coalesce(forename, '')) as forename,
    compared(surname) as surname
from live join record_of using (person, record)
where upper(coalesce(forename, '')) not in ('UNKNOWN', 'NOT ENTERED')
union
select person, system, true, compared(coalesce(forename, '')),
    compared(surname || coalesce(' ' || second_surname, ''))
from alias join record_of using (record)
where on_night(first_night, last_night);
create or replace temp view known_birth as
select person, record_of.system, birth_date from live join record_of using (person, record)
where birth_date not in (date '1900-01-01', date '1970-01-01')
union
select person, system, birth_date from alias join record_of using (record)
where birth_date is not null and on_night(first_night, last_night);
create or replace temp view active_alert as
select person, alert_code from alert join record_of using (record) where active = 'Y' and on_night(first_night,
    last_night);
create or replace temp view open_registration as
select person, type, level, category from registration join record_of using (record)
where deregistered_on is null and on_night(first_night, last_night);
create or replace temp view detail as
select person, system, 'address' as category, upper(replace(postcode, ' ', '')) as value
from address join record_of using (record)
where postcode is not null and left(postcode, 3) <> 'NF1' and left(postcode, 4) <> 'ZZ99' and on_night(first_night,
    last_night)
union
select person, system, lower(kind), kind || person_number || '/' || which
from contact join record_of using (record)
where on_night(first_night, last_night);
"""

_GAPS: dict[str, str] = {
    "G01": """
        select distinct person, 'nomis', 'nomis', 'alert'
        from sentence join record_of using (record)
        where (sentence_code in ('SDOPCU18', 'STS18', 'STS21') or tact = 'Y')
            and person not in (select person from active_alert where alert_code = 'XTACT')
    """,
    "G02": """
        select distinct person, 'nomis', 'ndelius', 'registration'
        from active_alert
        where alert_code = 'XTACT' and person not in (select person from open_registration where type = 'RTAO')
    """,
    "G03": """
        select distinct person, 'ndelius', 'nomis', 'alert'
        from open_registration
        where (type = 'RTAO' or (type = 'MAPP' and category = 'M4'))
            and person in (select person from booking join record_of using (record) where status = 'IN')
            and person not in (select person from active_alert where alert_code = 'XTACT')
    """,
    "G06": """
        select distinct person, 'ndelius', 'nomis', 'level'
        from open_registration join active_alert using (person)
        where type = 'MAPP' and category = 'M4' and alert_code in ('P101', 'P102', 'P103')
            and right(level, 1) <> right(alert_code, 1)
    """,
    "G08": """
        select distinct person, 'ndelius', 'visor', 'record'
        from open_registration
        where type = 'MAPP' and category = 'M4' and person not in (select person from record_of where system = 'visor')
    """,
    "G18": """
        with prison as (
            select person, max(release_date) as release_date from release join record_of using (record) group by person
        ),
        probation as (
            select person, max(expected_release_date) as release_date
            from disposal join record_of using (record) group by person
        )
        select person, 'nomis', 'ndelius', 'ndelius'
        from prison join probation using (person)
        where abs(prison.release_date - probation.release_date) > 1
        union all
        select distinct person, 'nomis', 'ctnm', 'ctnm'
        from prison join record_of using (person) join ctnm_case using (record)
        where abs(prison.release_date - ctnm_case.release_date) > 1 and on_night(first_night, last_night)
        union all
        select person, 'nomis', 'ctnm', 'ctnm'
        from prison
        where release_date between getvariable('as_of') and getvariable('as_of') + 28
            and person in (select person from record_of where system = 'ctnm')
            and person not in (
                select person from ctnm_case join record_of using (record)
                where release_date is not null and on_night(first_night, last_night)
            )
    """,
    "G21": """
        with at_ctnm as (select person from record_of where system = 'ctnm')
        select distinct person, 'ndelius', 'ctnm', category
        from detail semi join at_ctnm using (person)
        where system = 'ndelius'
            and (person, category, value) not in (select (person, category, value) from detail where system = 'ctnm')
        union all
        select distinct person, 'ndelius', 'ctnm', 'name'
        from known_name as known semi join at_ctnm using (person)
        where system = 'ndelius' and not exists (
            from known_name as held
            where held.person = known.person and held.system = 'ctnm'
                and same_name(known.forename, known.surname, held.forename, held.surname)
        )
    """,
    "G30": """
        with several as (select person from record_of group by person having count(distinct system) > 1)
        select distinct person, system, 'all', system || ' name'
        from known_name as known semi join several using (person)
        where not exists (
            from known_name as held
            where held.person = known.person and held.system <> known.system
                and same_name(known.forename, known.surname, held.forename, held.surname)
        )
        union all
        select distinct person, system, 'all', system || ' birth_date'
        from known_birth as known semi join several using (person)
        where not exists (
            from known_birth as held
            where held.person = known.person and held.system <> known.system and held.birth_date = known.birth_date
        )
    """,
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap that is there: `matter` tells apart what one rule can find several of in one person."""

    rule: str
    row: int
    held_by: str
    expected_in: str
    matter: str


def find_gaps(connection: duckdb.DuckDBPyConnection) -> list[Gap]:
    """Find every gap of the open night; `night` and `as_of` must be set on the connection."""
    connection.execute(_MACROS)
    connection.execute(_VIEWS)
    found = [
        Gap(rule, int(person), held_by, expected_in, matter)
        for rule, query in _GAPS.items()
        for person, held_by, expected_in, matter in connection.execute(query).fetchall()
    ]
    return sorted(found, key=lambda gap: (gap.rule, gap.row, gap.held_by, gap.expected_in, gap.matter))


def planted_on(cases: list[Case], night: int) -> set[tuple[str, int, str]]:
    """Give rule, person and matter of the gaps planted for a night."""
    return {
        (plant.rule, case.row, plant.matter)
        for case in cases
        for plant in case.plants
        if plant.first_night <= night <= plant.last_night
    }


def write_people(connection: duckdb.DuckDBPyConnection, folder: Path, chunk: Chunk, night: Night) -> None:
    """Append the chunk's people to `person.csv`."""
    connection.register("truth_extra", _person_truth(chunk))
    connection.execute(
        "create or replace temp view person_truth as "
        "select * from truth_extra join (select person, ethnicity, sex from person) using (person)"
    )
    night.csv(folder / "person.csv", _PEOPLE)
    connection.execute("drop view person_truth")
    connection.unregister("truth_extra")


def _person_truth(chunk: Chunk) -> pa.Table:
    people = chunk.people
    origins = [origin.origin.key for origin in chunk.names.origins]
    return pa.table({
        "person": np.arange(len(people)),
        "person_number": people.number,
        "origin": pa.array(origins).take(pa.array(people.origin)),
        "twin_of": np.where(people.twin_of >= 0, people.number[people.twin_of], -1),
        "is_case": chunk.cases,
    })  # fmt: skip


def write_records(night: Night) -> None:
    """Append the night's records of the chunk to `record.csv`."""
    night.csv(night.truth / "record.csv", _RECORDS)


def write_gaps(night: Night, chunk: Chunk, cases: list[Case]) -> tuple[int, int]:
    """Write `gap.csv`, and count the gaps and those of them that were planted."""
    gaps = find_gaps(night.connection)
    planted = planted_on(cases, night.number)
    marks = [(gap.rule, gap.row, gap.matter) in planted for gap in gaps]
    with (night.truth / "gap.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rule_id", "person_id", "held_by", "expected_in", "planted", "detail"])
        for gap, mark in zip(gaps, marks, strict=True):
            person = f"P{int(chunk.people.number[gap.row]):08d}"
            detail = gap.matter.split(" ")[-1]
            writer.writerow([gap.rule, person, gap.held_by, gap.expected_in, str(mark).lower(), detail])
    return len(gaps), sum(marks)
