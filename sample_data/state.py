"""The state of a chunk in DuckDB: what every record says, in words, and which of it is delivered on a given night."""

from collections.abc import Mapping
from typing import cast

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sample_data.codes import NDELIUS, NOMIS, SYSTEMS, VISOR, Ints
from sample_data.errors import PREFIXES, Versions
from sample_data.identifiers import SQL_MACROS
from sample_data.life import Chunk, dates, pick
from sample_data.names.index import NameIndex
from sample_data.places import address_lines, postcodes

_MACROS = """
create or replace macro slip(name, kind, kept, letter) as case kind
    when 0 then left(name, kept) || substr(name, kept + 2)
    when 1 then left(name, kept) || substr(name, kept + 2, 1) || substr(name, kept + 1, 1) || substr(name, kept + 3)
    when 2 then left(name, kept + 1) || substr(name, kept + 1)
    else left(name, kept) || chr((97 + letter)::int) || substr(name, kept + 2)
end;
create or replace macro typo(name, kind, spot, letter) as case
    when length(name) < 4 then name || lower(right(name, 1))
    else slip(name, kind, (1 + spot % (length(name) - 2))::int, letter)
end;
create or replace macro plain(name) as strip_accents(translate(name, 'łŁđĐıİøØßæ', 'lLdDiIoOsa'));
create or replace macro apostrophes(name, style) as case
    when style = 1 then replace(name, '''', '’')
    when style = 2 then replace(name, '''', '')
    when style = 3 then regexp_replace(replace(name, '''', ' '), '^Mc([A-Z])', 'Mc \\1')
    else name
end;
create or replace macro hyphens(name, style) as case
    when style = 1 then replace(name, '-', ' ') when style = 2 then replace(name, '-', '') else name
end;
create or replace macro with_marks(name, keeps) as case when keeps then name else plain(name) end;
create or replace macro in_case(name, capitals) as case when capitals then upper(name) else name end;
create or replace macro written(name, apostrophe, hyphen, keeps, capitals) as
    in_case(with_marks(hyphens(apostrophes(name, apostrophe), hyphen), keeps), capitals);
create or replace macro whole_surname(surname, hyphen, second) as
    surname || coalesce((case when hyphen then '-' else ' ' end) || second, '');
create or replace macro on_night(first, last) as first <= getvariable('night') and last >= getvariable('night');
"""

_KEY_TEXT = """
case system
    when 0 then pnc_text(pnc_year, pnc_own_serial, pnc_letter, pnc_form)
    when 1 then 'N' || lpad((((person_number * 4 + sequence) * 61803399 + 1234567) % 100000000)::varchar, 8, '0')
    when 2 then 'CTN-' || lpad(((person_number * 6180333 + 4242) % 9999991)::varchar, 7, '0')
    when 3 then 'V' || lpad(((person_number * 61803399 + 7654321) % 100000000)::varchar, 8, '0')
    when 4 then noms_text(person_number, sequence)
    when 5 then crn_text(person_number, sequence)
    else (10000000 + person_number * 4 + sequence)::varchar
end
"""
_KEY_MACROS = """
create or replace macro letter_at(number) as chr((65 + number % 26)::int);
create or replace macro noms_of(number) as letter_at(number // 6760000)
    || lpad((number // 676 % 10000)::varchar, 4, '0') || letter_at(number // 26) || letter_at(number);
create or replace macro noms_text(person, sequence) as
    noms_of(((person * 4 + sequence) * 108625657 + 86420) % 175760000);
create or replace macro crn_of(number) as letter_at(number // 1000000) || lpad((number % 1000000)::varchar, 6, '0');
create or replace macro crn_text(person, sequence) as crn_of(((person * 2 + sequence) * 16068889 + 135791) % 26000000);
create or replace macro visor_text(person) as
    'V' || lpad(((person * 61803399 + 7654321) % 100000000)::varchar, 8, '0');
"""

