"""The quarantine as any front end sees it: what is in it, why, and what taking a delivery in again brings out of it."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from pipelines import audit
from pipelines.deployment import Deployment
from pipelines.errors import ConfigurationError, WarehouseBusyError
from pipelines.quarantine import Retry, reasons, retry, rows, rows_as_delivered
from pipelines.settings import Settings
from pipelines.warehouse.lock import run_lock
from tests.pipelines import shipped, tiny

UNKNOWN = "code: \"kind || '?'\""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A deployment of RMS alone, whose mapping takes both contact points that came for something unknown."""
    settings = shipped.home(tmp_path)
    header, _ = tiny.RMS["contacts"]
    contacts = [["1", "N1", "phone", "07700 900123", ""], ["2", "N2", "email", "m.khan@example.org", ""]]
    tiny.write_csv(settings.deliveries / "rms" / "contacts.csv", header, contacts)
    rms = tmp_path / "deployment" / "sources" / "rms.yaml"
    rms.parent.mkdir(parents=True)
    text = shipped.SOURCES["rms"].yaml_file.read_text(encoding="utf-8").replace("code: kind", UNKNOWN)
    rms.write_text(text.replace("  date_format:", "  max_quarantine_share: 0.9\n  date_format:"), encoding="utf-8")
    settings = settings.model_copy(update={"deployment": tmp_path / "deployment"})
    (source,) = Deployment.load(settings).sources
    shipped.take_in("rms", settings, source)
    return settings


def correct(settings: Settings) -> None:
    assert settings.deployment
    rms = settings.deployment / "sources" / "rms.yaml"
    rms.write_text(rms.read_text(encoding="utf-8").replace(UNKNOWN, "code: kind"), encoding="utf-8")


def test_rows_are_counted_by_reason_and_told_without_their_values(home: Settings) -> None:
    (reason,) = reasons(home)
    assert (reason.source_system, reason.resource, reason.reason, reason.rows) == ("rms", "contacts", "unknown_kind", 2)
    with pytest.raises(ConfigurationError, match="There is no source system `nomis`; name one of rms"):
        reasons(home, "nomis")
    first, second = rows(home, "rms")
    assert (first.landed_row, second.landed_row, first.raw, second.raw) == (1, 2, None, None)
    assert rows(home, "rms", limit=1) == [first]
    assert rows(home, "rms", reason="malformed_line") == []
    assert list(audit.read(home)) == []


def test_rows_as_delivered_are_given_for_a_reason_that_the_audit_log_keeps(home: Settings) -> None:
    with pytest.raises(ConfigurationError, match="needs a reason"):
        rows_as_delivered(home, "rms", why=" ")
    (row, _) = rows_as_delivered(home, "rms", why="Ticket 4711")
    assert "07700 900123" in str(row.raw)
    (entry,) = audit.read(home)
    assert (entry.action, entry.who, entry.why) == ("consultation", getpass.getuser(), "Ticket 4711")
    assert entry.what == {"quarantine": "rms", "rows": 2, "loads": [row.load_id]}


def test_a_retry_takes_in_what_the_corrected_yaml_maps(home: Settings) -> None:
    assert retry(home) == [Retry("rms", 2, 2, refused=None, not_landed=None)]
    correct(home)
    assert retry(home, "rms") == [Retry("rms", 2, 0, refused=None, not_landed=None)]
    assert shipped.rows(
        home, "SELECT code FROM nominal.information_item WHERE kind = 'contact_point' ORDER BY code"
    ) == [("email",), ("phone",)]


def test_only_the_newest_load_counts(home: Settings) -> None:
    header, _ = tiny.RMS["contacts"]
    tiny.write_csv(home.deliveries / "rms" / "contacts.csv", header, [["1", "N1", "phone", "07700 900123", ""]])
    assert retry(home) == [Retry("rms", 2, 1, refused=None, not_landed=None)]
    assert len(rows(home, "rms")) == 1


def test_a_retry_of_a_delivery_that_is_gone_takes_in_what_was_landed(home: Settings) -> None:
    correct(home)
    (home.deliveries / "rms" / "markers.csv").unlink()
    (outcome,) = retry(home)
    assert (outcome.quarantined_before, outcome.quarantined, outcome.refused) == (2, 0, None)
    assert "markers.csv" in str(outcome.not_landed)


def test_a_retry_does_not_run_beside_another_and_knows_its_sources(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match="There is no source system `rsm`"):
        retry(home, "rsm")
    monkeypatch.setattr("pipelines.quarantine.retrying.DECISION_SECONDS", 0.0)
    with run_lock(home), pytest.raises(WarehouseBusyError):
        retry(home)
