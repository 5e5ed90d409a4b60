"""What several systems hold in the same way: aliases, addresses, telephones and other contact points."""

import numpy as np
import pyarrow as pa

from sample_data.codes import FOREVER, NDELIUS, NO_DAY, NOMIS, OASYS, PNC, RMS, VISOR, Bools, Ints
from sample_data.errors import Versions
from sample_data.life import Chunk, dates, hanging, informed, some
from sample_data.names.index import NO_NAME
from sample_data.people import ALIAS_NONE
from sample_data.places import NO_ADDRESS, address_lines, postcodes
from sample_data.records import EVENT_INFORMED, EVENT_MOVED
from sample_data.state import names_of

_LISTED = 0.6
"""Share of the systems with an alias table that know of a person's alias."""

_IN_OWN_SCRIPT = 0.25

CONTACT_KINDS: tuple[str, ...] = ("PHONE", "EMAIL", "VEHICLE", "DOCUMENT")
PHONE, EMAIL, VEHICLE, DOCUMENT = range(4)

CONTACT_MACROS = """
create or replace macro phone_digits(person, which) as
    '7700' || (200000 + (person * 514229 + which * 399989) % 800000)::varchar;
create or replace macro phone_text(person, which, style) as case style
    when 0 then '0' || phone_digits(person, which)
    when 1 then '+44' || phone_digits(person, which)
    when 2 then '0' || left(phone_digits(person, which), 4) || ' ' || substr(phone_digits(person, which), 5)
    else '+44 (0)' || left(phone_digits(person, which), 4) || ' ' || substr(phone_digits(person, which), 5)
end;
create or replace macro plate_letter(number) as substr('ABCDEFGHJKLMNOPRSTUVWXYZ', (1 + number % 24)::int, 1);
create or replace macro plate_text(person, which, spaced) as
    'Z' || plate_letter(person * 7 + which) || lpad((2 + (person + which * 31) % 73)::varchar, 2, '0')
    || (case when spaced then ' ' else '' end)
    || plate_letter(person // 5 + which) || plate_letter(person // 120) || plate_letter(person // 2880);
create or replace macro email_text(person, which) as
    'user' || ((person * 2 + which) * 48271 % 99999989)::varchar
    || '@' || (case person % 3 when 0 then 'example.com' when 1 then 'example.org' else 'example.net' end);
create or replace macro document_text(person, which) as lpad(((person * 2 + which) * 6765201 % 999999937)::varchar,
    9, '0');
create or replace macro contact_text(kind, person, which, style) as case kind
    when 'PHONE' then phone_text(person, which, style)
    when 'EMAIL' then email_text(person, which)
    when 'VEHICLE' then plate_text(person, which, style % 2 = 0)
    else document_text(person, which)
end;
"""
"""Contact points by person: nobody's, since no such telephone block or registration letter is issued."""


def aliases(rng: np.random.Generator, chunk: Chunk, versions: Versions) -> pa.Table:
    """List aliases: the names and dates that a record does not put first, if the system knows of them."""
    people, columns = chunk.people, versions.columns
    rows = chunk.plain_records(PNC, RMS, VISOR, NOMIS, NDELIUS)
    person = chunk.records.person[rows]
    turned = columns["alias_first"][rows]
    turned_date = columns["birth_alias_first"][rows]
    listed = rng.random(len(rows)) < _LISTED
    names_it = turned | (listed & (people.alias_kind[person] != ALIAS_NONE))
    dates_it = turned_date | (listed & (people.alias_birth[person] != NO_DAY))
    # What puts the alias first has the true name second.
    forename = np.where(turned, people.forename[person], people.alias_forename[person])
    surname = np.where(turned, people.surname[person], people.alias_surname[person])
    second = np.where(turned, people.second_surname[person], NO_NAME)
    forename = np.where(names_it, forename, people.forename[person])
    surname = np.where(names_it, surname, people.surname[person])
    second = np.where(names_it, second, people.second_surname[person])
    birth = np.where(
        turned_date, people.birth[person], np.where(dates_it, people.alias_birth[person], people.birth[person])
    )
    given = dates_it | (rng.random(len(rows)) < 0.5)
    keep = np.flatnonzero(names_it | dates_it)
    native = _native(rng, chunk, rows[keep])
    return hanging(chunk, "alias", rows[keep], {
        "forename": names_of(chunk.names, forename[keep], native),
        "surname": names_of(chunk.names, surname[keep], native),
        "second_surname": names_of(chunk.names, second[keep]),
        "birth_date": dates(np.where(given, birth, NO_DAY)[keep]),
        "hyphen": people.hyphen[person][keep],
    })  # fmt: skip


