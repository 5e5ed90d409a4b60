"""The reference page of the settings, written from the model: `python -m tests.house.settings_page`."""

from __future__ import annotations

import sys

from pipelines.settings import Settings
from pipelines.settings.forms import form_of
from pipelines.settings.given import variable

_OPENING = """\
# Settings

Where things are and how much of the machine may be used. A setting is an environment variable, or a line
`NAME=value` of `conjoin.env` in the home; the environment wins, and an empty value does not count.

Each value must be of the form given here. One that is not, a name that begins with `CONJOIN_` but is no setting, and a
line of `conjoin.env` that is anything else end every command, and keep the Dagster code location from loading, with one
sentence that says where it stands. A variable that a source's YAML names as holding a secret may begin with `CONJOIN_`
too, and so may those that Kubernetes gives a pod.

This page is written by `python -m tests.house.settings_page > docs/reference/settings.md` from the model that also
reads the settings.

| variable | what it is | must be | default |
|---|---|---|---|
"""

_CLOSING = """
A source's secrets are never settings: its YAML says [which variable or file](source-yaml.md#a-secret) holds each.
"""


def settings_page() -> str:
    """Return the Markdown of `docs/reference/settings.md`."""
    return _OPENING + "".join(map(_row, Settings.model_fields)) + _CLOSING


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    form = form_of(field)
    what, _, absent = (field.description or "").partition(" Default: ")
    default = (
        absent.rstrip(".")
        if absent
        else f"`{int(field.default) if isinstance(field.default, bool) else field.default}`"
    )
    alone = " Not in `conjoin.env`." if form.environment_only else ""
    return f"| `{variable(name)}` | {what}{alone} | {form.words} | {default} |\n"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
