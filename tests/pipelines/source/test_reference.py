"""The page on a source's YAML is current and whole, and its examples read what they say they read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.source_check.trial import Trial, read_source, try_source
from sample_data.serve import serve_s3, serve_sftp
from tests.house.repository import ROOT
from tests.house.source_yaml_page import HEADINGS, needed_by, source_yaml_page
from tests.pipelines.source import deliveries

EXAMPLES = sorted(deliveries.EXAMPLES.glob("*.yaml"))
PAGE = ROOT / "docs" / "reference" / "source-yaml.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == source_yaml_page(), (
        "run `python -m tests.house.source_yaml_page > docs/reference/source-yaml.md`"
    )


@pytest.mark.parametrize("model", HEADINGS, ids=lambda model: model.__name__)
def test_every_field_of_every_model_is_on_the_page(model: type) -> None:
    fields = model.model_fields  # type: ignore[attr-defined]
    page = source_yaml_page()
    assert [name for name, field in fields.items() if f"| `{field.alias or name}` |" not in page] == []


def test_every_link_inside_the_page_leads_to_a_heading() -> None:
    page = re.sub(r"```.*?```", "", source_yaml_page(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors


def test_what_a_kind_needs_is_what_the_model_asks_for() -> None:
    assert needed_by("identifier") == ["code", "value"]
    assert needed_by("name") == ["surname"]
    assert needed_by("alert") == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_describes_a_source_and_is_on_the_page(example: Path) -> None:
    assert read_source(example).extract.format == example.stem.split("_")[0].replace("fixed", "fixed_width")
    assert example.read_text(encoding="utf-8") in source_yaml_page()


def tried(example: Path, folder: Path) -> Trial:
    return try_source(read_source(example), example, deliveries.home(folder))


@pytest.mark.parametrize(
    ("example", "items"),
    [
        ("fixed_width", {"marker": (1, 0)}),
        # The person whose row was deleted is gone.
        ("csv_changes", {"identifier": (2, 0), "address": (1, 0)}),
        ("xml", {"identifier": (2, 0), "name": (2, 0), "address": (1, 0)}),
        ("parquet", {"identifier": (2, 0), "sentence": (1, 0), "conviction": (2, 0)}),
        ("sqlite", {"identifier": (1, 2), "licence_condition": (1, 0), "merge": (1, 0)}),
    ],
)
def test_an_example_that_reads_the_inbox_reads_a_delivery(
    tmp_path: Path, example: str, items: dict[str, tuple[int, int]]
) -> None:
    path, settings = deliveries.EXAMPLES / f"{example}.yaml", deliveries.home(tmp_path)
    deliveries.IN_THE_INBOX[example](settings.deliveries)
    trial = try_source(read_source(path), path, settings)
    assert trial.problem is None
    assert trial.records == 2
    assert trial.items == items
    assert trial.applied is not None
    assert trial.applied.quarantined == trial.applied.quality.unreadable_dates == 0


def test_the_example_of_an_sftp_server_reads_one(tmp_path: Path) -> None:
    deliveries.custody(tmp_path / "served" / "outgoing")
    text = (deliveries.EXAMPLES / "csv_sftp.yaml").read_text(encoding="utf-8")
    with serve_sftp(tmp_path / "served") as server:
        (tmp_path / "key").write_text(server.private_key, encoding="utf-8")
        example = tmp_path / "custody.yaml"
        text = text.replace("host: sftp.force.example", f"host: {server.host}\n      port: {server.port}")
        text = re.sub(r"host_key: .*", f"host_key: {' '.join(server.host_key.split()[1:3])}", text)
        example.write_text(text.replace("/run/secrets/custody_sftp_key", str(tmp_path / "key")), encoding="utf-8")
        trial = tried(example, tmp_path)
    assert trial.problem is None
    assert (trial.records, trial.completeness["birth_dates"], trial.completeness["sex"]) == (2, 2, 2)
    assert trial.items == {"identifier": (2, 0), "address": (2, 0), "contact_point": (1, 0)}


def test_the_example_of_a_bucket_reads_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliveries.referrals(tmp_path / "served" / "nightly")
    text = (deliveries.EXAMPLES / "json_s3.yaml").read_text(encoding="utf-8")
    with serve_s3(tmp_path / "served", bucket="referrals") as server:
        monkeypatch.setenv("REFERRALS_S3_SECRET_KEY", server.secret_access_key)
        example = tmp_path / "referrals.yaml"
        text = text.replace("region: eu-west-2", f"region: eu-west-2\n      endpoint: {server.endpoint}")
        example.write_text(re.sub(r"AKIAEXAMPLE", server.access_key_id, text), encoding="utf-8")
        trial = tried(example, tmp_path)
    assert trial.problem is None
    assert (trial.records, trial.completeness["identifier noms"]) == (2, 1)
    assert trial.items == {"identifier": (1, 1), "name": (1, 0), "report": (1, 0)}
