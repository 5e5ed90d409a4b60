"""The nights of a sample, and the home in which the demo links them and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.sample.home import MARK, must_be_the_demos, stand_at
from pipelines.sample.nights import SHIPPED, sample_night
from pipelines.settings import HOME_SETTINGS_FILE, Settings
from pipelines.warehouse.database import writer


def test_the_shipped_sample_has_two_nights(tmp_path: Path) -> None:
    first, second = sample_night(None, 1), sample_night(None, 2)
    assert (first.sample, first.deliveries, first.following) == (SHIPPED, SHIPPED / "night-1", 2)
    assert (second.as_of, second.following) == ("2026-03-03T02:00:00Z", None)
    with pytest.raises(ConfigurationError, match="has 2 nights; choose --night between 1 and 2"):
        sample_night(None, 3)
    with pytest.raises(ConfigurationError, match="is not a sample"):
        sample_night(tmp_path, 1)


def test_a_home_stands_at_the_night_it_was_told_until_a_later_one(tmp_path: Path) -> None:
    assert not stand_at(Settings.load(tmp_path), sample_night(None, 2), anew=False)
    settings = Settings.load(tmp_path)
    assert (tmp_path / HOME_SETTINGS_FILE).read_text(encoding="utf-8").startswith(MARK)
    assert settings.deliveries == SHIPPED / "night-2"
    assert settings.now().isoformat() == "2026-03-03T02:00:00"


def test_synthetic_records_mix_with_no_others(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    must_be_the_demos(settings)
    with writer(settings):
        pass
    with pytest.raises(ConfigurationError, match="synthetic ones must not mix with them"):
        must_be_the_demos(settings)
    with pytest.raises(ConfigurationError, match="CONJOIN_DEPLOYMENT names others"):
        must_be_the_demos(Settings(home=tmp_path / "none", deployment=tmp_path))
