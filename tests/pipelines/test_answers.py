"""What is asked of a published night without the command line: why, how good, and a model of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from linkage_models.nominal import Bundle, latest
from linkage_models.nominal.bundle import SHIPPED
from linkage_models.relations import Temporaries
from pipelines import audit
from pipelines.errors import ConfigurationError, NothingPublishedError
from pipelines.evaluate import evaluate, read_people
from pipelines.explain import explain
from pipelines.settings import Settings
from pipelines.train import Trained, train
from tests.pipelines import shipped
from tests.pipelines.nights import ask, copy_of


@pytest.fixture(scope="module")
def home(night_one: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home of night 1 of this module alone, as each question is entered in its audit log."""
    return copy_of(night_one, tmp_path_factory.mktemp("answers"))


@pytest.mark.slow
def test_two_records_that_no_run_compared_are_compared_on_the_spot(home: Path) -> None:
    ((one, other),) = ask(
        home,
        "SELECT min(record_key), max(record_key) FROM linked.subject_record "
        "SEMI JOIN (SELECT subject_id FROM linked.subject WHERE record_count = 1) USING (subject_id)",
    )
    settings = Settings.load(home)
    found = explain(settings, one, other, who="a.reader")
    assert found.data["direct"] is None
    assert found.drawn is not None
    assert sum(part.weight for part in found.drawn.evidence) == pytest.approx(found.drawn.match_weight, abs=1e-5)
    assert "No blocking rule brings the two together" in found.text or "They are compared because of" in found.text
    *_, entry = audit.read(settings)
    assert (entry.action, entry.who) == ("consultation", "a.reader")
    assert entry.what == {"explained": one, "with": other, "audience": "joint"}


@pytest.mark.slow
def test_a_subject_is_told_with_what_becomes_of_it_without_each_of_its_sources(home: Path) -> None:
    ((subject, systems, records),) = ask(
        home,
        "SELECT subject_id, source_systems, record_count FROM linked.subject "
        "ORDER BY len(source_systems) DESC, subject_id LIMIT 1",
    )
    found = explain(Settings.load(home), subject.lower(), who="a.reader")
    assert [one["source_system"] for one in found.data["withdrawals"]] == sorted(systems)
    for one in found.data["withdrawals"]:
        assert sum(map(len, one["parts"])) == records - one["records"]
    assert found.text.count("\nWithout ") == len(systems)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("nomis:A0000AA", "pnc:1"), "No source system holds the record nomis:A0000AA;"),
        (("nomis:A0000AA",), "No source system holds the record nomis:A0000AA;"),
        (("S99999999X",), "There is no subject S99999999X;"),
    ],
)
def test_what_is_not_there_is_no_finding_and_is_not_logged(home: Path, asked: tuple[str, ...], said: str) -> None:
    settings = Settings.load(home)
    before = list(audit.read(settings))
    with pytest.raises(ConfigurationError, match=said):
        explain(settings, *asked, who="a.reader")
    assert list(audit.read(settings)) == before


@pytest.mark.slow
def test_a_night_is_measured_by_its_truth_or_estimated_without(home: Path, tmp_path: Path) -> None:
    settings = Settings.load(home)
    measured, estimated = evaluate(settings), evaluate(settings, no_truth=True)
    assert {"links", "causes", "gaps", "groups", "blocking_rules"} <= measured.report.keys()
    assert set(measured.pictures) == {"match-weights", "recall-by-blocking-rule", "reliability", "weights"}
    assert "links" not in estimated.report
    assert set(estimated.pictures) == {"match-weights"}
    estimated.draw(tmp_path / "charts")
    assert sorted(path.name for path in (tmp_path / "charts").iterdir()) == ["match-weights.png", "match-weights.svg"]
    with pytest.raises(ConfigurationError, match=r"holds no record\.csv"):
        evaluate(settings, tmp_path)


def test_a_model_is_not_trained_on_next_to_nothing(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    shipped.take_in("nomis", settings)
    with pytest.raises(ConfigurationError, match="Training needs at least two records"):
        train(settings, out=tmp_path / "bundles")
    assert not (tmp_path / "bundles").exists()


def test_nothing_is_explained_or_measured_before_something_is_published(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(NothingPublishedError):
        explain(settings, "nomis:A1234BC", who="a.reader")
    with pytest.raises(NothingPublishedError):
        evaluate(settings)
    with pytest.raises(NothingPublishedError):
        train(settings)


def test_a_bundle_whose_refits_disagree_or_that_left_records_out_is_warned_of() -> None:
    bundle = Bundle.load(latest(SHIPPED))
    kept: dict[str, object] = {"left_out": {"records": 0}, "refits": {"decisions_changed": 0.001}}
    doubtful: dict[str, object] = {"left_out": {"records": 1200}, "refits": {"decisions_changed": 0.02}}

    def warnings(recipe: dict[str, object]) -> list[str]:
        return Trained(replace(bundle, recipe={**bundle.recipe, **recipe}), SHIPPED, SHIPPED, 0).warnings

    assert warnings(kept) == []
    left_out, refits = warnings(doubtful)
    assert left_out.startswith("1,200 records were left out")
    assert refits.startswith("refits change 2.00% of decisions")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["system,source_record_id", "a,1"], r"record\.csv lacks the column person_id"),
        (["system,source_record_id,person_id", "a,1,P", "a,1,Q"], r"record\.csv names 1 record twice"),
        (["system,source_record_id,person_id", "b,1,P"], r"record\.csv names no record that is here"),
        ([], r"holds no record\.csv; name the folder of the truth with --truth"),
    ],
)
def test_a_truth_that_cannot_be_what_it_says_is_refused(tmp_path: Path, rows: list[str], says: str) -> None:
    if rows:
        (tmp_path / "record.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    with duckdb.connect() as con, Temporaries(con) as own:
        own.table("known", "SELECT 'a:1' AS record_key")
        with pytest.raises(ConfigurationError, match=says):
            read_people(own, tmp_path, "known")
