"""`conjoin source new` drafts, from answers and live data, a YAML file that `conjoin source check` accepts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from ruamel.yaml import YAML

import sample_data
from pipelines.settings import Settings
from pipelines.source_check.trial import read_source, try_source
from sample_data.serve import Served, serve
from tests.pipelines import shipped
from tests.pipelines.forker import forker
from tests.pipelines.source import deliveries

NIGHT = Path(sample_data.__file__).parent / "small" / "night-1"
ENTER = ""
IDENTITY = ["drafted", ENTER, ENTER, "police", *[ENTER] * 3]
"""The answers to the first questions: a name, the service, and Enter to all else."""

REST = [ENTER] * 200
"""Enter to whatever is asked further."""


def dialogue(
    settings: Settings, answers: Sequence[str], *flags: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Hold the dialogue as somebody does who types the answers, one a line."""
    typed = "".join(f"{answer}\n" for answer in answers)
    variables = os.environ | {"CONJOIN_INBOX": str(settings.deliveries)} | environment
    command = ("source", "new", "--home", str(settings.home), *flags)
    return forker().run(command, variables, typed=typed, patience=120)


def drafted(settings: Settings, folder: Path, answers: Sequence[str], **environment: str) -> dict[str, Any]:
    """Hold a dialogue that must end well, check what it wrote on the same data, and return its `attributes`."""
    out = folder / "drafted.yaml"
    before = deliveries.held(settings.home)
    done = dialogue(settings, [*IDENTITY, *answers, *REST], "--out", str(out), **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert deliveries.held(settings.home) == before
    trial = try_source(read_source(out), out, settings)
    assert trial.problem is None
    assert trial.records >= 1
    attributes: dict[str, Any] = YAML(typ="safe").load(out)["attributes"]
    return attributes


def kinds(attributes: dict[str, Any]) -> list[str]:
    return [item["kind"] for item in attributes["items"]]


def test_csv_files_are_drafted_with_enter_alone(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    files = ["nominals", "addresses", "intelligence"]
    answers = [ENTER, ENTER]
    for number, name in enumerate(files):
        answers += [
            f"rms/{name}.csv",
            ENTER,
            *([ENTER, ENTER] if number == 0 else []),
            "n" if name == files[-1] else "y",
        ]
    source = drafted(settings, tmp_path, answers)
    assert source["date_format"] == "%d/%m/%Y"
    assert source["record"] == {
        "from": "nominals", "key": "nominal_no", "surname": "surname", "forenames": "forename",
        "middle_names": "middle_names", "birth_date": "date_of_birth", "sex": "gender",
        "ethnicity": "ethnic_appearance", "birth_place": "place_of_birth",
    }  # fmt: skip
    assert kinds(source) == ["identifier", "address", "report"]
    report = source["items"][2]
    assert (report["value"], report["marking"], report["handling"]) == ("text", "marking", "grading")


def test_nested_documents_are_drafted_with_their_lists(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    source = drafted(settings, tmp_path, ["json", ENTER, "ctnm/cases.json", ENTER, ENTER, "n"])
    record = source["record"]
    assert (record["key"], record["surname"]) == ("document->>'$.case_ref'", "document->>'$.subject.surname'")
    assert [item["value"] for item in source["items"] if item["kind"] == "identifier"] == [
        "document->>'$.pncid'", "document->>'$.noms_number'"
    ]  # fmt: skip
    address = next(item for item in source["items"] if item["kind"] == "address")
    assert (address["each"], address["postcode"]) == ("$.addresses", "each->>'$.postcode'")
    assert "report" in kinds(source)


def test_xml_is_drafted_with_the_elements_that_repeat(tmp_path: Path) -> None:
    settings = deliveries.home(tmp_path)
    deliveries.visits(settings.deliveries)
    source = drafted(settings, tmp_path, ["xml", ENTER, "visits/prisoners.xml", ENTER, "prisoner", "n"])
    assert source["extract"]["resources"]["prisoners"]["lists"] == ["alias"]
    assert source["record"]["key"] == "document->>'$.\"@number\"'"
    assert kinds(source) == ["identifier", "address", "name"]


def test_an_sqlite_file_is_drafted_from_the_tables_it_holds(tmp_path: Path) -> None:
    settings = deliveries.home(tmp_path)
    deliveries.tagging(settings.deliveries)
    source = drafted(settings, tmp_path, ["sqlite", ENTER, "tagging/tagging.sqlite"])
    assert source["extract"]["resources"] == ["conditions", "merges", "wearers"]
    assert (source["record"]["from"], source["record"]["key"]) == ("wearers", "wearer_id")
    merge = next(item for item in source["items"] if item["kind"] == "merge")
    assert (merge["key"], merge["value"]) == ("kept_wearer_id", "merged_wearer_id")


def test_parquet_files_are_drafted(tmp_path: Path) -> None:
    settings = deliveries.home(tmp_path)
    deliveries.courts(settings.deliveries)
    source = drafted(settings, tmp_path, ["parquet", ENTER, "courts/defendants/part-1.parquet", "defendants", "n"])
    assert source["record"]["surname"] == "last_name"
    assert kinds(source) == ["identifier"]


def test_a_fixed_width_file_is_drafted(tmp_path: Path) -> None:
    settings = deliveries.home(tmp_path)
    deliveries.warrants(settings.deliveries)
    fields = "reference 4 8; surname 12 30; forenames 42 30; born 72 8; sex 80 1"
    answers = [
        "fixed_width",
        ENTER,
        "warrants/WARRANTS*.txt",
        "ascii",
        "1 3",
        "HDR",
        "TRL",
        "4 9",
        "PER",
        "person",
        fields,
        "y",
    ]
    answers += ["WAR", "warrant", "reference 4 8; offence 12 40; issued 52 8", "n"]
    answers += [ENTER] * 10 + ["marker"]
    source = drafted(settings, tmp_path, answers)
    assert source["date_format"] == "%Y%m%d"
    assert source["extract"]["trailer"] == {"type": "TRL", "count": [4, 9]}
    assert kinds(source) == ["marker"]


def test_deliveries_of_changes_are_drafted_with_their_key(tmp_path: Path) -> None:
    settings = deliveries.home(tmp_path)
    deliveries.hostels(settings.deliveries)
    answers = [ENTER, ENTER, "hostels/*/residents_*.csv", "residents", ENTER, ENTER, "n"]
    answers += ["resident_no", *[ENTER] * 8, ENTER, "changes", "resident_no", "changed_at", "operation = 'D'"]
    source = drafted(settings, tmp_path, answers)
    assert source["extract"]["resources"]["residents"] == {
        "path": "hostels/*/residents_*.csv", "load": "changes", "key": "resident_no", "cursor": "changed_at",
        "deleted": "operation = 'D'",
    }  # fmt: skip


def test_answers_that_cannot_be_used_are_asked_again(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    answers = [
        "No Such",
        *IDENTITY,
        "docx",
        "csv",
        ENTER,
        "nosuch.csv",
        "../x.csv",
        "rms/nominals.csv",
        ENTER,
        ENTER,
        ENTER,
    ]
    answers += ["n", "surname", "nosuch", "upper(surname)", *REST]
    out = tmp_path / "deep" / "rms.yaml"
    done = dialogue(settings, answers, "--out", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nosuch.csv is no file" in done.stdout
    assert "There is no such field" in done.stdout
    record = read_source(out).record
    assert (record.key, record.surname) == ("surname", "upper(surname)")


@pytest.mark.parametrize("answered", [0, 3, 8, 14, 20])
def test_a_dialogue_that_breaks_off_writes_nothing(tmp_path: Path, answered: int) -> None:
    settings = shipped.home(tmp_path)
    before = deliveries.held(tmp_path)
    answers = [*IDENTITY, ENTER, ENTER, "rms/nominals.csv", ENTER, ENTER, ENTER, "n", *REST][:answered]
    done = dialogue(settings, answers, "--out", str(tmp_path / "rms.yaml"))
    assert done.returncode == 1
    assert done.stderr.strip() == "conjoin: Stopped before the last answer; nothing was written."
    assert deliveries.held(tmp_path) == before


def test_a_file_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    out = tmp_path / "rms.yaml"
    out.write_text("mine", encoding="utf-8")
    done = dialogue(settings, [], "--out", str(out))
    assert done.returncode == 1
    assert done.stderr == f"conjoin: {out} exists already; name another file with --out.\n"
    assert out.read_text(encoding="utf-8") == "mine"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(NIGHT, folder=tmp_path_factory.mktemp("served")) as night:
        yield night


@pytest.fixture
def secrets(served: Served, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in served.secrets.items():
        monkeypatch.setenv(name, value)
    return served.secrets


@pytest.mark.slow
def test_a_postgresql_database_is_drafted_and_the_secret_itself_is_not_taken(
    tmp_path: Path, served: Served, secrets: dict[str, str]
) -> None:
    settings, address = deliveries.home(tmp_path), urlsplit(served.oasys_url)
    assert address.hostname is not None
    answers = ["sql", ENTER, address.hostname, str(address.port), "oasys", str(address.username)]
    answers += ["not a variable", "OASYS_PASSWORD", "off"]
    source = drafted(settings, tmp_path, answers)
    assert source["extract"]["password"] == {"env": "OASYS_PASSWORD"}
    assert secrets["OASYS_PASSWORD"] not in (tmp_path / "drafted.yaml").read_text(encoding="utf-8")
    assert source["record"]["key"] == "assessment_id"
    assert {"identifier", "address", "assessment"} <= set(kinds(source))


@pytest.mark.slow
def test_a_service_with_oauth2_is_drafted(tmp_path: Path, served: Served, secrets: dict[str, str]) -> None:
    settings, base = deliveries.home(tmp_path), served.ctnm_url.rpartition("/")[0]
    answers = ["rest", base, ENTER, served.ctnm_token_url, served.ctnm_client_id, "CTNM_CLIENT_SECRET", ENTER]
    answers += ["cursor", ENTER, ENTER, "cases", ENTER, "$.items", "n"]
    source = drafted(settings, tmp_path, answers)
    assert source["extract"]["auth"]["client_secret"] == {"env": "CTNM_CLIENT_SECRET"}
    assert {"identifier", "address", "report"} <= set(kinds(source))


@pytest.mark.slow
def test_files_on_an_sftp_server_are_drafted(tmp_path: Path, served: Served, secrets: dict[str, str]) -> None:
    settings, address = deliveries.home(tmp_path), urlsplit(served.rms_url)
    key = " ".join(served.rms_known_hosts.read_text(encoding="utf-8").split()[1:3])
    answers = [
        ENTER,
        "sftp",
        str(address.hostname),
        str(address.port),
        str(address.username),
        ENTER,
        "RMS_SFTP_PASSWORD",
    ]
    answers += [key, ENTER, "nominals.csv", ENTER, ENTER, ENTER, "n"]
    source = drafted(settings, tmp_path, answers)
    assert source["extract"]["location"]["password"] == {"env": "RMS_SFTP_PASSWORD"}
    assert source["record"]["birth_date"] == "date_of_birth"
