"""YAML files are parsed once for what they say, and read as often as they are asked for."""

from pathlib import Path

from pydantic import BaseModel

from pipelines.yaml_file import field_line, read_yaml


class Colours(BaseModel):
    names: list[str]


def test_a_file_that_changed_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "colours.yaml"
    for line, name in enumerate(("red", "blue", "red"), start=1):
        file.write_text("#\n" * line + f"names: [{name}]\n", encoding="utf-8")
        assert read_yaml(file, Colours) == Colours(names=[name])
        assert field_line(file, ["names"]) == line + 1


def test_whoever_changes_what_was_read_does_not_change_it_for_the_next(tmp_path: Path) -> None:
    file = tmp_path / "colours.yaml"
    file.write_text("names: [red]\n", encoding="utf-8")
    read_yaml(file, Colours).names.append("blue")
    assert read_yaml(file, Colours) == Colours(names=["red"])
