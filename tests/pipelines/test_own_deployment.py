"""A deployment of systems, audiences and rules of its own: nights and commands know no name of the sample's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipelines import own_deployment
from tests.pipelines.nights import attempt, conjoin, copy_of_tree, refused

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """Return the deployment, a home in which its first night was run, and what the night said."""
    folder = tmp_path_factory.mktemp("town")
    own_deployment.write(folder / "deployment")
    own_deployment.deliver(folder / "home" / "inbox")
    done = conjoin(folder / "home", "run", CONJOIN_DEPLOYMENT=str(folder / "deployment"))
    return folder / "deployment", folder / "home", done.stdout


def test_a_night_without_the_samples_audience_ends_with_a_summary_of_its_own(town: tuple[Path, Path, str]) -> None:
    _, home, said = town
    assert [path.name for path in (home / "published").iterdir()] == ["town"]
    both = own_deployment.BOTH
    assert f"{both} in more than one system, {both} across culture and sport, " in said
    assert "Open information gaps: 1 high." in said
    assert "Town library holds a debt but Swimming pool does not know the person" in said
    assert "Warning" not in said


def test_commands_read_the_only_audience_and_name_those_there_are_for_any_other(town: tuple[Path, Path, str]) -> None:
    deployment, home, _ = town
    own = {"CONJOIN_DEPLOYMENT": str(deployment)}
    assert "library:l0, pool:p0" in conjoin(home, "explain", "library:l0", **own).stdout
    estimate = json.loads(conjoin(home, "evaluate", "--no-truth", "--json", **own).stdout)
    assert estimate["estimate"]["links"] == own_deployment.BOTH
    for command in (["explain", "library:l0"], ["run"]):
        said = refused(home, *command, "--audience", "joint", CONJOIN_DEPLOYMENT=str(deployment))
        assert said == "There is no audience `joint`; name one of town with --audience."


def test_where_no_audience_is_the_default_a_night_is_published_and_a_question_asks_for_one(
    town: tuple[Path, Path, str], tmp_path: Path
) -> None:
    deployment, home = copy_of_tree(town[0], tmp_path / "deployment"), copy_of_tree(town[1], tmp_path / "home")
    second = own_deployment.AUDIENCE.format(name="county", title="The county")
    (deployment / "audiences" / "county.yaml").write_text(second, encoding="utf-8")
    own = {"CONJOIN_DEPLOYMENT": str(deployment)}
    assert "None of them is the default: name one with --audience" in conjoin(home, "run", **own).stdout
    assert refused(home, "explain", "library:l0", CONJOIN_DEPLOYMENT=str(deployment)) == (
        "None of the audiences county, town is the default; name one with --audience, or write `default: true` into the"
        " YAML file of one."
    )
    assert "library:l0, pool:p0" in conjoin(home, "explain", "library:l0", "--audience", "county", **own).stdout


def test_rules_that_read_risk_subjects_where_none_are_declared_find_nothing_and_the_night_says_so(
    town: tuple[Path, Path, str], tmp_path: Path
) -> None:
    deployment, home = copy_of_tree(town[0], tmp_path / "deployment"), copy_of_tree(town[1], tmp_path / "home")
    rule = own_deployment.RULE.replace("      AND code =", "      AND subject_id IN (FROM risk_subject) AND code =")
    (deployment / "gap_rules" / "L01.yaml").write_text(rule, encoding="utf-8")
    done = attempt(home, "run", environment={"CONJOIN_DEPLOYMENT": str(deployment)})
    assert "Open information gaps: none." in done.stdout
    assert "Warning: risk_subjects_are_declared fails (finding 1)" in done.stdout
