"""A night's deliveries read back from the files, with no code of the product, for the tests to measure."""

from pathlib import Path

import duckdb

from sample_data.delivery import literal, load_sqlite

_READ = """
create table pnc_line as
select row_number() over () as line_no, line
from read_csv({pnc}, columns = {{'line': 'varchar'}}, header = false, delim = '\x01', quote = '', escape = '',
    auto_detect = false);

create table name_of (system varchar, id varchar, is_primary boolean, forename varchar, middle varchar,
    surname varchar);
create table birth_of (system varchar, id varchar, is_primary boolean, birth_date date);
create table identifier_of (system varchar, id varchar, field varchar, value varchar);
create table postcode_of (system varchar, id varchar, postcode varchar);

insert into name_of
select 'pnc', trim(line[4:17]), line[1:3] = 'NOM',
    split_part(trim(case when line[1:3] = 'NOM' then line[72:131] else line[58:117] end), ' ', 1),
    case when line[1:3] = 'NOM' then split_part(trim(line[72:131]), ' ', 2) end,
    trim(case when line[1:3] = 'NOM' then line[32:71] else line[18:57] end)
from pnc_line where line[1:3] in ('NOM', 'ALI')
union all select 'rms', nominal_no, true, forename, split_part(middle_names, ' ', 1), surname
    from read_csv({rms_nominals}, all_varchar = true)
union all select 'rms', nominal_no, false, forename, null, surname from read_csv({rms_aliases}, all_varchar = true)
union all select 'nomis', noms_no, true, first_name, split_part(middle_names, ' ', 1), surname from nomis.offenders
union all select 'nomis', noms_no, false, first_name, null, surname from nomis.offender_aliases
union all select 'ndelius', crn, true, first_name, second_name, surname from ndelius.offenders
union all select 'ndelius', crn, false, first_name, null, surname from ndelius.aliases
union all select 'oasys', assessment_id, true, forename_1, forename_2, surname from oasys.assessments
union all select 'visor', visor_id, true, name.given[1], name.given[2], name.family from {visor}
union all select 'visor', visor_id, false, aka.given[1], null, aka.family
    from (select visor_id, unnest(aka) as aka from {visor});

insert into birth_of
select 'pnc', trim(line[4:17]), line[1:3] = 'NOM',
    try_strptime(case when line[1:3] = 'NOM' then line[132:139] else line[118:125] end, '%Y%m%d')::date
from pnc_line where line[1:3] in ('NOM', 'ALI')
union all select 'rms', nominal_no, true, strptime(date_of_birth, '%d/%m/%Y') from read_csv({rms_nominals},
    all_varchar = true)
union all select 'rms', nominal_no, false, strptime(date_of_birth, '%d/%m/%Y') from read_csv({rms_aliases},
    all_varchar = true)
union all select 'nomis', noms_no, true, birth_date::date from nomis.offenders
union all select 'nomis', noms_no, false, birth_date::date from nomis.offender_aliases
union all select 'ndelius', crn, true, date_of_birth::date from ndelius.offenders
union all select 'ndelius', crn, false, date_of_birth::date from ndelius.aliases
union all select 'oasys', assessment_id, true, date_of_birth::date from oasys.assessments
union all select 'visor', visor_id, true, dob::date from {visor};
delete from birth_of where birth_date is null or birth_date in (date '1900-01-01', date '1970-01-01');

insert into identifier_of
select 'pnc', trim(line[4:17]), unnest(['pnc', 'cro']), unnest([trim(line[4:17]), nullif(trim(line[18:31]), '')])
from pnc_line where line[1:3] = 'NOM'
union all select 'rms', nominal_no, unnest(['pnc', 'cro']), unnest([pncid, cro]) from read_csv({rms_nominals},
    all_varchar = true)
union all select 'nomis', noms_no, lower(type), value from nomis.offender_identifiers
union all select 'ndelius', crn, unnest(['pnc', 'cro']), unnest([pnc_number, cro_number]) from ndelius.offenders
union all select 'oasys', assessment_id, 'pnc', pnc_number from oasys.assessments
union all select 'visor', visor_id, 'pnc', ids.pnc from {visor};
delete from identifier_of where value is null;

insert into postcode_of
select 'pnc', trim(line[4:17]), line[232:239] from pnc_line where line[1:3] = 'NOM'
union all select 'rms', nominal_no, postcode from read_csv({rms_addresses}, all_varchar = true)
union all select 'nomis', noms_no, postcode from nomis.offender_addresses
union all select 'ndelius', crn, postcode from ndelius.addresses
union all select 'oasys', assessment_id, postcode from oasys.assessment_addresses
union all select 'visor', visor_id, address.postcode
    from (select visor_id, unnest(addresses) as address from {visor});
update postcode_of set postcode = upper(replace(postcode, ' ', ''));
delete from postcode_of where postcode is null or postcode = '' or postcode[1:3] = 'NF1' or postcode[1:4] = 'ZZ99';

create table record as
select system, source_record_id as id, person_id from read_csv({truth}, all_varchar = true) where system <> 'ctnm';
"""

