"""nDelius, the probation system: a database of offenders, registrations, disposals, licence conditions and merges."""

import numpy as np
import pyarrow as pa

from sample_data.codes import NDELIUS, NO_DAY
from sample_data.life import OFFENCES, Chunk, dates, hanging, pick, some
from sample_data.shared_items import merges

_REGISTRATIONS = ("RMRH", "RLRH", "RHRH", "ALSH", "WEAP", "RMDO", "STRG", "RVHR")
CONDITIONS: tuple[tuple[str, str], ...] = (
    ("NO_CONTACT", "Not to contact named persons without approval."),
    ("EXCLUSION_ZONE", "Not to enter the area shown on the attached map."),
    ("POLYGRAPH", "To attend polygraph sessions as instructed."),
    ("PERSONAL_SEARCH", "To submit to a search of the person when required."),
    ("EXTREMISM", "Not to hold or share extremist material."),
)
"""Licence conditions; the last two are for terrorist-risk cases alone."""

DDL = """
create table offenders (crn text primary key, surname text, first_name text, second_name text, third_name text,
    date_of_birth text not null, gender text, ethnicity_code text, nationality text, noms_number text, pnc_number text,
    cro_number text, visor_id text) without rowid;
create table aliases (alias_id integer primary key, crn text, surname text, first_name text, date_of_birth text);
create table addresses (address_id integer primary key, crn text, address text, postcode text, status text,
    from_date text, to_date text);
create table registrations (registration_id integer primary key, crn text, type text, level text, category text,
    registered_on text, deregistered_on text);
create table disposals (disposal_id integer primary key, crn text, sentence_date text, offence_code text, offence text,
    expected_release_date text);
create table licence_conditions (condition_id integer primary key, crn text, code text, text text, from_date text,
    to_date text);
create table contact_points (contact_point_id integer primary key, crn text, kind text, value text, from_date text);
create table merges (merge_id integer primary key, merged_crn text, surviving_crn text, merged_on text);
"""


def bulk(rng: np.random.Generator, chunk: Chunk) -> dict[str, pa.Table]:
    """Draw what probation holds on people who are not cases."""
    rows = chunk.plain_records(NDELIUS)
    person = chunk.records.person[rows]
    life, membership = chunk.life, chunk.membership
    risk = some(rng, rows, 0.55)
    kind = (rng.random(len(risk)) ** 1.6 * len(_REGISTRATIONS)).astype(np.int64)
    managed = rows[membership.mappa_category[person] > 0]
    on_visor = managed[membership.held[3, chunk.records.person[managed]] > 0]
    of = np.concatenate([risk, managed, on_visor])
    count = len(of)
    nothing = np.zeros(count, dtype=np.int64)
    nothing[len(risk) : len(risk) + len(managed)] = 1
    category = np.where(nothing == 1, membership.mappa_category[chunk.records.person[of]], 0)
    level = np.where(nothing == 1, membership.mappa_level[chunk.records.person[of]], 0)
    types = np.concatenate(
        [kind, np.full(len(managed), len(_REGISTRATIONS)), np.full(len(on_visor), len(_REGISTRATIONS) + 1)]
    )
    since = chunk.day - rng.integers(30, 2000, count)
    closed = (rng.random(count) < 0.15) & (types < len(_REGISTRATIONS))
    again = np.flatnonzero(life.second_sentence[person] != NO_DAY)
    sentenced = np.concatenate([rows, rows[again]])
    offence = np.concatenate([life.first_offence[person], life.second_offence[person[again]]])
    expects = rng.random(len(sentenced)) < 0.3
    licensed = some(rng, rows, 0.16)
    condition = rng.integers(0, 3, len(licensed))
    return {
        "registration": hanging(chunk, "registration", of, {
            "type": pick([*_REGISTRATIONS, "MAPP", "AVIS"], types),
            "level": pick([None, "M1", "M2", "M3"], level),
            "category": pick([None, "M1", "M2", "M3"], category),
            "registered_on": dates(since),
            "deregistered_on": dates(np.where(closed, np.minimum(since + 300, chunk.day - 1), NO_DAY)),
        }),
        "disposal": hanging(chunk, "disposal", sentenced, {
            "sentence_date": dates(np.concatenate([life.first_sentence[person], life.second_sentence[person[again]]])),
            "offence_code": pick([code for code, _ in OFFENCES], offence),
            "offence": pick([title for _, title in OFFENCES], offence),
            "expected_release_date": dates(np.where(expects, life.release[chunk.records.person[sentenced]], NO_DAY)),
        }),
        "licence": hanging(chunk, "licence", licensed, {
            "code": pick([code for code, _ in CONDITIONS], condition),
            "text": pick([text for _, text in CONDITIONS], condition),
            "from_date": dates(chunk.day - rng.integers(10, 400, len(licensed))),
            "to_date": dates(chunk.day + rng.integers(30, 700, len(licensed))),
        }),
    }  # fmt: skip


TABLES: dict[str, str] = {
    "offenders": """
        select key, surname, coalesce(forename, 'NOT ENTERED'), middle, second_middle,
            coalesce(birth_date, date '1900-01-01')::varchar, sex, ethnicity, nationality,
            case when record % 7 > 0 then noms end, pnc, cro, visor_id
        from live join person using (person)
        where system = 5
        order by live.record
    """,
    "aliases": """
        select id, holder.key, written(whole_surname(alias.surname, hyphen, second_surname),
            0, 0, true, false), written(alias.forename, 0, 0, true, false), alias.birth_date::varchar
        from alias join holder using (record)
        where system = 5 and on_night(first_night, last_night)
        order by id
    """,
    "addresses": """
        select id, holder.key, address, postcode,
            case when closes_night <= getvariable('night') then 'PREVIOUS' when fallback_status = 1 then 'BAIL'
            else 'MAIN' end,
            from_date::varchar, case when closes_night <= getvariable('night') then to_date end::varchar
        from address join holder using (record)
        where system = 5 and on_night(first_night, last_night)
        order by id
    """,
    "registrations": """
        select id, key, type, level, category, registered_on::varchar, deregistered_on::varchar
        from registration join holder using (record)
        where on_night(first_night, last_night)
        order by id
    """,
    "disposals": """
        select id, key, sentence_date::varchar, offence_code, offence, expected_release_date::varchar
        from disposal join holder using (record)
        where on_night(first_night, last_night)
        order by id
    """,
    "licence_conditions": """
        select id, key, code, text, from_date::varchar, to_date::varchar
        from licence join holder using (record)
        where on_night(first_night, last_night)
        order by id
    """,
    "contact_points": """
        select id, key, kind, contact_text(kind, contact.person_number, which, style), from_date::varchar
        from contact join holder using (record)
        where system = 5 and on_night(first_night, last_night)
        order by id
    """,
    "merges": merges(NDELIUS),
}
