"""ViSOR: one JSON line for each person under multi-agency management."""

import numpy as np
import pyarrow as pa

from sample_data.codes import VISOR
from sample_data.delivery import Night
from sample_data.life import Chunk, dates, hanging


def bulk(rng: np.random.Generator, chunk: Chunk) -> dict[str, pa.Table]:
    """Draw the management of people in MAPPA categories 1 to 3."""
    rows = chunk.plain_records(VISOR)
    person = chunk.records.person[rows]
    return {
        "visor_nominal": hanging(chunk, "visor_nominal", rows, {
            "category": np.maximum(chunk.membership.mappa_category[person], 1),
            "level": np.maximum(chunk.membership.mappa_level[person], 1),
            "registered_on": dates(chunk.day - rng.integers(60, 3000, len(rows))),
            "manager": rng.integers(1, 60, len(rows)),
        }),
    }  # fmt: skip


_LINES = """
with aka as (
    select record, list({
        'family': written(surname || coalesce(' ' || second_surname, ''), 0, 0, true, false),
        'given': list_filter([written(forename, 0, 0, true, false)], lambda name: name is not null)
    } order by id) as aka
    from alias
    where on_night(first_night, last_night)
    group by record
),
lived as (
    select record, list({'text': address, 'postcode': postcode, 'since': strftime(from_date, '%Y-%m-%d')} order by id)
        as addresses
    from address
    where on_night(first_night, last_night)
    group by record
)
select to_json({
    'visor_id': key,
    'name': {
        'family': surname,
        'given': list_filter([forename, middle, second_middle], lambda name: name is not null)
    },
    'dob': strftime(birth_date, '%Y-%m-%d'),
    'gender': case when sex = 'M' then 'male' else 'female' end,
    'ids': {'pnc': pnc, 'crn': case when live.record % 3 > 0 then crn end,
            'noms': case when live.record % 5 > 1 then noms end},
    'aka': coalesce(aka.aka, []),
    'addresses': coalesce(lived.addresses, []),
    'category': 'MAPPA ' || category,
    'level': level,
    'registered_on': strftime(registered_on, '%Y-%m-%d'),
    'manager': 'MAPPA unit ' || lpad(manager::varchar, 2, '0')
})::varchar as line
from live
join person using (person)
join visor_nominal using (record)
left join aka using (record)
left join lived using (record)
where on_night(visor_nominal.first_night, visor_nominal.last_night)
order by live.record
"""


def deliver(night: Night) -> None:
    """Append the chunk's documents."""
    night.lines(night.system("visor") / "nominals.jsonl", _LINES)
