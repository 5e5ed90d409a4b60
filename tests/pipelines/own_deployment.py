"""A deployment of invented systems: two CSV sources, an audience and a rule of its own, and nothing of the sample's."""

from __future__ import annotations

import csv
from pathlib import Path

SOURCE = """\
type: pipelines.components.NominalSource
attributes:
  system: {system}
  title: {title}
  description: Members of the {system}.
  service: {service}
  owner: team:{system}
  marking: OFFICIAL
  originator: {title}
  extract:
    format: csv
    resources:
      members: {system}.csv
  record:
    from: members
    key: number
    surname: surname
    forenames: forenames
    birth_date: born
  items:
    - {{kind: address, from: members, key: number, value: address, postcode: postcode}}
    - {{kind: alert, from: members, key: number, code: alert, when: alert <> ''}}
"""

AUDIENCE = """\
name: {name}
title: {title}
ceiling: OFFICIAL
"""

RULE = """\
id: L01
title: Debtor of the library unknown to the pool
severity: high
owner_role: the librarian
sla_days: 7
statutory: false
basis: The town's rules
held_by: library
expected_in: pool
scope: Everybody with a debt at the library.
sentence:
  holds: "{held_by} holds a debt"
  lacks: "{expected_in} does not know the person"
  act: the librarian should tell the pool
sql: |
  SELECT subject_id, NULL::DATE AS trigger_date, [item_key] AS items
  FROM alert
  WHERE source_system = 'library'
      AND code = 'DEBT'
      AND subject_id NOT IN (SELECT subject_id FROM member WHERE source_system = 'pool')
"""

HEADER = ["number", "surname", "forenames", "born", "address", "postcode", "alert"]
SURNAMES = ("Abernathy", "Bickerstaffe", "Cholmondeley", "Drinkwater", "Entwistle", "Featherstone", "Gathercole",
            "Hollingworth", "Inglethorpe", "Jellicoe", "Kettlewell", "Lillywhite")  # fmt: skip
BOTH = 8
"""So many of the twelve are known to both systems; one of the others owes the library."""


def write(folder: Path) -> Path:
    """Write the deployment into a new folder and return it."""
    for system, title, service in (("library", "Town library", "culture"), ("pool", "Swimming pool", "sport")):
        _write(folder / "sources" / f"{system}.yaml", SOURCE.format(system=system, title=title, service=service))
    _write(folder / "audiences" / "town.yaml", AUDIENCE.format(name="town", title="The town"))
    _write(folder / "gap_rules" / "L01.yaml", RULE)
    return folder


def deliver(inbox: Path) -> None:
    """Write what the two systems deliver."""
    inbox.mkdir(parents=True)
    people = [
        [surname, f"Ann{surname[0]}ilda", f"19{60 + number}-0{1 + number % 9}-1{number % 10}",
         f"{number + 3} Mill Lane", f"LS{number + 1} {number % 9 + 1}AB"]
        for number, surname in enumerate(SURNAMES)
    ]  # fmt: skip
    for system, known in (("library", people), ("pool", people[:BOTH])):
        with (inbox / f"{system}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(
                [
                    HEADER,
                    *([f"{system[0]}{n}", *person, "DEBT" if n in (0, 11) else ""] for n, person in enumerate(known)),
                ]
            )


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
