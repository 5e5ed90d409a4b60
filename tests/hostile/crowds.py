"""Deliveries whose cost a careless comparison would not bound by their size, and nights of them with their figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.pipelines import own_deployment

REGISTER = """\
type: pipelines.components.NominalSource
attributes:
  system: register
  title: Register
  description: People of the register, as documents.
  service: culture
  owner: team:register
  marking: OFFICIAL
  originator: Register
  max_quarantine_share: 1.0
  extract:
    format: json
    layout: lines
    resources:
      people: register.jsonl
  record:
    from: people
    key: document->>'$.ref'
    surname: document->>'$.surname'
    forenames: document->>'$.forenames'
    birth_date: document->>'$.born'
  items:
    - {kind: name, from: people, each: $.aliases, key: "document->>'$.ref'", surname: "each->>'$'"}
    - {kind: address, from: people, each: $.addresses, key: "document->>'$.ref'", value: "each->>'$'"}
    - kind: contact_point
      from: people
      each: $.phones
      key: document->>'$.ref'
      code: "'phone'"
      value: each->>'$'
    - kind: identifier
      from: people
      key: document->>'$.ref'
      code: "'noms'"
      value: document->>'$.noms'
      when: document->>'$.noms' IS NOT NULL
    - {kind: merge, from: people, each: $.merged, key: "document->>'$.ref'", value: "each->>'$'"}
"""

Person = dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """What a night cost, and the home it left.

    Attributes:
        seconds: from start to end of the process.
        megabytes: its peak memory.
        home: CONJOIN_HOME.
    """

    seconds: float
    megabytes: float
    home: Path

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query of the warehouse gives."""
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as con:
            return con.execute(query).fetchall()


def night(folder: Path, people: Iterator[Person]) -> Figures:
    """Run a night of two small systems and of a register that holds these people."""
    deployment, home = own_deployment.write(folder / "deployment"), folder / "home"
    (deployment / "sources" / "register.yaml").write_text(REGISTER, encoding="utf-8")
    own_deployment.deliver(home / "inbox")
    with (home / "inbox" / "register.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(person) + "\n" for person in people)
    dagster_home = folder / "dagster"
    dagster_home.mkdir()
    (dagster_home / "dagster.yaml").write_bytes(Path("dagster_home", "dagster.yaml").read_bytes())
    variables = {"CONJOIN_DEPLOYMENT": str(deployment), "DAGSTER_HOME": str(dagster_home)}
    started = time.monotonic()
    with (folder / "said.txt").open("w", encoding="utf-8") as said:
        run = subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", "run", "--home", str(home)],
            env=os.environ | variables, stdout=said, stderr=said,
        )  # fmt: skip
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    figures = Figures(time.monotonic() - started, usage.ru_maxrss / 1024, home)
    assert run.returncode == 0, (folder / "said.txt").read_text(encoding="utf-8")
    return figures


def person(number: int, **more: Any) -> Person:
    """Return a person of the register; the same but for the number unless more is said."""
    return {"ref": f"r{number:05}", "surname": "Featherstonehaugh", "forenames": "Brian", "born": "1990-09-14"} | more
