"""A model bundle is read whole or not at all, and every refusal is one sentence that names the folder."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from linkage_models import nominal
from linkage_models.nominal.bundle import SHIPPED
from tests.linkage_models.nominal.builders import shipped_bundle

FILES = sorted(
    file.relative_to(nominal.latest(SHIPPED)).as_posix()
    for file in nominal.latest(SHIPPED).rglob("*")
    if file.is_file() and file.name != "manifest.json"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped bundle, to be damaged."""
    return Path(shutil.copytree(nominal.latest(SHIPPED), tmp_path / "copy"))


def refusal(folder: Path) -> str:
    """Return the sentence with which a folder is refused, without the folder's name."""
    with pytest.raises(nominal.BundleError) as refused:
        nominal.Bundle.load(folder)
    return sentence(refused.value, folder)


def sentence(error: nominal.BundleError, folder: Path) -> str:
    """Return the message, checked to be one sentence about the folder."""
    message = str(error)
    assert str(folder) in message
    without = message.replace(str(folder), "FOLDER")
    assert without.endswith(".")
    assert ". " not in without
    assert "\n" not in without
    return without


def test_the_shipped_bundle_is_whole() -> None:
    assert {"model.json", "thresholds.json", "recipe.json", "card.md"} < set(FILES)
    assert shipped_bundle().version


def test_a_saved_bundle_is_read_back_as_it_was(tmp_path: Path) -> None:
    bundle = shipped_bundle()
    bundle.save(tmp_path / "new" / "folder")
    assert nominal.Bundle.load(tmp_path / "new" / "folder") == bundle
    assert nominal.latest(tmp_path / "new") == tmp_path / "new" / "folder"


def test_saving_one_bundle_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        shipped_bundle().save(tmp_path / name / "bundle")
    for file in (*FILES, "manifest.json"):
        assert (tmp_path / "one" / "bundle" / file).read_bytes() == (tmp_path / "other" / "bundle" / file).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_a_bundle_with_a_changed_file_is_refused(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    assert refusal(folder) == f"The bundle FOLDER is damaged: {name} was changed; restore it or train it again."


@pytest.mark.parametrize("name", FILES)
def test_a_bundle_with_a_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert refusal(folder) == f"The bundle FOLDER is damaged: {name} is missing; restore it or train it again."


@pytest.mark.parametrize("name", FILES)
def test_a_bundle_that_never_had_a_part_is_refused(folder: Path, name: str) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"][name]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / name).unlink()
    assert "train it again" in refusal(folder)


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    assert "not a model bundle" in refusal(tmp_path)
    assert "not a model bundle" in refusal(tmp_path / "nowhere")


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 1}', '{"files": {}}'])
def test_an_unreadable_manifest_is_refused(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_text(content, encoding="utf-8")
    assert "cannot be read" in refusal(folder)


def test_a_bundle_of_another_format_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["format"] = "conjoin nominal model 0"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert "is of the format 'conjoin nominal model 0'" in refusal(folder)


@pytest.mark.parametrize("change", ["condition", "label", "order", "one comparison less"])
def test_a_bundle_trained_for_other_comparisons_is_refused(tmp_path: Path, change: str) -> None:
    model = deepcopy(shipped_bundle().model)
    comparisons = model["comparisons"]
    if change == "condition":
        comparisons[0]["comparison_levels"][1]["sql_condition"] = "surname_l = surname_r"
    elif change == "label":
        comparisons[0]["comparison_levels"][1]["label_for_charts"] = "alike"
    elif change == "order":
        comparisons.reverse()
    else:
        comparisons.pop()
    replace(shipped_bundle(), model=model).save(tmp_path / "bundle")
    assert "for other comparisons" in refusal(tmp_path / "bundle")


def test_a_bundle_is_never_saved_over_another_or_over_anything(folder: Path) -> None:
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with pytest.raises(nominal.BundleError) as refused:
        shipped_bundle().save(folder)
    assert "not empty" in sentence(refused.value, folder)
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_a_folder_without_bundles_has_no_latest(tmp_path: Path) -> None:
    with pytest.raises(nominal.BundleError) as refused:
        nominal.latest(tmp_path)
    assert "holds no model bundle" in sentence(refused.value, tmp_path)
