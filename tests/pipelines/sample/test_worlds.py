"""A world comes with the sources that read it and a home that names them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import sample_data
from pipelines.cli import app
from pipelines.deployment import Deployment
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings


@pytest.mark.parametrize("world", ["no-postcodes", "names-and-dates", "two-files"])
def test_a_world_comes_with_its_deployment_and_a_home_that_names_it(world: str, tmp_path: Path) -> None:
    out = tmp_path / world
    done = CliRunner().invoke(app, ["sample", "--world", world, "--people", "30", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert f"run --home {out / 'home'}" in done.output
    settings = Settings.load(out / "home")
    assert settings.deliveries == out / "night-1"
    systems = {source.spec.system for source in Deployment.load(settings).sources}
    told = {line.split(",")[0] for line in (out / "truth" / "night-1" / "record.csv").read_text().splitlines()[1:]}
    assert told <= systems
    files = {file.system for file in sample_data.world_named(world).files}
    assert systems == (files or {"pnc", "rms", "ctnm", "visor", "nomis", "ndelius", "oasys"})


def test_a_world_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["sample", "--world", "mars", "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, ConfigurationError)
    assert "There is no world `mars`; choose among usual, no-postcodes" in str(done.exception)
    listed = CliRunner().invoke(app, ["sample", "--world", "list"])
    assert [line.split()[0] for line in listed.output.splitlines()] == [world.name for world in sample_data.WORLDS]
