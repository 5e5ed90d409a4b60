"""The command line's own words: its version and its lists of commands."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

import pytest
import typer
from typer.testing import CliRunner

from pipelines.cli import app


def groups() -> Iterator[tuple[str, ...]]:
    """Yield every group of commands, as it is typed."""
    found: list[tuple[tuple[str, ...], typer.Typer]] = [((), app)]
    while found:
        typed, group = found.pop()
        yield typed
        found += [
            ((*typed, str(one.name)), one.typer_instance) for one in group.registered_groups if one.typer_instance
        ]


@pytest.mark.parametrize("group", list(groups()), ids=lambda typed: " ".join(typed) or "conjoin")
def test_no_list_of_commands_is_cut_short_at_80_columns(group: tuple[str, ...]) -> None:
    said = CliRunner().invoke(app, [*group, "--help"], terminal_width=80)
    _, commands = said.stdout.split("Commands:\n")
    assert commands.strip()
    assert [line for line in commands.splitlines() if line.endswith("...")] == []


def test_the_version_is_that_of_the_package() -> None:
    said = CliRunner().invoke(app, ["--version"])
    assert (said.exit_code, said.stdout) == (0, f"conjoin {version('conjoin')}\n")
