"""What is remembered of a model between scorings is what Splink itself says of it, and of that model alone."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date

import duckdb
import pytest
from splink import SettingsCreator

from linkage_models.nominal import Bundle
from linkage_models.nominal.score.splink_api import model_linker, quiet_splink
from tests.linkage_models.nominal.builders import Edge, Warehouse, shipped_bundle

BRIAN = {"name": "Brian Featherstone", "born": date(1990, 9, 14)}


def test_every_condition_is_taken_for_an_equality_or_not_as_splink_takes_it() -> None:
    model = shipped_bundle().model
    with duckdb.connect() as con, quiet_splink(con) as api:
        con.execute("CREATE TABLE nobody (unique_id INTEGER)")
        ours, splinks = (
            [
                level._is_exact_match  # noqa: SLF001
                for comparison in settings.comparisons
                for level in comparison.comparison_levels
            ]
            for settings in (
                model_linker(api.register("nobody"), model)._settings_obj,  # noqa: SLF001
                SettingsCreator.from_path_or_dict(model).get_settings("duckdb"),
            )
        )
    assert ours == splinks
    assert set(ours) == {True, False}


def test_a_model_scored_again_gives_the_same_edges_and_another_its_own() -> None:
    def edges(bundle: Bundle) -> dict[tuple[str, str], Edge]:
        warehouse = Warehouse({"pnc:a": BRIAN, "rms:b": BRIAN})
        warehouse.score(bundle)
        return warehouse.edges()

    shipped = shipped_bundle()
    model = deepcopy(shipped.model)
    born = next(c for c in model["comparisons"] if c["output_column_name"] == "date_of_birth")
    next(level for level in born["comparison_levels"] if level["label_for_charts"] == "same")["m_probability"] /= 2
    other = replace(shipped, model=model)
    first = edges(shipped)
    assert [edge.match_weight for edge in edges(other).values()] == pytest.approx(
        [edge.match_weight - 1 for edge in first.values()]
    )
    assert edges(shipped) == first
