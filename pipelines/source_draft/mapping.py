"""The questions on what columns mean: which rows are persons, and what else is known of them; each with a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import typer

from linkage_models.standardise.identifiers import IDENTIFIER_KINDS
from pipelines.source.mapping import ContactKind, Kind
from pipelines.source_draft import ask
from pipelines.source_draft.guess import kind_of, sounds_like

if TYPE_CHECKING:
    from pipelines.source_draft.look import Field, RowGroup, Sight

PERSON = ("surname", "forenames", "middle_names", "birth_date", "sex", "ethnicity", "nationality", "birth_place")
SKIP = "skip"
_OF_KIND = {
    "name": ("surname", "forenames", "middle_names", "birth_date"),
    "identifier": ("id", "code", "value"),
    "contact_point": ("id", "code", "value", "from_date"),
    "address": ("id", "value", "postcode", "from_date", "to_date"),
    "birth_date": ("item_date",),
    "release_date": ("id", "code", "item_date"),
    "merge": ("id", "value", "from_date"),
    "report": ("id", "code", "value", "item_date", "marking", "handling"),
}
_OF_OTHERS = ("id", "code", "value", "item_date", "from_date", "to_date")
_REQUIRED = {
    "name": {"surname"},
    "identifier": {"code", "value"},
    "contact_point": {"code", "value"},
    "address": {"value"},
    "birth_date": {"item_date"},
    "release_date": {"item_date"},
    "merge": {"value"},
}
_ROLE = {("address", "value"): "address", ("merge", "value"): "merged"}
_CONTACTS = {"phone": "PHONE", "email": "EMAIL"}
KEYS_KNOWN = 0.9
"""Share of a column's values that must be record ids for it to be taken for the key: deliveries have strays."""


