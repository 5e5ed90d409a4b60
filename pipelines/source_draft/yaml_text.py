"""A drafted source as YAML text, each field with what the reference says of it."""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from pipelines.source import SourceSpec
from pipelines.source.mapping import RecordMapping

if TYPE_CHECKING:
    from pydantic import BaseModel

WIDTH = 110
_OPENING = """\
{title}: drafted by `conjoin source new` from live data. Every value below `record` and `items` is a DuckDB
expression over the columns of one landed row. All fields: docs/reference/source-yaml.md"""


def yaml_text(attributes: dict[str, Any]) -> str:
    """Return the YAML of a source with these attributes."""
    from pipelines.source_draft.connection import parsed  # noqa: PLC0415  # drags in every connector

    tree = _tree(attributes)
    _comment(tree, SourceSpec, indent=2)
    _comment(tree["extract"], type(parsed(attributes["extract"])), indent=4)
    _comment(tree["record"], RecordMapping, indent=4)
    whole = CommentedMap({"type": "pipelines.components.NominalSource", "attributes": tree})
    whole.yaml_set_start_comment(_OPENING.format(title=attributes["title"]))
    yaml = YAML(typ="rt")
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(whole, text)
    return text.getvalue()


def _tree(value: Any, depth: int = 0) -> Any:  # noqa: ANN401  # a YAML tree
    match value:
        case dict():
            return CommentedMap({name: _tree(part, depth + 1) for name, part in value.items()})
        case list():
            made = CommentedSeq([_tree(part, depth + 1) for part in value])
            if all(isinstance(part, int) for part in value):
                made.fa.set_flow_style()
            return made
        case str() if "'" in value and value.startswith("'"):
            return DoubleQuotedScalarString(value)
    return value


def _comment(tree: CommentedMap, model: type[BaseModel], *, indent: int) -> None:
    described = {field.alias or name: field.description for name, field in model.model_fields.items()}
    for name in tree:
        if text := described.get(str(name)):
            lines = "\n".join(textwrap.wrap(text, WIDTH - indent))
            tree.yaml_set_comment_before_after_key(name, before=lines, indent=indent)
