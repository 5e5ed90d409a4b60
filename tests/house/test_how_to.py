"""The examples in the how-to guides work as they stand."""

import re
from pathlib import Path

from pipelines.source import SourceSpec
from pipelines.yaml_file import read_yaml
from tests.house.repository import ROOT


def test_the_source_systems_in_the_guide_are_some(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "how-to" / "add-a-source.md").read_text(encoding="utf-8")
    file = tmp_path / "defs.yaml"
    systems = []
    for example in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL):
        file.write_text(example, encoding="utf-8")
        systems.append(read_yaml(file, SourceSpec, below=("attributes",)).system)
    assert systems == ["bail", "pnd"]