class Mapping:
    """A mapping in progress: what was seen, and what has been answered so far."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.record_group: RowGroup = max(
            (group for group in sight.groups if group.each is None), key=_person_score
        )  # fmt: skip
        self.keys: dict[str, str] = {}
        self.record: dict[str, Any] = {}
        self.dates: list[Field] = []

    def ask_record(self) -> dict[str, Any]:
        """Ask which rows are persons and what they say, and return the `record` part."""
        names = [group.name for group in self.sight.groups if group.each is None]
        chosen = ask.choice("Which has one row per person", names, self.record_group.name)
        self.record_group = group = next(candidate for candidate in self.sight.groups if candidate.name == chosen)
        key = self._ask(group, "record id", _key_guess(group), required=True)
        self.record = {"from": group.resource, "key": key}
        self.keys[group.resource] = str(key)
        taken: set[str] = set()
        for role in PERSON:
            guess = _guess(group, role, taken)
            if expression := self._ask(group, role.replace("_", " "), guess, required=role == "surname"):
                self.record[role] = expression
                taken.add(expression)
                self._note_date(group, role, expression)
        return self.record

    def ask_items(self) -> list[dict[str, Any]]:
        """Ask what else is known of the persons, and return the `items` part."""
        items = self._of_record()
        for group in self.sight.groups:
            if group is not self.record_group:
                items += self._of_group(group)
        return items

    def ask_date_format(self) -> str | list[str]:
        """Ask how dates are written, and return the format, or the formats."""
        seen = list(dict.fromkeys(field.date_format for field in self.dates if field.date_format))
        question = "\nHow dates are written (several formats with ; between them)"
        wanted = "Write it as strptime does, such as %d/%m/%Y."
        given = ask.text(question, ";".join(seen) or "%Y-%m-%d", lambda given: None if "%" in given else wanted)
        formats = [form.strip() for form in given.split(";") if form.strip()]
        return formats[0] if len(formats) == 1 else formats

    def ask_changes(self, resource: str) -> dict[str, Any]:
        """Ask how changes of a resource find the rows they replace, and return what its YAML says of that."""
        group = next(
            candidate for candidate in self.sight.groups if candidate.resource == resource and candidate.each is None
        )
        said = {"key": self._ask(group, "what names a row", _key_guess(group), required=True)}
        if cursor := self._ask(group, "what grows with every change, such as a time of change", None):
            said["cursor"] = cursor
        if deleted := self._ask(group, "condition under which a row is deleted", None):
            said["deleted"] = deleted
        return said

    def _of_record(self) -> list[dict[str, Any]]:
        group, key = self.record_group, self.record["key"]
        said = {"from": group.resource, "key": key}
        items: list[dict[str, Any]] = []
        used = {value for name, value in self.record.items() if name not in ("from", "key")}
        for field in group.fields:
            if field.expression in used:
                continue
            kind = _identifier_kind(field)
            if kind and ask.confirm(f"Does {field.name} hold identifiers of the kind {kind}?"):
                items.append({"kind": "identifier", **said, "code": f"'{kind}'", "value": field.expression})
                continue
            contact = next((code for role, code in _CONTACTS.items() if sounds_like(field.name, role)), None)
            if contact and ask.confirm(f"Does {field.name} hold contact points of the kind {contact}?"):
                items.append({"kind": "contact_point", **said, "code": f"'{contact}'", "value": field.expression})
        address, postcode = _guess(group, "address", used), _postcode_guess(group)
        if address or postcode:
            value = self._ask(group, "address", address)
            code = self._ask(group, "postcode", postcode)
            if value or code:
                items.append(
                    {"kind": "address", **said, "value": value or "NULL"} | ({"postcode": code} if code else {})
                )
        return items

    def _of_group(self, group: RowGroup) -> list[dict[str, Any]]:
        """Ask which kind of item the rows of a table or the elements of a list are, and what their columns mean."""
        typer.echo(f"\n{group.name}: {', '.join(field.name for field in group.fields)}")
        kind = ask.choice("Kind of item", (*get_args(Kind), SKIP), _kind_guess(group) or SKIP)
        if kind == SKIP:
            if self.sight.source.extract.format == "fixed_width":
                typer.echo("  Lines of a type that nothing reads go to quarantine.")
            return []
        key = self.keys.get(group.resource) if group.each else None
        key = key or self._ask(group, "record id of the person", self._key_of(group, kind), required=True)
        self.keys.setdefault(group.resource, str(key))
        item: dict[str, Any] = {"kind": kind, "from": group.resource}
        if group.each:
            item["each"] = group.each
        item["key"] = key
        taken = {str(key)}
        for name in _OF_KIND.get(kind, _OF_OTHERS):
            guess = (
                _postcode_guess(group) if name == "postcode" else _guess(group, _ROLE.get((kind, name), name), taken)
            )
            if name == "id" and guess and not guess.names_rows:
                guess = None
            required = name in _REQUIRED.get(kind, ())
            if name == "value" and kind not in _OF_KIND and "code" not in item:
                # An item that says nothing is none.
                guess = guess or next((field for field in group.fields if field.expression not in taken), None)
                required = True
            if expression := self._ask(group, name.replace("_", " "), guess, required=required):
                item[name] = expression
                taken.add(expression)
                self._note_date(group, name, expression)
        return [item]

    def _key_of(self, group: RowGroup, kind: str) -> Field | None:
        """Return the field of a group that most likely names the person."""
        if kind == "merge" and (surviving := _guess(group, "surviving", set())):
            return surviving
        known = next((field for field in self.record_group.fields if field.expression == self.record["key"]), None)
        if known and (same := group.named(known.name)):
            return same
        of = self.record_group
        shares = {
            field: self.sight.share_within(group, field.expression, of, self.record["key"])
            for field in group.fields
            if field.filled
        }
        return next((field for field, share in shares.items() if share >= KEYS_KNOWN), None)

    def _note_date(self, group: RowGroup, name: str, expression: str) -> None:
        if name.endswith("_date"):
            self.dates += [field for field in group.fields if field.expression == expression]

    def _ask(self, group: RowGroup, question: str, guess: Field | None, *, required: bool = False) -> str | None:
        """Ask for a field or an expression, and return the expression, or None."""

        def fault(given: str) -> str | None:
            if given in ("", ask.NONE):
                return "This must be answered." if required else None
            if group.named(given) is None and self.sight.complaint(group, given):
                return f"There is no such field, nor does it fit as an expression; there are {names}."
            return None

        names = ", ".join(field.name for field in group.fields)
        given = ask.text(f"  {question}", guess.name if guess else None if required else ask.NONE, fault)
        if given in ("", ask.NONE):
            return None
        named = group.named(given)
        return named.expression if named else given


def _person_score(group: RowGroup) -> int:
    roles = ("surname", "birth_date", "forenames", "sex")
    unique = any(field.names_rows for field in group.fields)
    return 2 * sum(any(sounds_like(field.name, role) for field in group.fields) for role in roles) + unique


def _guess(group: RowGroup, role: str, taken: set[str]) -> Field | None:
    fitting = (field for field in group.fields if field.expression not in taken and sounds_like(field.name, role))
    if role in ("from_date", "to_date", "item_date", "birth_date"):
        dated = [field for field in fitting if field.date_format or not field.filled]
        return dated[0] if dated else None
    return next(fitting, None)


def _key_guess(group: RowGroup) -> Field | None:
    unique = [field for field in group.fields if field.names_rows]
    naming = [field for field in unique if sounds_like(field.name, "id") or _identifier_kind(field)]
    return next(iter(naming or unique), None)


def _postcode_guess(group: RowGroup) -> Field | None:
    named = [field for field in group.fields if sounds_like(field.name, "postcode")]
    return next(iter(named or [field for field in group.fields if field.postcodes]), None)


def _identifier_kind(field: Field) -> str | None:
    """Return which identifiers a column holds: its name counts for more than its values."""
    if not field.filled:
        return None
    return next((kind for kind in IDENTIFIER_KINDS if sounds_like(field.name, kind)), field.identifier)


def _kind_guess(group: RowGroup) -> str | None:
    """Return which items rows are: their codes count for more than the name of the table or list."""
    for kind, known in (("identifier", IDENTIFIER_KINDS), ("contact_point", get_args(ContactKind))):
        codes = {code.lower() for code in known}
        if any(field.few and field.few <= codes for field in group.fields):
            return kind
    return kind_of(group.name)
