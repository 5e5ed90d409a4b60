"""Reading configuration: one YAML file into one pydantic model, with errors that name file, line, field and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import Node
from ruamel.yaml.scanner import RoundTripScanner, ScannerError

from pipelines.errors import ConfigurationError, Report, refuse

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)


def read_yaml(path: Path, model: type[M], *, below: Sequence[str] = ()) -> M:
    """Return the file's content as the model.

    Args:
        path: the YAML file.
        model: what its content must be.
        below: keys to go down before the model begins, for example `("attributes",)`.

    Raises:
        ConfigurationError: the file is missing, is not YAML, or does not fit the model.
    """
    return cast("M", check_yaml(path, model, refuse, below=below))  # `refuse` has raised where there is none


def check_yaml(path: Path, model: type[M], report: Report, *, below: Sequence[str] = ()) -> M | None:
    """Return the file's content as the model, or None if it does not fit, with every reason reported.

    Args:
        path: the YAML file.
        model: what its content must be.
        report: called with each mistake.
        below: keys to go down before the model begins, for example `("attributes",)`.
    """
    try:
        tree = _parse(path)
    except ConfigurationError as error:
        report(error)
        return None
    for key in below:
        if not isinstance(tree, CommentedMap) or key not in tree:
            message = f"{path}, line 1: the field `{key}` is missing; add it."
            report(ConfigurationError(message, file=path, line=1, field=key))
            return None
        tree = tree[key]
    try:
        return model.model_validate(_plain(tree))
    except ValidationError as error:
        wrong = _told(error.errors(), model)
    for mistake in wrong:
        report(_mistake(path, tree, model, mistake))
    return None


def error_at(path: Path, location: Sequence[str | int], says: str, *, below: Sequence[str] = ()) -> ConfigurationError:
    """Return the error of a field of a file that fits its model.

    Args:
        path: the YAML file.
        location: the field's place, below `below`.
        says: what follows the field in the sentence, the remedy and a full stop included.
        below: keys to go down before the model begins.
    """
    line, field = field_line(path, location, below=below), ".".join(map(str, location))
    return ConfigurationError(f"{path}, line {line}: the field `{field}` {says}", file=path, line=line, field=field)


def field_error(
    path: Path, location: Sequence[str | int], problem: str, *, below: Sequence[str] = ()
) -> ConfigurationError:
    """Return the error of a field that is wrong; `problem` is a clause that says how."""
    return error_at(path, location, f"is wrong: {problem}; correct it.", below=below)


def peek(path: Path, location: Sequence[str]) -> object:
    """Return the value at a place of a file, whether or not the file fits its model; None if there is none."""
    try:
        tree = _parse(path)
    except ConfigurationError:
        return None
    for key in location:
        tree = tree.get(key) if isinstance(tree, CommentedMap) else None
    return _plain(tree)


def yaml_files(folder: Path, report: Report) -> list[Path]:
    """Return the YAML files of a folder in the order of their names; a file that ends in .yml is reported."""
    for stray in sorted(folder.glob("*.yml")):
        report(ConfigurationError(f"{stray} would not be read; let its name end in .yaml.", file=stray))
    return sorted(folder.glob("*.yaml"))


def line_of(tree: Any, location: Sequence[str | int]) -> int:
    """Return the line, counted from 1, of the deepest part of the location that exists."""
    line = (getattr(getattr(tree, "lc", None), "line", None) or 0) + 1
    for step in location:
        if isinstance(tree, CommentedMap) and step in tree:
            line = tree.lc.key(step)[0] + 1
        elif isinstance(tree, CommentedSeq) and isinstance(step, int) and step < len(tree):
            line = tree.lc.item(step)[0] + 1
        else:
            continue  # a step pydantic added, such as the tag of a union's member
        tree = tree[step]
    return line


def field_line(path: Path, location: Sequence[str | int], *, below: Sequence[str] = ()) -> int:
    """Return the line of a field of a file that `read_yaml` has accepted, for an error found only later."""
    return line_of(_parse(path), (*below, *location))


_BY_TAGS = (ArithmeticError, AttributeError, LookupError, NotImplementedError, RecursionError, TypeError, ValueError)
"""What the parser raises for a tag that its value does not fit, such as `!!int x`."""


LONGEST = 1_000_000
"""Bytes of the largest file that is read: no file that a person writes is a tenth of it."""

DEEPEST = 50
"""Brackets inside brackets that are read; the scanner looks at all that are open for every further one."""

_MERGE = "tag:yaml.org,2002:merge"


class _WrittenOut(Composer):
    """Composes what a file says where it says it, so that a short one cannot stand for a tree without end."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node, as the parser's own class does.

        Raises:
            ComposerError: it is an alias of another, or a key that merges others.
        """
        if self.parser.check_event(AliasEvent):
            self._refuse(self.parser.get_event(), "an alias such as `*name` is not read; write out what it stands for")
        node: Node | None = super().compose_node(parent, index)
        if node is not None and node.tag == _MERGE:
            self._refuse(node, "the merge key `<<` is not read; write out the fields that it brings")
        return node

    def _refuse(self, where: Any, problem: str) -> None:
        raise ComposerError(None, None, problem, where.start_mark)


class _Shallow(RoundTripScanner):
    """Reads a file whose brackets do not lie too deep in others."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: Any) -> None:  # noqa: N803  # as the parser's own
        """Read an opening bracket, as the parser's own class does.

        Raises:
            ScannerError: it is inside too many others.
        """
        if self.flow_level >= DEEPEST:
            raise ScannerError(
                None, None, f"more than {DEEPEST} brackets lie inside each other", self.reader.get_mark()
            )
        super().fetch_flow_collection_start(TokenClass, to_push)


