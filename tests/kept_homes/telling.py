"""Tells a story in a home: lays deliveries and a deployment, and runs the commands, as the story's `steps.json` says.

story/steps.json         `kept`: what a kept home has seen; `next`: the night that a test adds to it
      <name>/inbox       deliveries, laid over those of before by a step that names the folder
      <name>/deployment  parts of the deployment, likewise

It knows nothing but the command line, so that any version of Conjoin can tell the story.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Literal

from pipelines.cli import app

WRITTEN_BEFORE_THE_RUN = timedelta(hours=1)


def tell(story: Path, part: Literal["kept", "next"], folder: Path) -> None:
    """Take the steps of a part of the story, in `folder/home`, `folder/deployment` and `folder/inbox`."""
    for step in json.loads((story / "steps.json").read_text(encoding="utf-8"))[part]:
        if "lay" in step:
            _lay(story / step["lay"], folder, datetime.fromisoformat(step["as_of"]) - WRITTEN_BEFORE_THE_RUN)
        told = [_decision(folder, word) if word.startswith("{") else word for word in shlex.split(step["conjoin"])]
        conjoin(folder, step["as_of"], *told)


def conjoin(folder: Path, as_of: str, *arguments: str) -> str:
    """Run a command in the story's home as of an instant, and return what it wrote; it must succeed."""
    given = {
        "CONJOIN_HOME": str(folder / "home"),
        "CONJOIN_DEPLOYMENT": str(folder / "deployment"),
        "CONJOIN_INBOX": str(folder / "inbox"),
        "CONJOIN_AS_OF": as_of,
        "DAGSTER_HOME": str(folder / "dagster"),
    }
    dagster_home = Path(given["DAGSTER_HOME"])
    dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path("dagster_home") / "dagster.yaml", dagster_home)
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        with redirect_stdout(StringIO()) as said:
            status = app(list(arguments), standalone_mode=False)
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
    if status:
        raise RuntimeError(f"`conjoin {shlex.join(arguments)}` ended with {status}.")
    return said.getvalue()


def _lay(laid: Path, folder: Path, written_at: datetime) -> None:
    """Lay a folder of the story over what lies there; when a delivery was written is part of what is landed."""
    shutil.copytree(laid, folder, dirs_exist_ok=True)
    for path in (laid / "inbox").rglob("*.*"):
        os.utime(folder / path.relative_to(laid), (written_at.timestamp(), written_at.timestamp()))


def _decision(folder: Path, word: str) -> str:
    """Return the id of the last decision about the record that a word `{record}` names."""
    decisions = json.loads(conjoin(folder, "2026-01-01T00:00:00Z", "decide", "list", "--json"))
    return str(next(one["decision_id"] for one in reversed(decisions) if one["record_a"] == word.strip("{}")))