_NOMINAL = f"""
create or replace table nominal as
with spelt as (
    select *,
        case when typo_on = 1 then typo(forename_name, typo_kind, typo_at, typo_letter)
        else forename_name end as first_name,
        case when typo_on = 2 then typo(surname_name, typo_kind, typo_at, typo_letter) else surname_name end
            || coalesce((case when hyphen then '-' else ' ' end) || second_surname_name, '') as last_name,
        case when initial_only then left(middle_name, 1)
             when middle_typo then typo(middle_name, typo_kind, typo_at, typo_letter)
             else middle_name end as second_name,
        system in (0, 4) or (system = 1 and capitals) as in_capitals,
        system in (1, 2, 3, 5) and keeps_marks as marks,
        case when system = 0 and apostrophe_style = 1 then 0 else apostrophe_style end as apostrophe
    from said
)
select
    record, person, person_number, system, sequence, from_night, to_night,
    written(first_name, apostrophe, hyphen_style, marks, in_capitals) as forename,
    written(second_name, apostrophe, hyphen_style, marks, in_capitals) as middle,
    written(second_middle_name, apostrophe, hyphen_style, marks, in_capitals) as second_middle,
    prefix || written(last_name, apostrophe, hyphen_style, marks, in_capitals) as surname,
    case birth_state when 0 then date '1970-01-01' + birth::int
        when 2 then date '1900-01-01' when 3 then date '1970-01-01' end as birth_date,
    case
        when cross_kind = 0 and pnc_held then pnc_text(pnc_year, pnc_serial, pnc_letter, pnc_form)
        when cross_kind = 1 and cross_both and cro_year > 0 then pnc_text(cro_year, cro_serial, cro_crossed_letter, 0)
        when cross_kind = 2 and cross_both and cro_year > 0
            then cro_text(cro_year, cro_serial, cro_letter, cro_file, cro_padded)
    end as pnc,
    case
        when cross_kind = 1 then cro_text(pnc_year, pnc_own_serial, pnc_crossed_letter, false, cro_padded)
        when cross_kind = 2 then pnc_text(pnc_year, pnc_own_serial, pnc_letter, pnc_form)
        when cro_held then cro_text(cro_year, cro_serial, cro_letter, cro_file, cro_padded)
        when cro_placeholder then '000000/00Z'
    end as cro,
    address_line as address, postcode, apostrophe, hyphen_style, marks, in_capitals, {_KEY_TEXT} as key
from spelt
order by record, from_night
"""

_LIVE = """
create or replace temp table live as
select n.* from nominal n where on_night(n.from_night, n.to_night);
create or replace temp table holder as
select record, key, system from live
union all
select m.record, live.key, live.system from merged m join live on live.record = m.survivor
    where m.merge_night <= getvariable('night');
"""


IC_CODES: dict[str, str] = {
    "W1": "1", "W2": "1", "W3": "1", "W9": "2", "M1": "3", "M2": "3", "M3": "4", "M9": "1", "A1": "4", "A2": "4",
    "A3": "4",
    "A9": "4", "B1": "3", "B2": "3", "B9": "3", "O1": "5", "O9": "6",
}  # fmt: skip
"""The officer's code that goes with each self-defined ethnicity, so that the two never contradict each other."""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the macros that write names, keys and identifiers."""
    for statement in (SQL_MACROS, _MACROS, _KEY_MACROS):
        connection.execute(statement)


def names_of(names: NameIndex, numbers: NDArray[np.generic], native: NDArray[np.bool_] | None = None) -> pa.Array:
    """Read name numbers, in their own script where `native` says so; nothing if there is no name."""
    integers = cast("Ints", numbers)
    chosen = pa.array(np.maximum(integers, 0), mask=integers < 0)
    if native is None:
        return names.text.take(chosen)
    return pc.if_else(pa.array(native), names.cyrillic.take(chosen), names.text.take(chosen))


def load(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Make a DuckDB table of an Arrow table."""
    connection.register("incoming", table)
    connection.execute(f'create or replace table "{name}" as select * from incoming')
    connection.unregister("incoming")


