"""The population: who people are, before any system writes them down. One chunk of people is one set of arrays."""

from dataclasses import dataclass, fields

from sample_data.codes import Bools, Ints

MALE, FEMALE = 0, 1

ALIAS_NONE, ALIAS_NICKNAME, ALIAS_SURNAME, ALIAS_DAILY, ALIAS_KUNYA, ALIAS_OTHER, ALIAS_SHORT = range(7)

YEAR = 365.25
"""Days."""

YOUNGEST, OLDEST = 15.0, 88.0
"""Ages, in years, between which a system may know a person."""


@dataclass(slots=True)
class People:
    """One chunk of people: every field is an array with one entry for each person, names and addresses as numbers.

    Days are counted from 1970-01-01. `alias_*` fields hold what else a person is called, `NO_NAME` or `NO_DAY` where
    there is nothing.
    """

    number: Ints
    origin: Ints
    sex: Ints
    birth: Ints
    forename: Ints
    middle: Ints
    second_middle: Ints
    surname: Ints
    second_surname: Ints
    hyphen: Bools
    alias_kind: Ints
    alias_forename: Ints
    alias_surname: Ints
    alias_birth: Ints
    home: Ints
    previous: Ints
    next_home: Ints
    ethnicity: Ints
    place: Ints
    twin_of: Ints
    in_family: Bools

    def __len__(self) -> int:
        return len(self.number)

    def copy_fields(self, to: Ints, source: Ints, names: tuple[str, ...]) -> None:
        """Copy some fields from people to others, for example from parents to children."""
        known = {field.name for field in fields(self)}
        for name in names:
            if name not in known:
                raise KeyError(name)
            getattr(self, name)[to] = getattr(self, name)[source]
