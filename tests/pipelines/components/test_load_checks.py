"""The checks on a source's load: none passes on what it did not evaluate, and only lost rows stop the night."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from pydantic import TypeAdapter

from pipelines.components import NominalSource
from pipelines.defs.feeds import HELD_BACK
from pipelines.defs.home import Home
from pipelines.landing.manifest import loads
from pipelines.source import SourceSpec

AS_OF = datetime(2026, 3, 2, 2, tzinfo=UTC)
DRIFT = {"columns_are_steady", "fields_are_complete", "codes_are_steady"}
COUNTED = {
    "dates_are_readable",
    "birth_dates_are_plausible",
    "codes_are_mapped",
    "kinds_are_known",
    "identifiers_are_valid",
}
ALL = {"nothing_is_lost", "load_is_trusted", *DRIFT, *COUNTED}
CSV: dict[str, Any] = {"format": "csv", "resources": {"people": "acme/people.csv"}}
JSONL: dict[str, Any] = {"format": "json", "layout": "lines", "resources": {"people": "acme/people.jsonl"}}
COLUMNS = ("id", "surname", "born", "sex", "noms")
MAPPING: dict[str, Any] = {
    "system": "acme", "title": "Acme", "description": "Of tests.", "service": "prison", "owner": "team:tests",
    "marking": "OFFICIAL", "originator": "Tests",
    "code_lists": {"sex": {"M": "M", "F": "F"}},
    "record": {"from": "people", "key": "id", "surname": "surname", "birth_date": "born", "sex": "sex",
               "code_lists": {"sex": "sex"}},
    "items": [{"kind": "identifier", "from": "people", "key": "id", "code": "'noms'", "value": "noms"}],
}  # fmt: skip
PEOPLE = [(f"P{number}", f"Surname{number}", "1980-01-02", "M", f"A12{number:02}BC") for number in range(20)]


class Feed:
    """One source system, delivered and taken in night after night."""

    def __init__(self, folder: Path, **extract: Any) -> None:
        self.folder, self.night = folder, 0
        self.documents = extract["format"] == "json"
        mapping = json.loads(json.dumps(MAPPING))
        if self.documents:
            for part in (mapping["record"], *mapping["items"]):
                for field in {"key", "surname", "birth_date", "sex", "value"} & set(part):
                    part[field] = f"document ->> '{part[field]}'"
        self.spec = TypeAdapter(SourceSpec).validate_python({**mapping, "extract": extract})
        self.instance = dg.DagsterInstance.ephemeral()

    def deliver(self, rows: Iterable[Sequence[str]], columns: Sequence[str] = COLUMNS) -> None:
        """Write what the source delivers for the next night."""
        path = self.folder / "inbox" / "acme" / ("people.jsonl" if self.documents else "people.csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.documents:
            lines = [json.dumps(dict(zip(columns, row, strict=True))) for row in rows]
        else:
            lines = [",".join(row) for row in (columns, *rows)]
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")

    def take_in(self) -> tuple[dict[str, dg.AssetCheckEvaluation], dg.ExecuteInProcessResult]:
        """Run the source's two assets; return what each check on its nominal records said, and the run."""
        self.night += 1
        (self.folder / "conjoin.env").write_text(
            f"CONJOIN_AS_OF={(AS_OF + timedelta(days=self.night)).isoformat()}\nCONJOIN_MEMORY_LIMIT=1GB\n",
            encoding="utf-8",
        )
        built = dg.build_defs_for_component(NominalSource(self.spec, self.folder / "acme.yaml"))
        result = dg.materialize(
            [*(built.assets or ())],  # type: ignore[list-item]  # all are assets
            instance=self.instance,
            resources={"home": Home(path=str(self.folder))},
            raise_on_error=False,
        )
        said = {one.check_name: one for one in result.get_asset_check_evaluations()}
        return said, result


def not_evaluated(said: dict[str, dg.AssetCheckEvaluation]) -> set[str]:
    """Return the checks that were not evaluated; each of them warns, and says so."""
    found = {name for name, one in said.items() if str(one.description).startswith("not evaluated: ")}
    for name in found:
        assert (said[name].passed, said[name].severity) == (False, dg.AssetCheckSeverity.WARN)
        assert said[name].metadata["evaluated"].value is False
    return found


