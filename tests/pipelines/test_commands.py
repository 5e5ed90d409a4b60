"""The commands on a published night: what they answer, and the sentence they end with where they cannot."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipelines.deployment import Deployment
from pipelines.publish import chosen_audience
from pipelines.publish.summary import summarise
from pipelines.settings import Settings
from pipelines.train import train
from tests.pipelines.nights import SAMPLE, ask, conjoin, contents, copy_of, refused
from tests.pipelines.ruled import Ruled

pytestmark = pytest.mark.slow


def test_explain_says_whether_two_records_are_one_person_and_what_decided_it(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    ((linked, other, subject),) = ask(
        home, "SELECT record_l, record_r, subject_id_l FROM linked.link WHERE relation = 'within' ORDER BY ALL LIMIT 1"
    )
    ((near, far),) = ask(
        home,
        "SELECT record_l, record_r FROM linked.link WHERE relation = 'near_miss' ORDER BY match_weight DESC LIMIT 1",
    )
    said = conjoin(home, "explain", linked, other).stdout
    assert said.startswith(f"{linked} and {other} are one subject, {subject}.\n")
    said = conjoin(home, "explain", near, far).stdout
    assert re.match(r"They are two subjects, \S+ and \S+\. Their weight, -?\d+\.\d, is below \d+\.\d, from which", said)
    assert re.search(
        r"^(What would settle it|What would link them|No single field would settle it)", said, re.MULTILINE
    )
    pictures = [tmp_path / f"waterfall.{kind}" for kind in ("svg", "png")]
    for picture in pictures:
        conjoin(home, "explain", near, far, "--picture", str(picture))
    assert "match weight" in pictures[0].read_text()
    assert pictures[1].read_bytes().startswith(b"\x89PNG")
    assert "ends in one of them" in refused(home, "explain", near, far, "--picture", str(tmp_path / "waterfall.pdf"))
    one = conjoin(home, "explain", linked).stdout
    assert one == conjoin(home, "explain", subject.lower()).stdout
    assert one.startswith(f"{subject} holds ")


def test_explain_says_that_a_person_ruled(ruled: Ruled) -> None:
    said = conjoin(ruled.home, "explain", *ruled.near_miss).stdout
    assert "A person ruled that they are the same person." in said


@pytest.mark.parametrize(
    "command", [["show", "nosuch"], ["list", "--system", "nosuch"], ["retry", "--system", "nosuch"]]
)
def test_a_source_system_that_is_not_there_has_no_quarantine_and_the_known_ones_are_named(
    night_one: Path, command: list[str]
) -> None:
    assert refused(night_one, "quarantine", *command) == (
        "There is no source system `nosuch`; name one of ctnm, ndelius, nomis, oasys, pnc, rms, visor."
    )


def test_a_retired_subject_is_said_to_be_retired_and_where_it_went(night_one: Path, ruled: Ruled) -> None:
    before = dict(ask(night_one, "SELECT record_key, subject_id FROM linked.subject_record"))
    kept, gone = sorted(str(before[record]) for record in ruled.singles)
    assert refused(ruled.home, "explain", "S99999999X").startswith("There is no subject S99999999X;")
    assert refused(ruled.home, "explain", gone) == f"{gone} is retired; what it stood for is now {kept}."


def test_links_and_gaps_of_the_shipped_sample_are_as_good_as_promised(night_one: Path) -> None:
    report = json.loads(conjoin(night_one, "evaluate", "--json").stdout)
    links = report["links"]["overall"]
    assert links["precision"] >= 0.995
    assert links["recall"] >= 0.95


def test_a_summary_counts_across_the_services_that_the_audience_names(night_one: Path) -> None:
    settings = Settings.load(night_one)
    joint = chosen_audience(Deployment.load(settings).audiences, None)
    named = summarise(settings, joint)["subjects"]
    assert named["services"] == ["police", "prison", "probation"]
    every = summarise(settings, joint.model_copy(update={"across": ()}))["subjects"]
    assert every["services"] == ["multi-agency", "police", "prison", "probation"]
    assert 0 < every["in_all_services"] < named["in_all_services"] < named["in_several_systems"]
    assert summarise(settings, joint.model_copy(update={"across": ("health",)}))["subjects"] == every


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which a sample of 600 people, made for it, has been linked."""
    folder = tmp_path_factory.mktemp("small")
    sample = ("sample", "--people", "600", "--seed", "5", "--nights", "1", "--out", str(folder / "sample"))
    assert json.loads(conjoin(None, *sample, "--json").stdout)["people"] == 600
    conjoin(folder / "home", "demo", "--sample", str(folder / "sample"), "--json")
    return folder / "home"


