"""Planting gaps: deliberate departures from what is true of a case, each of which one rule must find."""

from dataclasses import replace

import numpy as np

from sample_data.cases import (
    LICENCE,
    LISTS_ALIASES,
    NEVER,
    POLICE,
    PRISON,
    REMAND,
    SUSPECT,
    Case,
    KnownAs,
    Plant,
)
from sample_data.codes import CTNM, FOREVER, NDELIUS, NOMIS, PNC, RMS, SYSTEMS, VISOR
from sample_data.names.index import NameIndex
from sample_data.people import MALE, People

RULES: tuple[str, ...] = ("G01", "G02", "G03", "G06", "G08", "G18", "G21", "G30")
"""Rules that gaps are planted for."""

GAP_CATEGORIES: tuple[str, ...] = ("address", "name", "phone", "vehicle", "document")
"""What G21 compares between probation and CTNM; `name` is an alias."""

_APPLIES: dict[str, tuple[str, ...]] = {
    "G01": (LICENCE, PRISON),
    "G02": (PRISON, LICENCE, SUSPECT, REMAND),
    "G03": (SUSPECT, PRISON),
    "G06": (PRISON, LICENCE),
    "G08": (PRISON, LICENCE),
    "G18": (PRISON, SUSPECT, LICENCE),
    "G21": (PRISON, LICENCE, SUSPECT),
    "G30": (PRISON, LICENCE, SUSPECT, POLICE),
}
_CLEAN_SHARE = 0.5
_PLANTED_SHARE = 0.1
_MOST_PLANTS = 2


def plant(rng: np.random.Generator, names: NameIndex, people: People, cases: list[Case], today: int) -> None:
    """Plant gaps of every rule in about half of the cases, one or two in each."""
    order = [int(position) for position in rng.permutation(len(cases))]
    open_to_plants = order[int(len(cases) * _CLEAN_SHARE) :]
    target = max(3, round(_PLANTED_SHARE * len(cases)))
    for round_number in range(target):
        for rule in RULES:
            able = [
                cases[position]
                for position in open_to_plants
                if cases[position].profile in _APPLIES[rule] and _may_take(cases[position], rule)
            ]
            if able:
                # Those with the fewest plants first, and of those the profile that fits the rule alone.
                best = min(able, key=lambda case: (len(case.plants), _APPLIES[rule].index(case.profile)))
                _plant_one(rng, names, people, best, rule, (round_number, today))


def _may_take(case: Case, rule: str) -> bool:
    taken = {plant.rule for plant in case.plants}
    # One alert, withheld or wrong, cannot serve two plants; nor can one record both be missing and differ.
    clashes = {"G01", "G02", "G03", "G06"} if rule in {"G01", "G02", "G03", "G06"} else {rule}
    return len(taken) < _MOST_PLANTS and not taken & clashes


def _plant_one(
    rng: np.random.Generator, names: NameIndex, people: People, case: Case, rule: str, when: tuple[int, int]
) -> None:
    turn, today = when
    if rule in {"G01", "G03"}:
        case.xtact = NEVER
        if case.terrorist_sentence:
            case.plants.append(Plant("G01", "alert"))
        if case.in_custody:
            case.plants.append(Plant("G03", "alert"))
    elif rule == "G02":
        case.rtao = NEVER
        case.plants.append(Plant("G02", "registration"))
    elif rule == "G06":
        case.alert_level = case.level % 3 + 1
        case.plants.append(Plant("G06", "level"))
    elif rule == "G08":
        case.systems.discard(VISOR)
        case.known_as = [
            replace(known, systems=_without(known.systems, VISOR, case.systems)) for known in case.known_as
        ]
        case.plants.append(Plant("G08", "record"))
    elif rule == "G18":
        _plant_release(rng, case, soon=turn % 2 == 1 and case.in_custody, today=today)
    elif rule == "G21":
        _withhold(rng, names, people, case, GAP_CATEGORIES[turn % len(GAP_CATEGORIES)])
    else:
        _known_to_one(rng, names, people, case, turn)


