"""The settings as they are given: lines of a home's `conjoin.env` and the environment, each checked where it stands.

No sentence here holds a value, nor a name that may be one: what was given by mistake may be a secret.
"""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from pipelines.errors import ConfigurationError
from pipelines.settings.forms import form_of, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic.fields import FieldInfo

    from pipelines.errors import Report

PREFIX = "CONJOIN_"

_OF_KUBERNETES = re.compile(r"\w+_(SERVICE_HOST|SERVICE_PORT\w*|PORT(_\d+_[A-Z]+(_PROTO|_PORT|_ADDR)?)?)")
"""Variables that Kubernetes gives a pod for every service in its namespace; a service may be called conjoin."""


@dataclass(frozen=True)
class Given:
    """A variable that was given.

    Attributes:
        name: of the variable.
        value: of the variable, which no sentence repeats.
        where: where it was given, for a sentence.
        file: the home's own file, if it was given there.
        line: its line there.
    """

    name: str
    value: str
    where: str
    file: Path | None = None
    line: int | None = None

    def wrong(self, sentence: str) -> ConfigurationError:
        """Return the error that says what is wrong with it."""
        return ConfigurationError(sentence, file=self.file, line=self.line, field=self.name)


def variable(field: str) -> str:
    """Return the name of the variable that gives a setting."""
    return f"{PREFIX}{field.upper()}"


def in_environment() -> list[Given]:
    """Return every variable of the environment that begins as a setting does; an empty one does not count."""
    return [
        Given(name, value, "in the environment")
        for name, value in sorted(os.environ.items())
        if value and name.upper().startswith(PREFIX)
    ]


def in_file(file: Path, report: Report) -> list[Given]:
    """Return the variables of a home's own file.

    Args:
        file: the file; there need be none.
        report: called with each mistake: the file cannot be read, or a line of it is no variable or gives one again.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except OSError as error:
        report(ConfigurationError(f"{file} cannot be read ({error.strerror}); correct that and try again.", file=file))
        return []
    except UnicodeDecodeError as error:
        report(ConfigurationError(f"{file}: byte {error.start} is not UTF-8; save the file as UTF-8.", file=file))
        return []
    lines: dict[str, int] = {}
    for part in parse_stream(StringIO(text)):
        written = part.original.string
        line = part.original.line + written[: len(written) - len(written.lstrip())].count("\n")
        says = None
        if part.error or (part.key is not None and part.value is None):
            says = "this is not of the form NAME=value; correct or remove it."
        elif part.key is not None and lines.setdefault(part.key, line) != line:
            says = f"line {lines[part.key]} sets the same; remove one of the two."
        if says:
            report(ConfigurationError(f"{file}, line {line}: {says}", file=file, line=line))
    values = dotenv_values(stream=StringIO(text))
    return [Given(name, values.get(name) or "", f"{file}, line {line}", file, line) for name, line in lines.items()]


def settings_lines(values: Mapping[str, object]) -> str:
    """Return settings as lines of a home's own file.

    Args:
        values: by the names of the settings' fields.
    """
    quoted = {field: re.sub(r"(['\\])", r"\\\1", str(value)) for field, value in values.items()}
    return "".join(f"{variable(field)}='{value}'\n" for field, value in quoted.items())


def debugging() -> bool:
    """Return whether CONJOIN_DEBUG asks to see errors whole; so does a value that is not of its form."""
    return os.environ.get(variable("debug"), "").lower() not in {"", "0", "f", "false", "n", "no", "off"}


def is_of_others(name: str, yaml: Iterable[Path]) -> bool:
    """Return whether a variable of the environment begins as a setting does but is meant for something else.

    Args:
        name: of the variable.
        yaml: files, and folders of files, that may name it as where a secret of a source is kept.
    """
    if _OF_KUBERNETES.fullmatch(name):
        return True
    for place in yaml:
        for file in [place] if place.is_file() else place.rglob("*.yaml"):
            if re.search(rf"\b{re.escape(name)}\b", file.read_text(encoding="utf-8", errors="replace")):
                return True
    return False


def problem(given: Given, fields: Mapping[str, FieldInfo]) -> ConfigurationError | None:
    """Return what is wrong with a variable: its name, its place or its value; None if it is a good setting.

    Args:
        given: the variable; an empty value is none.
        fields: the settings, by the names of their variables.
    """
    if given.name not in fields:
        return _unknown(given, fields)
    field = fields[given.name]
    form = form_of(field)
    if given.file and form.environment_only:
        return given.wrong(f"{given.where}: {given.name} works only in the environment; set it there.")
    annotated: Any = Annotated[field.annotation, field, BeforeValidator(printable)]
    try:
        if given.value:
            TypeAdapter(annotated).validate_python(given.value)
    except ValidationError:
        return given.wrong(f"{given.name} ({given.where}) must be {form.words}; correct or remove it.")
    return None


def _unknown(given: Given, fields: Iterable[str]) -> ConfigurationError:
    """Return the error of a variable that is no setting; it names the setting that is probably meant."""
    if given.file and not given.name.upper().startswith(PREFIX):
        # Its name is not told: a line of base64 ends as a name does, in an equals sign.
        sentence = (
            f"{given.where}: only settings, {PREFIX}..., may stand here; remove it (a secret belongs in the environment"
            " or in a file of its own)."
        )
        return ConfigurationError(sentence, file=given.file, line=given.line)
    short = given.name.upper().removeprefix(PREFIX)
    near = difflib.get_close_matches(short, [name.removeprefix(PREFIX) for name in fields], n=1)
    remedy = f"did you mean {PREFIX}{near[0]}?" if near else f"remove it, or use one of {', '.join(fields)}."
    name = given.name.encode("unicode_escape").decode()
    return given.wrong(f"{name} ({given.where}) is not a setting; {remedy}")