# Told, since a small sample may hold nothing of one of them.
_VISOR = """{
    visor_id: 'varchar', name: 'struct(family varchar, given varchar[])', dob: 'varchar',
    ids: 'struct(pnc varchar)', aka: 'struct(family varchar, given varchar[])[]',
    addresses: 'struct(postcode varchar)[]'
}"""

_STANDARDISE = r"""
create macro standard(name) as nullif(trim(regexp_replace(regexp_replace(regexp_replace(
    replace(replace(upper(strip_accents(translate(name, 'łŁđĐıİøØ', 'lLdDiIoO'))), '''', ''), '’', ''),
    '^(MIG_ERROR|DUPLICATE|NO_SHOW)_', ''), '-', ' ', 'g'), '^(MC|O) ', '\1')), '');
update name_of set forename = standard(forename), middle = standard(middle), surname = standard(surname);
create table pair as
select l.system as system_l, l.id as id_l, r.system as system_r, r.id as id_r, l.person_id
from record l join record r on l.person_id = r.person_id and (l.system, l.id) < (r.system, r.id);
"""

_NUMBERS = r"""
create macro year_of(digits, long_form) as case
    when long_form then digits[1:4]::int
    when digits[1:2]::int <= 26 then 2000 + digits[1:2]::int
    else 1900 + digits[1:2]::int
end;
create table number_of as
with parsed as (
    select system, id, field, value,
        regexp_extract(value, '^(\d{4})/?(\d{7})([A-Z])$', ['year', 'serial', 'letter']) as long_form,
        regexp_extract(value, '^(\d{4})/(\d{1,6})([A-Z])$', ['year', 'serial', 'letter']) as long_bare,
        regexp_extract(value, '^(\d{2})/?(\d{1,7})([A-Z])$', ['year', 'serial', 'letter']) as short_form,
        regexp_extract(value, '^(\d{1,6})/(\d{2})([A-Z])$', ['serial', 'year', 'letter']) as standard_cro,
        regexp_extract(value, '^SF(\d{2})/(\d{1,6})([A-Z])$', ['year', 'serial', 'letter']) as file_cro
    from identifier_of where value <> '000000/00Z'
),
-- `12/34X` reads as a PNCID in a PNC field and as a CRO number in a CRO field.
chosen as (
    select system, id, field, value,
        case when file_cro.serial <> '' then 'file'
            when field = 'cro' and standard_cro.serial <> '' then 'cro'
            when long_form.serial <> '' or long_bare.serial <> '' or short_form.serial <> '' then 'pnc'
            when standard_cro.serial <> '' then 'cro' end as form,
        case form when 'file' then file_cro when 'cro' then standard_cro
            else case when long_form.serial <> '' then long_form when long_bare.serial <> '' then long_bare
                else short_form end
        end as part
    from parsed
)
select system, id, field, value, form, year_of(part.year, length(part.year) = 4) as year,
    part.serial::int as serial, part.letter,
    substr('ZABCDEFGHJKLMNPQRTUVWXY', (case form
        when 'pnc' then (year % 100) * 10000000 + serial
        when 'cro' then (year % 100) * 1000000 + serial
        else (lpad((year % 100)::varchar, 2, '0') || serial::varchar)::bigint end % 23)::int + 1,
            1) = part.letter as valid
from chosen;
"""


def read_night(sample: Path, night: int = 1, *, numbers: bool = True) -> duckdb.DuckDBPyConnection:
    """Read one night into DuckDB tables: names, dates of birth, identifiers, postcodes, and the truth's pairs.

    Args:
        sample: the sample's folder.
        night: which night.
        numbers: whether identifiers are taken apart into `number_of`, which they must then be fit for.
    """
    folder = sample / f"night-{night}"
    connection = duckdb.connect()
    load_sqlite(connection)
    for name in ("nomis", "ndelius", "oasys"):
        connection.execute(f"attach {literal(folder / name / f'{name}.sqlite')} as {name} (type sqlite, read_only)")
    connection.execute(
        _READ.format(
            pnc=literal(folder / "pnc" / "PNC_NOMINALS.txt"),
            rms_nominals=literal(folder / "rms" / "nominals.csv"),
            rms_aliases=literal(folder / "rms" / "aliases.csv"),
            rms_addresses=literal(folder / "rms" / "addresses.csv"),
            visor=f"read_json({literal(folder / 'visor' / 'nominals.jsonl')}, columns = {_VISOR})",
            truth=literal(sample / "truth" / f"night-{night}" / "record.csv"),
        )
    )
    connection.execute(_STANDARDISE)
    if numbers:
        connection.execute(_NUMBERS)
    return connection


def share(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    """Run a query that gives one number."""
    row = connection.execute(query).fetchone()
    assert row is not None
    return float(row[0])


def shares(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, float]:
    """Run a query that gives a class for each pair, and give each class's share."""
    rows = connection.execute(
        f"select class, count(*) / sum(count(*)) over () from ({query}) group by class"
    ).fetchall()
    return {str(name): float(value) for name, value in rows}