def _without(systems: tuple[int, ...], gone: int, held: set[int]) -> tuple[int, ...]:
    left = [system for system in systems if system != gone]
    spare = [system for system in LISTS_ALIASES if system in held and system not in left and system != gone]
    return tuple(sorted([*left, *spare[: max(0, 2 - len(left))]]))


def _plant_release(rng: np.random.Generator, case: Case, *, soon: bool, today: int) -> None:
    if soon:
        shift = case.probation_release - case.release
        case.release = today + int(rng.integers(8, 25))
        case.probation_release = case.release + shift
        case.ctnm_release = NEVER
        case.plants.append(Plant("G18", "ctnm"))
    else:
        case.probation_release = case.release + int(rng.integers(2, 45))
        case.plants.append(Plant("G18", "ndelius"))


def _other_name(rng: np.random.Generator, names: NameIndex, people: People, case: Case) -> tuple[str, str]:
    table = names.origins[people.origin[case.row]]
    forenames = table.male if people.sex[case.row] == MALE else table.female
    # From the rarer half of each table, so that it is unlike every name the person already has.
    forename = forenames.names[int(rng.integers(len(forenames.names) // 2, len(forenames.names)))]
    surname = table.surnames.names[int(rng.integers(len(table.surnames.names) // 2, len(table.surnames.names)))]
    return names.text[int(forename)].as_py(), names.text[int(surname)].as_py()


def _withhold(rng: np.random.Generator, names: NameIndex, people: People, case: Case, category: str) -> None:
    if category == "address":
        case.new_address_night = 1
    elif category == "name":
        holders = tuple(system for system in (PNC, NOMIS, NDELIUS) if system in case.systems)
        case.known_as.append(KnownAs(holders, _other_name(rng, names, people, case)))
    else:
        kind = {"phone": 0, "vehicle": 2, "document": 3}[category]
        case.details = [detail for detail in case.details if detail[0] != kind]
        case.details.append((kind, 0))
        case.withheld.add(category)
    case.plants.append(Plant("G21", category))


def _known_to_one(rng: np.random.Generator, names: NameIndex, people: People, case: Case, turn: int) -> None:
    kind = turn % 3
    if kind == 0 and people.sex[case.row] == MALE:
        kunya = names.text[int(names.kunyas[int(rng.integers(0, len(names.kunyas)))])].as_py()
        case.known_as.append(KnownAs((CTNM,), ("Abu", kunya)))
        case.plants.append(Plant("G30", "ctnm name"))
    elif kind == 1:
        holder = next(system for system in (NOMIS, CTNM) if system in case.systems)
        birth = int(people.birth[case.row] + rng.integers(200, 1400))
        case.known_as.append(KnownAs((holder,), birth=birth))
        case.plants.append(Plant("G30", f"{SYSTEMS[holder]} birth_date"))
    else:
        holder = next(system for system in (RMS, PNC) if system in case.systems)
        case.known_as.append(KnownAs((holder,), _other_name(rng, names, people, case)))
        case.plants.append(Plant("G30", f"{SYSTEMS[holder]} name"))


def change_over_nights(rng: np.random.Generator, cases: list[Case], nights: int) -> None:
    """Let one planted gap close and one new one open on each later night."""
    for night in range(2, nights + 1):
        registered = [case for case in cases if [plant.rule for plant in case.plants] == ["G02"] and case.rtao == NEVER]
        registered = [case for case in registered if NDELIUS in case.systems]
        if registered:
            case = registered[int(rng.integers(0, len(registered)))]
            case.rtao = (night, FOREVER)
            case.plants = [Plant("G02", "registration", 1, night - 1)]
        clean = [case for case in cases if not case.plants and {NDELIUS, CTNM} <= case.systems]
        if clean:
            case = clean[int(rng.integers(0, len(clean)))]
            if night % 2 == 0:
                case.new_address_night = night
                case.plants.append(Plant("G21", "address", night))
            else:
                case.xtact = (1, night - 1)
                found = [("G01", case.terrorist_sentence), ("G03", case.in_custody)]
                case.plants += [Plant(rule, "alert", night) for rule, applies in found if applies]