def passed(said: dict[str, dg.AssetCheckEvaluation]) -> set[str]:
    return {name for name, one in said.items() if one.passed}


@pytest.fixture(scope="module")
def good_nights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return for each form a home in which two good loads of it were taken over; tests take a copy."""
    homes = {}
    for extract in (CSV, JSONL):
        feed = Feed(tmp_path_factory.mktemp("good"), **extract)
        for people in (PEOPLE, [*PEOPLE, ("P99", "Last", "1990-03-04", "M", "A1299BC")]):
            feed.deliver(people)
            _, result = feed.take_in()
            assert result.success
        homes[extract["format"]] = feed.folder
    return homes


def taken_over(good_nights: dict[str, Path], folder: Path, **extract: Any) -> Feed:
    """Return a feed of which two good loads were taken over."""
    shutil.copytree(good_nights[extract["format"]], folder, dirs_exist_ok=True)
    feed = Feed(folder, **extract)
    feed.night = 2
    return feed


def test_a_first_load_is_compared_with_nothing_and_so_the_checks_on_drift_do_not_pass(tmp_path: Path) -> None:
    feed = Feed(tmp_path, **CSV)
    feed.deliver(PEOPLE)
    said, result = feed.take_in()
    assert result.success
    assert not_evaluated(said) == DRIFT
    assert passed(said) == {*ALL - DRIFT, "delivery_is_read"}
    assert "there is no load before this one" in str(said["columns_are_steady"].description)


def test_a_second_load_passes_every_check_and_so_does_the_same_delivered_again(
    good_nights: dict[str, Path], tmp_path: Path
) -> None:
    feed = taken_over(good_nights, tmp_path, **CSV)
    for _ in range(2):
        said, result = feed.take_in()
        assert passed(said) == {*ALL, "delivery_is_read"}
    assert HELD_BACK not in result.dagster_run.tags


def test_a_load_that_does_not_fit_the_yaml_passes_no_check_and_says_which_column_went(
    good_nights: dict[str, Path], tmp_path: Path
) -> None:
    feed = taken_over(good_nights, tmp_path, **CSV)
    feed.deliver(PEOPLE, columns=[{"noms": "noms_number"}.get(name, name) for name in COLUMNS])
    said, result = feed.take_in()
    assert result.success
    assert passed(said) == {"delivery_is_read"}
    assert not_evaluated(said) == ALL - {"load_is_trusted", "columns_are_steady"}
    assert said["load_is_trusted"].severity == dg.AssetCheckSeverity.ERROR
    assert said["columns_are_steady"].description == (
        "1 resource has other columns: people (new: 1 that the YAML does not name; gone: `noms`)"
    )


def test_a_delivery_that_cannot_be_read_passes_no_check_though_the_load_before_stays_in_force(
    good_nights: dict[str, Path], tmp_path: Path
) -> None:
    feed = taken_over(good_nights, tmp_path, **CSV)
    (tmp_path / "inbox" / "acme" / "people.csv").unlink()
    said, result = feed.take_in()
    assert result.success
    assert passed(said) == set()
    assert not_evaluated(said) == ALL


def test_a_delivery_that_cannot_be_read_hides_no_fault_of_the_load_in_force(
    good_nights: dict[str, Path], tmp_path: Path
) -> None:
    feed = taken_over(good_nights, tmp_path, **CSV)
    feed.deliver([*PEOPLE, ("P98", "Bad", "1990-03-04", "M", "NOT A NUMBER")])
    said, _ = feed.take_in()
    assert said["identifiers_are_valid"].description == "1 identifier fails the check of its kind"
    (tmp_path / "inbox" / "acme" / "people.csv").unlink()
    said, _ = feed.take_in()
    assert said["identifiers_are_valid"].description == (
        "not evaluated: the newest delivery could not be read;"
        " of the load before: 1 identifier fails the check of its kind"
    )


@pytest.mark.parametrize(
    ("renamed", "unlooked"),
    [
        ("noms", {"identifiers_are_valid", "kinds_are_known"}),
        ("born", {"dates_are_readable", "birth_dates_are_plausible"}),
        ("sex", {"codes_are_mapped"}),
    ],
)
def test_a_field_that_no_document_has_any_more_leaves_its_check_unevaluated(
    good_nights: dict[str, Path], tmp_path: Path, renamed: str, unlooked: set[str]
) -> None:
    feed = taken_over(good_nights, tmp_path, **JSONL)
    feed.deliver(PEOPLE, columns=[{renamed: "other"}.get(name, name) for name in COLUMNS])
    said, _ = feed.take_in()
    assert not said["load_is_trusted"].passed
    assert not said["columns_are_steady"].passed
    assert not_evaluated(said) == unlooked


def test_a_renamed_column_is_seen_although_the_schema_contract_keeps_the_columns_as_they_were(
    good_nights: dict[str, Path], tmp_path: Path
) -> None:
    feed = taken_over(good_nights, tmp_path, **CSV, schema_contract="discard_row")
    feed.take_in()
    feed.deliver(PEOPLE, columns=[{"noms": "noms_number"}.get(name, name) for name in COLUMNS])
    said, _ = feed.take_in()
    assert not said["columns_are_steady"].passed
    assert "gone: `noms`" in str(said["columns_are_steady"].description)
    latest = loads(tmp_path / "landing" / "acme")[-1]
    assert tuple(latest.columns["people"]) == COLUMNS


def test_a_source_held_back_is_warned_of_in_the_runs_log_and_named_in_its_tag(
    good_nights: dict[str, Path], tmp_path: Path
) -> None:
    feed = taken_over(good_nights, tmp_path, **CSV)
    in_force = loads(tmp_path / "landing" / "acme")[-1].load_id
    feed.deliver(PEOPLE[:5])
    _, result = feed.take_in()
    run = feed.instance.get_run_by_id(result.run_id)
    assert run
    assert run.tags[HELD_BACK] == "acme"
    (warned,) = [one.user_message for one in feed.instance.all_logs(result.run_id) if one.level == 30]
    assert warned == (
        "acme is held back: its newest load is refused, see the check load_is_trusted of nominal/acme;"
        f" load {in_force} stays in force"
    )


def test_what_a_run_logs_tells_what_was_landed_and_taken_over_in_counts(tmp_path: Path) -> None:
    with dg.instance_for_test(
        overrides={"python_logs": {"managed_python_loggers": ["pipelines"], "python_log_level": "INFO"}}
    ) as instance:
        feed = Feed(tmp_path, **CSV)
        feed.instance = instance
        feed.deliver(PEOPLE)
        _, result = feed.take_in()
        logged = [one.user_message for one in instance.all_logs(result.run_id) if one.dagster_event is None]
    load = loads(tmp_path / "landing" / "acme")[-1].load_id
    landed, applied = logged
    assert landed == f"acme landed in load {load}: 20 rows, 0 unreadable"
    assert applied == (
        f"acme: load {load} is in force: 20 rows, 20 accepted, 0 quarantined; 20 nominal records new, 0 changed,"
        " 0 deleted"
    )


def test_a_source_whose_landing_is_lost_is_held_back_alone_and_read_anew_when_it_delivers(
    good_nights: dict[str, Path], tmp_path: Path
) -> None:
    feed = taken_over(good_nights, tmp_path, **CSV)
    shutil.rmtree(tmp_path / "landing")
    delivered = tmp_path / "inbox" / "acme" / "people.csv"
    content = delivered.read_bytes()
    delivered.unlink()
    said, result = feed.take_in()
    assert result.success
    assert not said["delivery_is_read"].passed
    assert not_evaluated(said)
    delivered.write_bytes(content)
    said, result = feed.take_in()
    assert result.success
    assert said["delivery_is_read"].passed
    assert said["load_is_trusted"].passed
    assert [load.load_id.split("-")[1] for load in loads(tmp_path / "landing" / "acme")] == ["00003"]
