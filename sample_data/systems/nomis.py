"""NOMIS, the prison system: a database of offenders, bookings, sentences, release dates, alerts and merges."""

import numpy as np
import pyarrow as pa

from sample_data.codes import NO_DAY, NOMIS
from sample_data.life import OFFENCES, Chunk, dates, hanging, informed, pick, some
from sample_data.records import EVENT_INFORMED
from sample_data.shared_items import merges

ESTABLISHMENTS = ("LEI", "MRI", "BMI", "LII", "WDI", "BLI", "CFI", "HMI", "FSI", "DMI", "WTI", "PVI")
_ALERTS: tuple[tuple[str, str], ...] = (
    ("H", "HA"), ("R", "ROH"), ("X", "XCIC"), ("X", "XPOI"), ("R", "ROV"), ("P", "PTD"), ("X", "XEL"), ("X", "XER"),
    ("X", "XELH"),
)  # fmt: skip
SENTENCE_CODES = ("ADIMP", "ADIMP", "SENTCJ03", "CRIM", "LR_ORA", "FTR_14")

DDL = """
create table offenders (noms_no text primary key, surname text, first_name text, middle_names text, birth_date text,
    sex_code text, ethnicity_code text, nationality text, place_of_birth text) without rowid;
create table offender_aliases (alias_id integer primary key, noms_no text, surname text, first_name text,
    middle_names text, birth_date text);
create table offender_identifiers (identifier_id integer primary key, noms_no text, type text, value text);
create table offender_addresses (address_id integer primary key, noms_no text, address text, postcode text,
    address_type text, from_date text, to_date text);
create table bookings (booking_id integer primary key, noms_no text, booking_no text, establishment text, status text,
    admitted_on text, released_on text);
create table sentences (sentence_id integer primary key, noms_no text, sentence_date text, sentence_code text,
    offence_code text, offence text, tact text);
create table release_dates (release_id integer primary key, noms_no text, release_date text, release_type text);
create table alerts (alert_id integer primary key, noms_no text, alert_type text, alert_code text, created_on text,
    expires_on text, active text);
create table merges (merge_id integer primary key, merged_noms_no text, surviving_noms_no text, merged_on text);
"""


def bulk(rng: np.random.Generator, chunk: Chunk) -> dict[str, pa.Table]:
    """Draw what the prison holds on people who are not cases."""
    rows = chunk.plain_records(NOMIS)
    count = len(rows)
    person = chunk.records.person[rows]
    life = chunk.life
    inside = rng.random(count) < 0.35
    admitted = np.minimum(life.first_sentence[person] + rng.integers(-60, 5, count), chunk.day - 1)
    released = np.where(inside, NO_DAY, np.minimum(admitted + rng.integers(30, 900, count), chunk.day - 1))
    again = np.flatnonzero(life.second_sentence[person] != NO_DAY)
    sentenced = np.concatenate([rows, rows[again]])
    offence = np.concatenate([life.first_offence[person], life.second_offence[person[again]]])
    awaiting = np.flatnonzero(inside & (life.release[person] > chunk.day))
    alerted = np.concatenate([some(rng, rows, 0.45), some(rng, rows, 0.2)])
    told, night = informed(chunk, NOMIS, EVENT_INFORMED)
    of = np.concatenate([alerted, told])
    kind = (rng.random(len(of)) ** 1.7 * len(_ALERTS)).astype(np.int64)
    first_night = np.concatenate([np.ones(len(alerted), dtype=np.int64), night])
    created = np.where(first_night > 1, chunk.day + first_night - 2, chunk.day - rng.integers(5, 1500, len(of)))
    lapsed = (rng.random(len(of)) < 0.3) & (first_night == 1)
    return {
        "booking": hanging(chunk, "booking", rows, {
            "establishment": pick(ESTABLISHMENTS, rng.integers(0, len(ESTABLISHMENTS), count)),
            "status": pick(["OUT", "IN"], inside.astype(np.int64)),
            "admitted_on": dates(admitted),
            "released_on": dates(released),
        }),
        "sentence": hanging(chunk, "sentence", sentenced, {
            "sentence_date": dates(np.concatenate([life.first_sentence[person], life.second_sentence[person[again]]])),
            "sentence_code": pick(SENTENCE_CODES, rng.integers(0, len(SENTENCE_CODES), len(sentenced))),
            "offence_code": pick([code for code, _ in OFFENCES], offence),
            "offence": pick([title for _, title in OFFENCES], offence),
            "tact": pick(["N"], np.zeros(len(sentenced), dtype=np.int64)),
        }),
        "release": hanging(chunk, "release", rows[awaiting], {
            "release_date": dates(life.release[person[awaiting]]),
            "release_type": pick(["CRD", "ARD", "PED"], (rng.random(len(awaiting)) ** 2 * 3).astype(np.int64)),
        }),
        "alert": hanging(chunk, "alert", of, {
            "alert_type": pick([group for group, _ in _ALERTS], kind),
            "alert_code": pick([code for _, code in _ALERTS], kind),
            "created_on": dates(created),
            "expires_on": dates(np.where(lapsed, np.minimum(created + 90, chunk.day - 1), NO_DAY)),
            "active": pick(["Y", "N"], lapsed.astype(np.int64)),
        }, first_night),
    }  # fmt: skip


TABLES: dict[str, str] = {
    "offenders": """
        select key, surname, coalesce(forename, 'UNKNOWN'), nullif(concat_ws(' ', middle, second_middle), ''),
            birth_date::varchar, sex,
            ethnicity, nationality, birth_place
        from live join person using (person)
        where system = 4
        order by live.record
    """,
    "offender_aliases": """
        select id, holder.key,
            written(whole_surname(alias.surname, hyphen, second_surname), 0, 0, false, true),
            written(alias.forename, 0, 0, false, true), null, alias.birth_date::varchar
        from alias join holder using (record)
        where system = 4 and on_night(first_night, last_night)
        order by id
    """,
    # An identifier's id follows from its record's, so that it is the same every night.
    "offender_identifiers": """
        select live.record * 2 + part, key, type, value
        from (
            select record, 0 as part, key, 'PNC' as type, pnc as value from live where system = 4 and pnc is not null
            union all
            select record, 1, key, 'CRO', cro from live where system = 4 and cro is not null
        ) as live
        order by 1
    """,
    "offender_addresses": """
        select id, holder.key, address, postcode, case when closes_night <= getvariable('night') then 'OTHER'
            else 'HOME' end,
            from_date::varchar, case when closes_night <= getvariable('night') then to_date end::varchar
        from address join holder using (record)
        where system = 4 and on_night(first_night, last_night)
        order by id
    """,
    "bookings": """
        select id, key, letter_at(id // 99999) || lpad((id % 99999 + 1)::varchar, 5, '0'), establishment, status,
            admitted_on::varchar, released_on::varchar
        from booking join holder using (record)
        where on_night(first_night, last_night)
        order by id
    """,
    "sentences": """
        select id, key, sentence_date::varchar, sentence_code, offence_code, offence, tact
        from sentence join holder using (record)
        where on_night(first_night, last_night)
        order by id
    """,
    "release_dates": """
        select id, key, release_date::varchar, release_type
        from release join holder using (record)
        where on_night(first_night, last_night)
        order by id
    """,
    "alerts": """
        select id, key, alert_type, alert_code, created_on::varchar, expires_on::varchar, active
        from alert join holder using (record)
        where on_night(first_night, last_night)
        order by id
    """,
    "merges": merges(NOMIS),
}
