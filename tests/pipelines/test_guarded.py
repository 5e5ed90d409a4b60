"""What nobody foresaw in a step reaches Dagster without a word that may quote a row."""

from __future__ import annotations

import dagster as dg
import duckdb
import pytest

from pipelines.definitions import build_definitions
from pipelines.defs.guarded import guarded
from pipelines.errors import ConfigurationError, UnforeseenError
from pipelines.settings import Settings

SURNAME = "Zyxwold"


def fails_on_a_value() -> None:
    duckdb.sql(f"SELECT '{SURNAME}'::INTEGER").fetchall()


def test_an_error_nobody_foresaw_is_told_by_its_kind_and_place_alone() -> None:
    with pytest.raises(UnforeseenError, match=r"^This should not have happened \(ConversionException") as error:
        guarded(fails_on_a_value)()
    assert SURNAME not in str(error.value)


def test_an_error_that_is_one_sentence_already_passes_as_it_is() -> None:
    def refuses() -> None:
        raise ConfigurationError("The file is wrong; correct it.")

    with pytest.raises(ConfigurationError, match="The file is wrong"):
        guarded(refuses)()


def test_whoever_debugs_sees_the_error_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONJOIN_DEBUG", "1")
    with pytest.raises(duckdb.ConversionException, match=SURNAME):
        guarded(fails_on_a_value)()


def test_dagster_keeps_no_word_of_it() -> None:
    @dg.asset
    @guarded
    def fails() -> None:
        fails_on_a_value()

    with dg.instance_for_test() as instance:
        result = dg.materialize([fails], instance=instance, raise_on_error=False)
        kept = "".join(repr(entry) for entry in instance.all_logs(result.run_id))
    assert "UnforeseenError" in kept
    assert "ConversionException" in kept
    assert f"'{SURNAME}'" not in kept
    assert f"string '{SURNAME}'" not in kept


def test_every_step_of_the_graph_is_guarded() -> None:
    definitions = build_definitions(settings=Settings())
    steps = [*(definitions.assets or ()), *(definitions.asset_checks or ())]
    code = guarded(fails_on_a_value).__code__
    unguarded = [
        step.op.name
        for step in steps
        if isinstance(step, dg.AssetsDefinition) and step.op.compute_fn.decorated_fn.__code__ is not code  # type: ignore[union-attr]
    ]
    assert len(steps) > 20
    assert unguarded == []
