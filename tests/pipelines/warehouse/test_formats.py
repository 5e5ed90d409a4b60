"""A change of what a home holds has its format, its migration and its kept home: the rule of the house."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from linkage_models.nominal import Bundle, BundleError
from pipelines import audit
from pipelines.formats import FORMAT
from pipelines.landing.manifest import Load, ReadFile
from pipelines.settings import Settings
from pipelines.warehouse import migrations
from pipelines.warehouse.catalogue import LINKED, WAREHOUSE
from pipelines.warehouse.shape import Shape, shape_of, shape_of_catalogue
from tests.kept_homes.keep import kept_home
from tests.kept_homes.unpacking import unpack

FORMATS = range(1, FORMAT + 1)

TRAIN_AGAIN = {1, 2, 3}
"""Formats whose bundles fit other comparisons than today's; `docs/how-to/upgrade.md` says so to those who have one."""

WHAT_TO_DO = (
    f"what a home holds is no longer what format {FORMAT} is: raise `FORMAT` in pipelines/formats.py, add a step to"
    " pipelines/warehouse/migrations/, and `make keep-home` (CONTRIBUTING.md, Change a table)"
)


def shape_of_file(path: Path) -> Shape:
    with duckdb.connect(str(path), read_only=True) as con:
        return shape_of(con)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Settings]:
    """Return the kept home of every format, unpacked."""
    lacking = [number for number in FORMATS if not kept_home(number).exists()]
    assert not lacking, f"no home of format {lacking} is kept: `make keep-home`"
    return {number: unpack(number, tmp_path_factory.mktemp(f"format-{number}")) for number in FORMATS}


def test_steps_lead_from_the_first_format_to_the_present_one() -> None:
    assert [step.number for step in migrations.steps()] == list(FORMATS)


def test_all_steps_together_make_the_warehouse_of_the_catalogue() -> None:
    assert migrations.shape_of_format(FORMAT) == shape_of_catalogue(WAREHOUSE), WHAT_TO_DO


@pytest.mark.parametrize("number", FORMATS)
def test_the_steps_to_a_format_make_the_warehouse_that_is_kept_of_it(homes: dict[int, Settings], number: int) -> None:
    assert shape_of_file(homes[number].warehouse) == migrations.shape_of_format(number)


def test_the_kept_home_of_the_present_format_is_as_this_version_leaves_it(homes: dict[int, Settings]) -> None:
    home = homes[FORMAT]
    assert shape_of_file(home.warehouse) == shape_of_catalogue(WAREHOUSE), WHAT_TO_DO
    for snapshot in home.published.glob("*/current.duckdb"):
        assert shape_of_file(snapshot) == shape_of_catalogue(LINKED), WHAT_TO_DO
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in home.landing.glob("*/*/load.json")]
    assert manifests
    for manifest in manifests:
        manifest["quarantined"] = manifest.pop("rejected")
        assert set(manifest) == {"format", *(one.name for one in fields(Load))}, WHAT_TO_DO
        for file in manifest["files"]:
            assert set(file) == {one.name for one in fields(ReadFile)}, WHAT_TO_DO
    entry, *_ = (home.audit / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    assert set(json.loads(entry)) == {one.name for one in fields(audit.Entry)}, WHAT_TO_DO
    assert json.loads((home.audit / "head.json").read_text(encoding="utf-8"))["format"] == FORMAT, WHAT_TO_DO


@pytest.mark.parametrize("number", FORMATS)
def test_a_kept_bundle_is_read_unless_the_guide_says_to_train_again(homes: dict[int, Settings], number: int) -> None:
    folder = homes[number].home.parent / "bundle"
    if number in TRAIN_AGAIN:
        with pytest.raises(BundleError, match="train one with this version"):
            Bundle.load(folder)
    else:
        assert Bundle.load(folder).version == json.loads((folder / "manifest.json").read_text())["version"]
