"""Queries that sort pairs of records of one person by how they agree, as `domain.md` section 4 counts agreement."""

NAMES = """
with primaries as (
    select pair.*, coalesce(l.forename, '') as forename_l, coalesce(l.surname, '') as surname_l,
        coalesce(r.forename, '') as forename_r, coalesce(r.surname, '') as surname_r
    from pair
    join name_of l on (l.system, l.id) = (system_l, id_l) and l.is_primary
    join name_of r on (r.system, r.id) = (system_r, id_r) and r.is_primary
),
by_alias as (
    select distinct system_l, id_l, system_r, id_r
    from pair
    join name_of l on (l.system, l.id) = (system_l, id_l)
    join name_of r on (r.system, r.id) = (system_r, id_r)
    where l.forename = r.forename and l.surname = r.surname
)
select case
    when forename_l = forename_r and surname_l = surname_r then 'exact'
    when forename_l = surname_r and surname_l = forename_r then 'swapped'
    when jaro_winkler_similarity(forename_l || ' ' || surname_l, forename_r || ' ' || surname_r) >= 0.9 then 'close'
    when (system_l, id_l, system_r, id_r) in (select (system_l, id_l, system_r, id_r) from by_alias) then 'alias'
    else 'unlike' end as class
from primaries
"""

MIDDLES = """
select case when l.middle = r.middle then 'exact' else 'unlike' end as class
from pair
join name_of l on (l.system, l.id) = (system_l, id_l) and l.is_primary
join name_of r on (r.system, r.id) = (system_r, id_r) and r.is_primary
where l.middle <> '' and r.middle <> ''
"""

BIRTHS = """
with primaries as (
    select pair.*, l.birth_date as birth_l, r.birth_date as birth_r
    from pair
    join birth_of l on (l.system, l.id) = (system_l, id_l) and l.is_primary
    join birth_of r on (r.system, r.id) = (system_r, id_r) and r.is_primary
),
by_alias as (
    select distinct system_l, id_l, system_r, id_r
    from pair
    join birth_of l on (l.system, l.id) = (system_l, id_l)
    join birth_of r on (r.system, r.id) = (system_r, id_r)
    where l.birth_date = r.birth_date
)
select case
    when birth_l = birth_r then 'exact'
    when (system_l, id_l, system_r, id_r) in (select (system_l, id_l, system_r, id_r) from by_alias) then 'alias'
    when damerau_levenshtein(strftime(birth_l, '%Y%m%d'), strftime(birth_r, '%Y%m%d')) = 1 then 'one edit'
    when abs(birth_l - birth_r) <= 1826 then 'within five years'
    else 'unlike' end as class
from primaries
"""

POSTCODES = """
with lived as (select system, id, list(postcode) as postcodes, list(postcode[1:-4]) as outward
    from postcode_of group by all)
select case
    when list_has_any(l.postcodes, r.postcodes) then 'shared'
    when list_has_any(l.outward, r.outward) then 'same outward code'
    else 'none' end as class
from pair
join lived l on (l.system, l.id) = (system_l, id_l)
join lived r on (r.system, r.id) = (system_r, id_r)
"""

CROSSED = """
with held as (
    select system, id, list(year || '/' || serial) filter (field = 'pnc') as pnc,
        list(year || '/' || serial) filter (field = 'cro') as cro
    from number_of group by all
)
select case
    when list_has_any(coalesce(l.pnc, []), coalesce(r.cro, [])) or list_has_any(coalesce(l.cro, []), coalesce(r.pnc,
    []))
    then 'crossed' else 'in place' end as class
from pair
join held l on (l.system, l.id) = (system_l, id_l)
join held r on (r.system, r.id) = (system_r, id_r)
"""
