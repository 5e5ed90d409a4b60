"""A deployment of systems, audiences and rules of its own: nights and commands know no name of the sample's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import ConfigurationError
from tests.pipelines import own_deployment
from tests.pipelines.nights import conjoin, copy_of_tree

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Town:
    """The deployment of `own_deployment`, a home in which a night of it was run, and what the night said."""

    deployment: Path
    home: Path
    said: str

    def ask(self, *arguments: str) -> str:
        """Return what a command answers, or the sentence it ends with."""
        environment = {"CONJOIN_DEPLOYMENT": str(self.deployment)}
        done = CliRunner().invoke(app, [*arguments, "--home", str(self.home)], env=environment)
        if done.exception is not None:
            assert isinstance(done.exception, ConfigurationError), done.exception
            return str(done.exception)
        return done.stdout

    def night(self) -> str:
        """Run a night and return what it says."""
        return conjoin(self.home, "run", CONJOIN_DEPLOYMENT=str(self.deployment)).stdout


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("town")
    own_deployment.deliver(folder / "home" / "inbox")
    before = Town(own_deployment.write(folder / "deployment"), folder / "home", "")
    return Town(before.deployment, before.home, before.night())


def test_a_night_without_the_samples_audience_ends_with_a_summary_of_its_own(town: Town) -> None:
    assert [path.name for path in (town.home / "published").iterdir()] == ["town"]
    both = own_deployment.BOTH
    assert f"{both} in more than one system, {both} across culture and sport, " in town.said
    assert "Open information gaps: 1 high." in town.said
    assert "Town library holds a debt but Swimming pool does not know the person" in town.said
    assert "Warning" not in town.said


def test_commands_read_the_only_audience_and_name_those_there_are_for_any_other(town: Town) -> None:
    assert "library:l0, pool:p0" in town.ask("explain", "library:l0")
    assert json.loads(town.ask("evaluate", "--no-truth", "--json"))["estimate"]["links"] == own_deployment.BOTH
    for command in (["explain", "library:l0"], ["evaluate"], ["run"]):
        said = town.ask(*command, "--audience", "joint")
        assert said == "There is no audience `joint`; name one of town with --audience."


def test_without_a_default_audience_or_risk_subjects_a_night_is_published_and_says_what_it_lacks(
    town: Town, tmp_path: Path
) -> None:
    other = Town(copy_of_tree(town.deployment, tmp_path / "deployment"), copy_of_tree(town.home, tmp_path / "home"), "")
    second = own_deployment.AUDIENCE.format(name="county", title="The county")
    (other.deployment / "audiences" / "county.yaml").write_text(second, encoding="utf-8")
    rule = own_deployment.RULE.replace("      AND code =", "      AND subject_id IN (FROM risk_subject) AND code =")
    (other.deployment / "gap_rules" / "L01.yaml").write_text(rule, encoding="utf-8")
    said = other.night()
    assert "Warning: risk_subjects_are_declared fails (finding 1)" in said
    assert "None of them is the default: name one with --audience" in said
    assert other.ask("explain", "library:l0") == (
        "None of the audiences county, town is the default; name one with --audience, or write `default: true` into the"
        " YAML file of one."
    )
    assert "library:l0, pool:p0" in other.ask("explain", "library:l0", "--audience", "county")
    with duckdb.connect(str(other.home / "published" / "county" / "current.duckdb"), read_only=True) as con:
        assert con.execute("SELECT status FROM linked.information_gap").fetchall() == [("closed",)]
