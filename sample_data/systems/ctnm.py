"""CTNM, CT Policing's case system: one JSON array of case documents, each with all that is known of one subject."""

import json
from typing import Any

import pyarrow as pa

from sample_data.delivery import Night

GRADINGS = ("1A-C", "1B-C", "2B-C", "2C-C", "2B-P", "3D-C", "2D-C")
TEXTS: tuple[str, ...] = (
    "Continues to view extremist material according to a contact.",
    "Attended a gathering organised by a person of interest.",
    "Has spoken of travelling abroad after release.",
    "Received money from an unexplained source.",
    "Kept to the conditions of the notification order this month.",
    "Has a second telephone that was not notified.",
    "Argued with others over ideology; mood described as low.",
)

_ROW = [("id", pa.int64()), ("record", pa.int64()), ("first_night", pa.int64()), ("last_night", pa.int64())]
CTNM_SCHEMAS: dict[str, pa.Schema] = {
    "ctnm_case": pa.schema([
        *_ROW, ("status", pa.string()), ("risk_band", pa.string()), ("opened_on", pa.date32()),
        ("release_date", pa.date32()), ("updated_on", pa.date32()),
    ]),
    "ctnm_notification": pa.schema([*_ROW, ("kind", pa.string()), ("on_day", pa.date32())]),
    "ctnm_intelligence": pa.schema([
        *_ROW, ("reported_on", pa.date32()), ("grading", pa.string()), ("marking", pa.string()), ("text", pa.string()),
    ]),
}  # fmt: skip
"""Tables of what CTNM alone holds; every case of CTNM is a terrorist-risk case."""

_AT_CTNM = "create or replace temp view at_ctnm as select record from live where system = 2"
_CASES = """
select live.record, key, surname, concat_ws(' ', forename, middle, second_middle), birth_date::varchar, sex,
    nationality,
    birth_place, pnc, case when live.record % 6 > 0 then noms end, status, risk_band, opened_on::varchar,
    release_date::varchar, updated_on::varchar
from live join person using (person) join ctnm_case using (record)
where on_night(ctnm_case.first_night, ctnm_case.last_night)
order by live.record
"""
_SUBJECT = ("surname", "forenames", "date_of_birth", "sex", "nationality", "place_of_birth")
_PARTS: dict[str, tuple[tuple[str, ...], str]] = {
    "aliases": (
        ("surname", "forenames", "date_of_birth"),
        """select record, written(whole_surname(surname, hyphen, second_surname), 0, 0, true, false),
                written(forename, 0, 0, true, false), birth_date::varchar
            from alias semi join at_ctnm using (record) where on_night(first_night, last_night) order by id""",
    ),
    "addresses": (
        ("address", "postcode", "notified_on"),
        """select record, address, postcode, (from_date + 1)::varchar
            from address semi join at_ctnm using (record) where on_night(first_night, last_night) order by id""",
    ),
    "contact_points": (
        ("kind", "value", "notified_on"),
        """select record, lower(kind), contact_text(kind, person_number, which, style), from_date::varchar
            from contact semi join at_ctnm using (record) where on_night(first_night, last_night) order by id""",
    ),
    "notifications": (
        ("kind", "date"),
        "select record, kind, on_day::varchar from ctnm_notification order by id",
    ),
    "intelligence": (
        ("report_ref", "reported_on", "grading", "marking", "text"),
        """select record, 'CTI-' || lpad(id::varchar, 5, '0'), reported_on::varchar, grading, marking, text
            from ctnm_intelligence order by id""",
    ),
}


def deliver(night: Night) -> None:
    """Write the array of case documents; there are few enough to write one by one."""
    night.connection.execute(_AT_CTNM)
    rows = night.connection.execute(_CASES).fetchall()
    parts = {name: _by_record(night, fields, query) for name, (fields, query) in _PARTS.items()}
    documents: list[dict[str, Any]] = []
    for record, case_ref, *about, pncid, noms, status, band, opened_on, release_date, updated_on in rows:
        documents.append({
            "case_ref": case_ref,
            "subject": dict(zip(_SUBJECT, about, strict=True)),
            "pncid": pncid,
            "noms_number": noms,
            "status": status,
            "risk_band": band,
            "opened_on": opened_on,
            "release_date": release_date,
            "release_date_updated_on": updated_on,
            **{name: of_record.get(record, []) for name, of_record in parts.items()},
        })  # fmt: skip
    text = ",\n".join(json.dumps(document, ensure_ascii=False) for document in documents)
    path = night.system("ctnm") / "cases.json"
    path.write_text(f"[\n{text}\n]\n" if documents else "[]\n", encoding="utf-8")


def _by_record(night: Night, fields: tuple[str, ...], query: str) -> dict[int, list[dict[str, Any]]]:
    grouped: dict[int, list[dict[str, Any]]] = {}
    for record, *values in night.connection.execute(query).fetchall():
        grouped.setdefault(record, []).append(dict(zip(fields, values, strict=True)))
    return grouped
