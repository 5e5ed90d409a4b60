"""A force's records management system: CSV files of nominals and what the force knows of them."""

import numpy as np
import pyarrow as pa

from sample_data.codes import RMS, Ints
from sample_data.delivery import Night
from sample_data.life import Chunk, dates, hanging, informed, pick, some
from sample_data.records import EVENT_INFORMED

_MARKERS = ("VIOLENT", "WEAPONS", "MENTAL HEALTH", "ESCAPER", "FIREARMS")
REPORTS: tuple[str, ...] = (
    "Seen with known associates outside licensed premises.",
    "Believed to be supplying class B drugs from the home address.",
    "Said to have the use of a vehicle registered to a relative.",
    "Moved in with a partner; address not confirmed.",
    "Stopped and searched with nothing found; gave a different date of birth.",
    "Reported to have threatened a neighbour.",
    "Attends a gymnasium most evenings.",
    "Asked others to hold a package for a short time.",
)
_GRADINGS = ("2B-P", "1A-P", "2C-P", "2D-C", "1B-C", "3E-C", "2B-C")
MARKINGS: tuple[str | None, ...] = ("OFFICIAL-SENSITIVE", "OFFICIAL", None)
"""Markings of intelligence; a missing one means deny."""
MARKING_SHARES = (0.74, 0.23, 0.03)


def marked(rng: np.random.Generator, count: int) -> Ints:
    """Draw the numbers of markings."""
    drawn = np.searchsorted(np.cumsum(MARKING_SHARES), rng.random(count)).clip(max=len(MARKINGS) - 1)
    return np.asarray(drawn, dtype=np.int64)


def bulk(rng: np.random.Generator, chunk: Chunk) -> dict[str, pa.Table]:
    """Draw what a force holds on people who are not cases."""
    rows = chunk.plain_records(RMS)
    told, night = informed(chunk, RMS, EVENT_INFORMED)
    with_marker = some(rng, rows, 0.15)
    kind = (rng.random(len(with_marker)) ** 2 * len(_MARKERS)).astype(np.int64)
    since = chunk.day - rng.integers(200, 3000, len(with_marker))
    lapsed = rng.random(len(with_marker)) < 0.25
    reported = np.concatenate([some(rng, rows, 0.12), told])
    first_night = np.concatenate([np.ones(len(reported) - len(told), dtype=np.int64), night])
    on = np.where(first_night > 1, chunk.day + first_night - 2, chunk.day - rng.integers(2, 900, len(reported)))
    return {
        "rms_created": hanging(chunk, "rms_created", chunk.records.of(RMS), {
            "created_on": dates(chunk.day - rng.integers(30, 5000, len(chunk.records.of(RMS)))),
        }),
        "rms_marker": hanging(chunk, "rms_marker", with_marker, {
            "marker": pick(_MARKERS, kind),
            "from_date": dates(since),
            "to_date": dates(np.where(lapsed, since + 180, -9_999_999)),
        }),
        "rms_intelligence": hanging(chunk, "rms_intelligence", reported, {
            "reported_on": dates(on),
            "grading": pick(_GRADINGS, (rng.random(len(reported)) ** 1.5 * len(_GRADINGS)).astype(np.int64)),
            "marking": pick(MARKINGS, marked(rng, len(reported))),
            "text": pick(REPORTS, rng.integers(0, len(REPORTS), len(reported))),
        }, first_night),
    }  # fmt: skip


_DAY = "strftime({0}, '%d/%m/%Y') as {1}"

_FILES: dict[str, str] = {
    "nominals": f"""
        select key as nominal_no, surname, forename, nullif(concat_ws(' ', middle, second_middle), '') as middle_names,
            {_DAY.format("birth_date", "date_of_birth")},
            case when live.record % 89 = 0 then 'Unknown' when sex = 'M' then 'Male' else 'Female' end as gender,
            'IC' || ic_code as ethnic_appearance, pnc as pncid, cro, birth_place as place_of_birth,
            {_DAY.format("created_on", "created_on")}
        from live join person using (person) join rms_created using (record)
        order by live.record
    """,
    "aliases": f"""
        select id as alias_no, key as nominal_no,
            written(whole_surname(alias.surname, hyphen, second_surname),
                    apostrophe, hyphen_style, marks, in_capitals) as surname,
            written(alias.forename, apostrophe, hyphen_style, marks, in_capitals) as forename,
            {_DAY.format("alias.birth_date", "date_of_birth")}
        from alias join live using (record)
        where system = 1 and on_night(first_night, last_night)
        order by id
    """,
    "addresses": f"""
        select id as address_no, key as nominal_no, address.address, address.postcode,
            {_DAY.format("from_date", "from_date")},
            {_DAY.format("case when closes_night <= getvariable('night') then to_date end", "to_date")}
        from address join live using (record)
        where system = 1 and on_night(first_night, last_night)
        order by id
    """,
    "markers": f"""
        select id as marker_no, key as nominal_no, marker,
            {_DAY.format("from_date", "from_date")}, {_DAY.format("to_date", "to_date")}
        from rms_marker join live using (record)
        where on_night(first_night, last_night)
        order by id
    """,
    "contacts": f"""
        select id as contact_no, key as nominal_no, kind, contact_text(kind, contact.person_number, which,
            style) as value,
            {_DAY.format("from_date", "from_date")}
        from contact join live using (record)
        where system = 1 and on_night(first_night, last_night)
        order by id
    """,
    "intelligence": f"""
        select 'IR' || lpad(id::varchar, 7, '0') as report_no, key as nominal_no,
            {_DAY.format("reported_on", "reported_on")}, grading, marking, text
        from rms_intelligence join live using (record)
        where on_night(first_night, last_night)
        order by id
    """,
}


def deliver(night: Night) -> None:
    """Append the chunk's rows to the CSV files."""
    for name, query in _FILES.items():
        night.csv(night.system("rms") / f"{name}.csv", query)
