"""The quarantine is a way station: once the YAML is corrected, one command brings its rows in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipelines.deployment import PIPELINES
from tests.pipelines.nights import SAMPLE, ask, attempt, conjoin, refused

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home linked by a deployment whose RMS mapping takes every contact point for something unknown."""
    folder = tmp_path_factory.mktemp("quarantine")
    shutil.copytree(PIPELINES / "defs" / "sources", folder / "deployment" / "sources",
                    ignore=shutil.ignore_patterns("*.py", "__pycache__"))  # fmt: skip
    rms = folder / "deployment" / "sources" / "rms" / "defs.yaml"
    text = rms.read_text(encoding="utf-8")
    wrong = text.replace("code: kind, value: value", "code: \"kind || '?'\", value: value")
    assert wrong != text
    wide = wrong.replace("  date_format:", "  max_quarantine_share: 0.9\n  date_format:", 1)
    rms.write_text(wide, encoding="utf-8")
    environment = {
        "CONJOIN_DEPLOYMENT": str(folder / "deployment"), "CONJOIN_INBOX": str(SAMPLE / "night-1"),
        "CONJOIN_AS_OF": "2026-03-02T02:00:00Z",
    }  # fmt: skip
    conjoin(folder / "home", "run", **environment)
    return folder / "home", environment


def contact_points(home: Path) -> int:
    ((count,),) = ask(
        home, "SELECT count(*) FROM linked.information WHERE kind = 'contact_point' AND source_system = 'rms'"
    )
    return int(count)


def test_rows_flow_back_in_once_the_yaml_is_corrected(night: tuple[Path, dict[str, str]]) -> None:
    home, environment = night
    listed = json.loads(conjoin(home, "quarantine", "list", "--system", "rms", "--json", **environment).stdout)
    (unknown,) = [row for row in listed if row["reason"] == "unknown_kind"]
    assert unknown["resource"] == "contacts"
    assert unknown["rows"] > 100
    assert contact_points(home) == 0
    shown = conjoin(home, "quarantine", "show", "rms", "--reason", "unknown_kind", "--limit", "3", **environment).stdout
    assert len(shown.splitlines()) == 3
    assert "contacts row " in shown
    rms = Path(environment["CONJOIN_DEPLOYMENT"]) / "sources" / "rms" / "defs.yaml"
    shutil.copy(PIPELINES / "defs" / "sources" / "rms" / "defs.yaml", rms)
    (retried,) = json.loads(conjoin(home, "quarantine", "retry", "--system", "rms", "--json", **environment).stdout)
    assert retried["quarantined_before"] - retried["quarantined"] == unknown["rows"]
    assert retried["refused"] is None
    conjoin(home, "run", **environment)
    assert contact_points(home) == unknown["rows"]


def test_rows_as_delivered_are_shown_for_a_reason_that_the_audit_log_keeps(night: tuple[Path, dict[str, str]]) -> None:
    home, environment = night
    assert refused(home, "quarantine", "show", "nomis", "--raw", largest_file=None, **environment) == (
        "Looking at rows as delivered needs a reason; give it with --why."
    )
    shown = conjoin(home, "quarantine", "show", "nomis", "--raw", "--why", "Ticket 4711", **environment).stdout
    assert "identifier_id" in shown
    (log,) = [path.read_text(encoding="utf-8") for path in (home / "audit").glob("*.jsonl")]
    entry = json.loads(log.strip().splitlines()[-1])
    assert (entry["action"], entry["why"], entry["what"]["quarantine"]) == ("consultation", "Ticket 4711", "nomis")


def test_a_system_that_does_not_exist_is_named(night: tuple[Path, dict[str, str]]) -> None:
    home, environment = night
    assert "There is no source system `rsm`" in refused(
        home, "quarantine", "retry", "--system", "rsm", largest_file=None, **environment
    )


def test_the_quarantine_of_a_home_without_a_warehouse_is_one_sentence(tmp_path: Path) -> None:
    done = attempt(tmp_path / "none", "quarantine", "list")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