@lru_cache(maxsize=64)
def _tree(text: str) -> Any:
    """Return what a text says, parsed once however often a command reads the file; nobody may change it."""
    yaml = YAML(typ="rt")
    yaml.Composer, yaml.Scanner = _WrittenOut, _Shallow
    return yaml.load(text)


def _parse(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        if len(text) > LONGEST:
            message = f"{path} is longer than {LONGEST:,} characters; correct the path, or write less."
            raise ConfigurationError(message, file=path)
        tree = _tree(text)
    except FileNotFoundError:
        message = f"{path} does not exist; create it or correct the path."
        raise ConfigurationError(message, file=path) from None
    except UnicodeDecodeError as error:
        message = f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8."
        raise ConfigurationError(message, file=path) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = (error.problem or error.context or "it cannot be parsed").strip().splitlines()[0]
        message = f"{path}, line {line}: this is not valid YAML ({problem}); correct that line."
        raise ConfigurationError(message, file=path, line=line) from None
    except (YAMLError, *_BY_TAGS):
        message = f"{path}: this is not valid YAML; correct the file."
        raise ConfigurationError(message, file=path) from None
    if tree is None:
        message = f"{path}, line 1: the file is empty; give it its fields."
        raise ConfigurationError(message, file=path, line=1)
    return tree


def _plain(tree: Any) -> Any:
    """Return the tree as plain dicts, lists and scalars, so that pydantic sees no ruamel types."""
    if isinstance(tree, CommentedMap):
        return {str(key): _plain(value) for key, value in tree.items()}
    if isinstance(tree, CommentedSeq):
        return [_plain(value) for value in tree]
    if isinstance(tree, bool) or tree is None:
        return tree
    for kind in (str, int, float):
        if isinstance(tree, kind):
            return kind(tree)
    return tree


def _told(errors: list[ErrorDetails], model: type[BaseModel]) -> list[ErrorDetails]:
    """Return the errors to report: unknown fields first, and no field as missing that was only misspelt."""
    unknown = [mistake for mistake in errors if mistake["type"] == "extra_forbidden"]
    meant = {(*mistake["loc"][:-1], near) for mistake in unknown if (near := _near(mistake, model))}
    others = [mistake for mistake in errors if mistake["type"] != "extra_forbidden"]
    return unknown + [mistake for mistake in others if mistake["type"] != "missing" or mistake["loc"] not in meant]


def _near(unknown: ErrorDetails, model: type[BaseModel]) -> str | None:
    """Return the known field that an unknown one is most like."""
    near = difflib.get_close_matches(str(unknown["loc"][-1]), sorted(_known_fields(model)), n=1)
    return near[0] if near else None


def _mistake(path: Path, tree: Any, model: type[BaseModel], error: ErrorDetails) -> ConfigurationError:
    location = [step for step in error["loc"] if not (isinstance(step, str) and step.startswith("function-"))]
    # A name may be anything; it is written so that the sentence stays one line.
    field = ".".join(str(step) for step in location).encode("unicode_escape").decode() or "the whole file"
    line = line_of(tree, location)
    match error["type"]:
        case "extra_forbidden":
            near = _near(error, model)
            remedy = f"did you mean `{near}`?" if near else "remove it or see the reference of this file."
            problem = f"is not known; {remedy}"
        case "missing":
            problem = "is missing; add it."
        case _:
            said = error["msg"].removeprefix("Value error, ").rstrip(".")
            problem = f"is wrong: {said}; correct it."
    return ConfigurationError(f"{path}, line {line}: the field `{field}` {problem}", file=path, line=line, field=field)


def _known_fields(model: type[BaseModel], seen: set[type] | None = None) -> set[str]:
    """Return the names of every field of the model and of the models inside it, for suggestions."""
    seen = seen if seen is not None else set()
    if model in seen:
        return set()
    seen.add(model)
    names: set[str] = set()
    for name, info in model.model_fields.items():
        names.add(info.alias or name)
        stack: list[Any] = [info.annotation]
        while stack:
            kind = stack.pop()
            stack.extend(getattr(kind, "__args__", ()))
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                names |= _known_fields(kind, seen)
    return names
