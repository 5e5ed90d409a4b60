"""Guesses by name: what a column or table of a police, prison or probation system most likely holds."""

from __future__ import annotations

import re

_ROLES = {
    "surname": r"(^|_)(surname|sur_name|last_?name|name_last|family(_?name)?)$|^last$",
    "forenames": r"(^|_)(fore_?names?(_1)?|first_?names?|name_first|given(_?names?)?|christian_?names?)$|^first$",
    "middle_names": r"(^|_)(middle_?names?|second_?names?|fore_?names?_2|other_?names?)$",
    "birth_date": r"(^|_)(dob|d_o_b|born(_on)?|birth_?dates?|date_?of_?birth)$",
    "sex": r"(^|_)(sex|gender)(_?code)?$",
    "ethnicity": r"ethnic|^ic_code$",
    "nationality": r"nationality",
    "birth_place": r"place_?of_?birth|birth_?place|born_in",
    "pnc": r"(^|_)pnc(_|$|id|no|num)",
    "cro": r"(^|_)cro(_|$|no|num)",
    "noms": r"(^|_)nomi?s(_|$|id|no|num)|prison_?n(o|umber)",
    "crn": r"(^|_)crn(_|$)",
    "visor": r"(^|_)visor(_|$|id)",
    "address": r"(^|_)(addr(ess)?|street|residence)(_?text|_?line(_?1)?)?$|^text$",
    "postcode": r"post_?code|postal_?code|(^|_)zip$",
    "from_date": r"(^|_)(from|start(ed)?|since|created|opened|registered|admitted|notified|arrived|effective)(_|$)",
    "to_date": r"(^|_)(to|end(ed|s)?|until|expir(y|es|ed)|closed|released|departed|deregistered|left|removed)(_|$)",
    "item_date": r"date|_on$|_at$|(^|_)when$",
    "phone": r"phone|mobile|(^|_)tel(_|$)",
    "email": r"e_?mail",
    "id": r"(_id|_no|_ref|_number|_key)$|^(id|ref|key|number)$",
    "code": r"(^|_)(code|type|kind|category|level|marker|status)$",
    "value": r"(^|_)(value|number|no|text|description|details?|remarks|narrative|offence)$",
    "marking": r"marking|classification",
    "handling": r"handling|grading",
    "merged": r"(^|_)(merged|old|duplicate|superseded)_",
    "surviving": r"(^|_)(surviving|kept|new|retained|into)_",
}

_KINDS = {
    "name": r"alias|aka|other_?name|^names?$",
    "identifier": r"identifier|^ids?$",
    "address": r"address|stay|residence",
    "contact_point": r"contact|phone|email|vehicle",
    "alert": r"alert",
    "registration": r"registration|register",
    "custody": r"booking|custody|movement",
    "sentence": r"sentence|disposal",
    "release_date": r"release",
    "case": r"case",
    "licence_condition": r"licen[cs]e|condition",
    "report": r"report|intel",
    "marker": r"marker|warning|flag",
    "conviction": r"conviction|offence|offense",
    "assessment": r"assessment|risk",
    "notification": r"notification",
    "merge": r"merge",
}


def plain(name: str) -> str:
    """Return a name in lower case with single underscores: `Date of Birth`, `dateOfBirth` are `date_of_birth`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rpartition(".")[2])
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def sounds_like(name: str, role: str) -> bool:
    """Return whether the name of a column, or of a field with its object, is usual for a role."""
    within = "_".join(map(plain, name.split(".")[-2:]))
    return any(re.search(_ROLES[role], text) for text in (plain(name), within))


def kind_of(name: str) -> str | None:
    """Return the kind of item that rows of a table or list of this name most likely are."""
    return next((kind for kind, pattern in _KINDS.items() if re.search(pattern, plain(name))), None)