def _native(rng: np.random.Generator, chunk: Chunk, rows: Ints) -> Bools:
    """Say which aliases were copied from papers in their own script; the PNC and NOMIS take Latin letters only."""
    has_script = np.array([table.origin.cyrillic for table in chunk.names.origins])[chunk.people.origin]
    takes_it = np.isin(chunk.records.system[rows], (RMS, NDELIUS))
    return np.asarray(takes_it & has_script[chunk.records.person[rows]] & (rng.random(len(rows)) < _IN_OWN_SCRIPT))


def addresses(rng: np.random.Generator, chunk: Chunk, versions: Versions) -> pa.Table:
    """List addresses: the one a record puts first, an older one now and then, and the new one of a person who moved."""
    columns, records = versions.columns, chunk.records
    # What probation holds of a case is told together with what CTNM holds of it.
    told_apart = (records.system == NDELIUS) & chunk.cases[records.person]
    rows = np.flatnonzero(np.isin(records.system, (RMS, VISOR, NOMIS, NDELIUS, OASYS)) & ~told_apart)
    moved = rows[records.event[rows] == EVENT_MOVED]
    new_home = chunk.people.next_home[records.person[moved]]
    places: list[Ints] = [columns["address"][rows], columns["second_address"][rows], new_home]
    of = np.concatenate([rows, rows, moved])
    place = np.concatenate(places)
    first_night = np.concatenate([np.ones(2 * len(rows), dtype=np.int64), records.event_night[moved]])
    older = np.repeat([False, True, False], [len(rows), len(rows), len(moved)])
    closes = np.where(records.event[of] == EVENT_MOVED, records.event_night[of], FOREVER)
    closes = np.where(first_night > 1, FOREVER, np.where(older, 0, closes))
    since = chunk.day - rng.integers(30, 2400, len(of)) - np.where(older, 2400, 0)
    since = np.where(first_night > 1, chunk.day + first_night - 1, since)
    until = np.where(older, since + rng.integers(60, 2300, len(of)), chunk.day + closes - 1)
    keep = np.flatnonzero(place != NO_ADDRESS)
    keep = keep[np.lexsort((first_night[keep], older[keep], of[keep]))]
    return hanging(chunk, "address", of[keep], {
        "address": address_lines(place[keep], columns["line_style"][of[keep]]),
        "postcode": postcodes(place[keep], columns["postcode_style"][of[keep]]),
        "from_date": dates(since[keep]),
        "closes_night": closes[keep],
        "to_date": dates(until[keep]),
        "fallback_status": np.where(rng.random(len(keep)) < 0.04, 1, 0),
    }, first_night[keep])  # fmt: skip


def contacts(rng: np.random.Generator, chunk: Chunk) -> pa.Table:
    """List telephones, e-mail addresses, vehicles and documents, as the police and probation note them."""
    parts: list[tuple[Ints, Ints, Ints]] = []
    for system, shares in ((RMS, (0.35, 0.07, 0.12, 0.0)), (NDELIUS, (0.72, 0.14, 0.06, 0.05))):
        rows = chunk.plain_records(system)
        for number, share in enumerate(shares):
            having = some(rng, rows, share)
            parts.append((having, np.full(len(having), number), np.ones(len(having), dtype=np.int64)))
        told, night = informed(chunk, system, EVENT_INFORMED)
        parts.append((told, np.full(len(told), PHONE), night))
    of, kind, night = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((night, kind, of))
    of, kind, night = of[order], kind[order], night[order]
    style = rng.integers(0, 4, len(of))
    which = np.where(night > 1, 2, (rng.random(len(of)) < 0.2).astype(np.int64))
    return hanging(chunk, "contact", of, {
        "kind": pa.array(CONTACT_KINDS).take(pa.array(kind)),
        "person_number": chunk.people.number[chunk.records.person[of]],
        "which": which,
        "style": style,
        "from_date": dates(np.where(night > 1, chunk.day + night - 1, chunk.day - rng.integers(10, 2000, len(of)))),
    }, night)  # fmt: skip


def merges(system: int) -> str:
    """Return the query for a system's table of the records it has merged into others, up to the night."""
    return f"""
        select merged.record, nominal.key, holder.key, merged_on::varchar
        from merged
        join nominal on nominal.record = merged.record
        join holder on holder.record = merged.survivor
        where merged.system = {system} and merge_night <= getvariable('night')
        order by merged.record
    """
