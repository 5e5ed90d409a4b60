"""Audiences are declared in YAML; a wrong one is refused in one sentence that says where and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.publish import Audience, chosen_audience, default_audience, read_audiences

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


def several(folder: Path, *names: str, default: Sequence[str] = ()) -> dict[str, Audience]:
    """Write and read audiences of these names."""
    for name in names:
        text = JOINT.replace("joint", name) + ("default: true\n" if name in default else "")
        (folder / f"{name}.yaml").write_text(text)
    return read_audiences(folder)


def test_the_only_audience_is_the_default_and_of_several_the_one_that_says_so(tmp_path: Path) -> None:
    assert chosen_audience(several(tmp_path, "police"), None).name == "police"
    both = several(tmp_path, "police", "prison", default=["prison"])
    assert chosen_audience(both, None).name == "prison"
    assert chosen_audience(both, "police").name == "police"


def test_an_audience_that_is_not_there_and_a_default_that_is_not_said_are_answered_with_the_names(
    tmp_path: Path,
) -> None:
    both = several(tmp_path, "police", "prison")
    with pytest.raises(ConfigurationError, match="no audience `joint`; name one of police, prison with --audience"):
        chosen_audience(both, "joint")
    with pytest.raises(ConfigurationError, match="None of the audiences police, prison is the default; name one with"):
        chosen_audience(both, None)
    assert default_audience(both) is None


def test_two_defaults_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"prison\.yaml, line 4: .* `police` is the default already"):
        several(tmp_path, "police", "prison", default=["police", "prison"])


def test_an_audience_whose_file_ends_in_yml_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "police.yml").write_text(JOINT)
    with pytest.raises(ConfigurationError, match=r"police\.yml would not be read"):
        several(tmp_path, "joint")