def test_a_bundle_that_was_trained_is_used_by_the_next_run(small: Path, tmp_path: Path) -> None:
    home = copy_of(small, tmp_path)
    deployment = tmp_path / "deployment"
    (deployment / "sources").mkdir(parents=True)
    for yaml in Path("pipelines/defs/sources").glob("*/defs.yaml"):
        (deployment / "sources" / f"{yaml.parent.name}.yaml").write_bytes(yaml.read_bytes())
    ours = str(deployment)
    first = json.loads(conjoin(home, "train", "--json", CONJOIN_DEPLOYMENT=ours).stdout)["bundle"]
    reported: list[str] = []
    settings = Settings.load(home).model_copy(update={"deployment": deployment})
    trained = train(settings, costs={"link": 199}, report=reported.append)
    assert trained.folder == trained.in_use == deployment / "bundles" / trained.bundle.version
    assert [word for word in reported if word != "trained"] == [f"read {trained.records:,} nominal records"]
    second = trained.bundle.version
    assert first != second
    assert "the same records and seed give the same bundle" in refused(home, "train", CONJOIN_DEPLOYMENT=ours)
    conjoin(home, "run", "--json", CONJOIN_DEPLOYMENT=ours)
    assert ask(home, "SELECT bundle FROM linked.run ORDER BY started_at DESC LIMIT 1") == [(second,)]
    assert 500 < ask(home, "SELECT count(*) FROM linked.subject")[0][0] < 700


def test_the_demo_keeps_out_of_homes_and_nights_that_are_not_its_own(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    before = contents(home)
    assert "CONJOIN_DEPLOYMENT names others" in refused(home, "demo", CONJOIN_DEPLOYMENT=str(tmp_path))
    (home / "conjoin.env").unlink()
    assert "synthetic ones must not mix with them" in refused(home, "demo", "--night", "2")
    assert contents(home) == before


def test_the_demo_may_begin_anew_after_its_second_night_with_any_number_of_threads(
    night_two: Path, night_one: Path, tmp_path: Path
) -> None:
    home = copy_of(night_two, tmp_path)
    said = conjoin(home, "demo", CONJOIN_THREADS="1").stderr
    assert "was at a later night of the demo, so it was cleared: the demo starts again." in said
    assert contents(home) == contents(night_one)
    assert len(list((home / "landing" / "pnc").iterdir())) == 1
    assert sorted(path.name for path in home.iterdir()) == sorted(path.name for path in night_one.iterdir())
    conjoin(home, "demo", "--night", "2", "--json")
    assert contents(home) == contents(night_two)


def test_a_night_as_of_an_earlier_instant_is_refused(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    assert "already stands at 2026-03-02T02:00:00Z" in refused(home, "run", CONJOIN_AS_OF="2026-03-01T02:00:00Z")


def test_the_audit_log_tells_of_every_run_decision_and_question_and_proves_itself(
    night_one: Path, tmp_path: Path
) -> None:
    home = copy_of(night_one, tmp_path)
    ((record, other),) = ask(home, "SELECT record_l, record_r FROM linked.link WHERE relation = 'near_miss' LIMIT 1")
    conjoin(home, "explain", record, "--who", "b.analyst")
    conjoin(home, "decide", "different", record, other, "--by", "a.person", "--reason", "twins")
    entries = json.loads(conjoin(home, "audit", "--json").stdout)
    assert [entry["action"] for entry in entries[-2:]] == ["consultation", "alteration"]
    assert {entry["action"] for entry in entries} == {"collection", "combination", "consultation", "alteration"}
    assert entries[0]["what"].keys() == {"system", "load", "rows"}
    assert conjoin(home, "audit", "--verify").stdout == "The audit log is whole.\n"
    log = home / "audit" / "audit.jsonl"
    log.write_text(log.read_text().replace("b.analyst", "c.analyst"))
    assert "was altered" in refused(home, "audit", "--verify")


def test_a_decision_waits_for_a_run_and_needs_records_that_are_held(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    ruling = ("--by", "a.person", "--reason", "seen")
    assert refused(home, "decide", "same", "nomis:A0000AA", "pnc:1", *ruling).startswith("No source system holds")
    assert "does not exist yet" in refused(tmp_path / "empty", "decide", "same", "nomis:A0000AA", "pnc:1", *ruling)
    assert not (tmp_path / "empty" / "warehouse.duckdb").exists()


def test_a_sample_that_was_written_can_be_linked(small: Path) -> None:
    assert ask(small, "SELECT count(DISTINCT source_system) > 2 FROM linked.subject_record") == [(True,)]


def test_a_source_whose_name_ends_in_yml_is_not_passed_over(tmp_path: Path) -> None:
    sources = tmp_path / "deployment" / "sources"
    sources.mkdir(parents=True)
    (sources / "pnc.yaml").write_bytes(Path("pipelines/defs/sources/pnc/defs.yaml").read_bytes())
    (sources / "nomis.yml").write_bytes(Path("pipelines/defs/sources/nomis/defs.yaml").read_bytes())
    said = refused(tmp_path / "home", "run", CONJOIN_DEPLOYMENT=str(sources.parent), CONJOIN_INBOX=str(SAMPLE))
    assert said == f"{sources / 'nomis.yml'} would not be read; let its name end in .yaml."
