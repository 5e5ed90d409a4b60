"""Audiences are declared in YAML; a wrong one is refused in one sentence that says where and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.publish import read_audiences

JOINT = "name: joint\ntitle: Joint case management\nceiling: OFFICIAL-SENSITIVE\n"


def test_the_repository_ships_the_joint_audience() -> None:
    audiences = read_audiences()
    assert list(audiences) == ["joint"]
    assert audiences["joint"].visible_markings == ("OFFICIAL", "OFFICIAL-SENSITIVE")


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("joint.yaml", JOINT.replace("OFFICIAL-SENSITIVE", "RESTRICTED"), r"joint\.yaml, line 3: the field `ceiling`"),
        ("joint.yaml", JOINT.replace("ceiling", "cieling"), r"line 3: the field `cieling` is not known; did you mean"),
        ("joint.yaml", JOINT.replace("name: joint\n", ""), r"the field `name` is missing; add it"),
        ("joint.yaml", JOINT.replace("joint\n", "../joint\n"), r"line 1: the field `name` is wrong"),
        ("police.yaml", JOINT, r"police\.yaml, line 1: .* it must be the file's name, `police`"),
    ],
)
def test_a_wrong_audience_is_refused_with_file_line_and_remedy(
    tmp_path: Path, file: str, text: str, problem: str
) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(ConfigurationError, match=problem):
        read_audiences(tmp_path)


def test_a_folder_without_audiences_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no audience"):
        read_audiences(tmp_path)
