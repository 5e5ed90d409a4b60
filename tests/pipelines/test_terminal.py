"""No command prints a control character of what it was given, whoever prints it and wherever it goes."""

from __future__ import annotations

import io
import json
import logging
import sys
import traceback

import pytest
import typer
from typer.testing import CliRunner

from pipelines import terminal
from pipelines.cli import app, main
from pipelines.cli.options import print_json
from pipelines.cli.tables import print_table
from pipelines.errors import ConjoinError
from tests.house.repository import ROOT, kept_files

STEERING = "\x1b]0;owned\x07", "\x1b[2J\x1b[31m", "\x9b31m", "gone\rsafe", "back\x08\x08", "\x7f", "\u202edrah", "\0"
"""What sets the title, clears the screen, colours, overwrites, rubs out, turns the writing."""


def guarded(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Return what goes out, to standard output and standard error alike, once the streams are guarded."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    terminal.guard()
    terminal.guard()
    return stream


def harmless(text: str) -> bool:
    return terminal.shown(text) == text


@pytest.mark.parametrize("text", STEERING)
def test_no_way_of_printing_lets_a_control_character_out(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    out = guarded(monkeypatch)
    typer.echo(f"a {text} b\tc")
    typer.echo(text, err=True)
    print(text)  # noqa: T201 - as a library may
    sys.stderr.writelines([text])
    print_table(("name", "count"), [(text, 1)])
    terminal.console(err=True).print(text, markup=False)
    logging.StreamHandler(sys.stderr).emit(logging.LogRecord("x", logging.WARNING, "", 1, text, (), None))
    try:
        int(text)
    except ValueError:
        traceback.print_exc()
    assert harmless(out.getvalue())
    assert "a " in out.getvalue()
    assert not hasattr(sys.stdout, "buffer")


@pytest.mark.parametrize("text", STEERING)
def test_json_says_the_same_as_before_and_is_harmless(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    out = guarded(monkeypatch)
    print_json({"name": text, "lines": "a\nb"})
    assert harmless(out.getvalue())
    assert json.loads(out.getvalue()) == {"name": text, "lines": "a\nb"}


@pytest.mark.parametrize("text", STEERING)
def test_an_error_is_one_line_without_control_characters_wherever_it_is_kept(text: str) -> None:
    said = str(ConjoinError(f"{text}\nconjoin: all is well"))
    assert harmless(said)
    assert "\n" not in said


def test_ordinary_text_goes_out_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    out = guarded(monkeypatch)
    text = "Zoë O’Connor, Łódź, 李, عمر\n\ttabbed"
    print(text)  # noqa: T201 - as a command may
    assert out.getvalue() == f"{text}\n"


@pytest.mark.parametrize(
    "arguments", [["\x1b[31m"], ["explain", "\x1b[31m"], ["audit", "--\x1b[31m"], ["ui", "\x9b1m"]]
)
def test_what_the_command_line_says_of_a_wrong_argument_is_harmless(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], tmp_path: object
) -> None:
    out = guarded(monkeypatch)
    monkeypatch.setenv("CONJOIN_HOME", f"{tmp_path}/home")
    monkeypatch.setattr(sys, "argv", ["conjoin", *arguments])
    with pytest.raises(SystemExit):
        main()
    assert out.getvalue()
    assert harmless(out.getvalue())


def test_a_command_that_another_program_calls_is_guarded_too(tmp_path: object) -> None:
    done = CliRunner().invoke(app, ["decide", "list", "--home", f"{tmp_path}/\x1b[31mhome"])
    assert done.exit_code == 1
    assert harmless(str(done.exception))


def test_only_the_terminals_own_room_draws_around_the_guard() -> None:
    around = [
        path
        for path in kept_files(ROOT)
        if path.startswith("pipelines/") and path.endswith(".py") and path != "pipelines/terminal.py"
        for line in (ROOT / path).read_text(encoding="utf-8").splitlines()
        if "Console(" in line or "__stdout__" in line or "__stderr__" in line or ".buffer.write" in line
    ]
    assert around == []