def load_records(connection: duckdb.DuckDBPyConnection, chunk: Chunk, versions: Versions) -> None:
    """Write down what every record of the chunk says: the tables `nominal`, `merged` and `person`."""
    names, people, records, today = chunk.names, chunk.people, chunk.records, chunk.day
    row = versions.row
    person = records.person[row]
    columns = versions.columns
    texts = {
        f"{name}_name": names_of(names, columns[name])
        for name in ("forename", "surname", "second_surname", "middle", "second_middle")
    }
    arrays: Mapping[str, NDArray[np.generic]] = {
        name: column for name, column in columns.items() if f"{name}_name" not in texts and name != "prefix"
    }
    address, line_style, postcode_style = (
        cast("Ints", columns[name]) for name in ("address", "line_style", "postcode_style")
    )
    said = pa.table({
        "record": records.number[row],
        "person": person,
        "person_number": people.number[person],
        "system": records.system[row],
        "sequence": records.sequence[row],
        **{("cross_kind" if name == "cross" else name): column for name, column in arrays.items() if name != "address"},
        **texts,
        "prefix": pa.array(PREFIXES).take(pa.array(columns["prefix"])),
        "address_line": address_lines(address, line_style),
        "postcode": postcodes(address, postcode_style),
    })  # fmt: skip
    connection.register("said", said)
    connection.execute(_NOMINAL)
    connection.unregister("said")
    merged = np.flatnonzero(records.merge_night > 0)
    load(connection, "merged", pa.table({
        "record": records.number[merged],
        "survivor": records.survivor[merged],
        "system": records.system[merged],
        "merge_night": records.merge_night[merged],
        "merged_on": dates(np.where(
            records.merge_night[merged] > 1,
            today + records.merge_night[merged] - 2,
            today - 100 - records.number[merged] % 997,
        )),
    }))  # fmt: skip


def open_night(connection: duckdb.DuckDBPyConnection, night: int) -> None:
    """Choose the night: `live` holds its records, `holder` the key under which each record's items are delivered."""
    connection.execute(f"set variable night = {night}")
    connection.execute(_LIVE)


def count_live(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Count the night's records in each system."""
    counts = dict(connection.execute("select system, count(*) from live group by system").fetchall())
    return {name: int(counts.get(number, 0)) for number, name in enumerate(SYSTEMS)}


_PERSON = """
create or replace table person as
select person, person_number, sex, ethnicity, ic_code, nationality, birth_place,
    case when in_nomis then noms_text(person_number, 0) end as noms,
    case when in_ndelius then crn_text(person_number, 0) end as crn,
    case when in_visor then visor_text(person_number) end as visor_id
from incoming
"""


def load_people(connection: duckdb.DuckDBPyConnection, chunk: Chunk) -> None:
    """Write down what every system agrees on about a person: the table `person`."""
    people, held = chunk.people, chunk.membership.held
    origins = [origin.origin for origin in chunk.names.origins]
    ethnicities = [[code for code, _ in origin.ethnicity] for origin in origins]
    first_ethnicity = np.cumsum([0, *(len(codes) for codes in ethnicities)])
    first_place = np.cumsum([0, *(len(origin.places) for origin in origins)])
    places = [place for origin in origins for place in origin.places]
    ethnicity = first_ethnicity[people.origin] + people.ethnicity
    place = first_place[people.origin] + people.place
    codes = [code for group in ethnicities for code in group]
    connection.register("incoming", pa.table({
        "person": np.arange(len(people)),
        "person_number": people.number,
        "origin": pick([origin.key for origin in origins], people.origin),
        "sex": pick(["M", "F"], people.sex),
        "ethnicity": pick(codes, ethnicity),
        "ic_code": pick([IC_CODES[code] for code in codes], ethnicity),
        "nationality": pick([nationality for _, nationality, _ in places], place),
        "birth_place": pick([town for town, _, _ in places], place),
        "in_nomis": held[NOMIS] > 0,
        "in_ndelius": held[NDELIUS] > 0,
        "in_visor": (held[VISOR] > 0) & (chunk.cases | (people.number % 10 > 0)),
    }))  # fmt: skip
    connection.execute(_PERSON)
    connection.unregister("incoming")
