"""`conjoin source check` says what a run would make of live data, shows no value of it, and leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sample_data
from pipelines.errors import ConfigurationError
from pipelines.sample.deployment import write_deployment
from pipelines.settings import Settings
from pipelines.source_check.mask import mask
from pipelines.source_check.temporary_home import temporary_home
from pipelines.source_check.trial import Trial, read_source, try_source
from sample_data.serve import serve
from tests.pipelines import shipped
from tests.pipelines.nights import attempt
from tests.pipelines.source import deliveries

NIGHT = Path(sample_data.__file__).parent / "small" / "night-1"


def changed(folder: Path, system: str, *changes: tuple[str, str]) -> Path:
    """Write a shipped source's YAML with changes, each of which must be one."""
    text = shipped.SOURCES[system].yaml_file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / f"{system}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def tried(file: Path, settings: Settings) -> Trial:
    return try_source(read_source(file), file, settings)


def line_of(file: Path, text: str) -> int:
    return file.read_text(encoding="utf-8").splitlines().index(text) + 1


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("system", ["pnc", "rms", "ctnm", "nomis"])
def test_what_is_printed_holds_no_value_and_nothing_is_left_behind(tmp_path: Path, system: str, as_json: bool) -> None:
    settings = shipped.home(tmp_path)
    before = deliveries.held(settings.home)
    flags = ["--json"] if as_json else []
    file = shipped.SOURCES[system].yaml_file
    done = attempt(settings.home, "source", "check", str(file), "--rows", "9", *flags)
    assert done.returncode == 0, done.stderr
    assert deliveries.held(settings.home) == before
    told = (done.stdout + done.stderr).upper()
    assert [value for value in deliveries.PERSONAL if value.upper() in told] == []
    assert "X'X" in told
    assert "9999-99-99" in told


def test_the_counts_are_those_of_a_run(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    file = changed(tmp_path, "rms", ("birth_date: date_of_birth", "birth_date: created_on"))
    trial = tried(file, settings)
    applied = shipped.take_in("rms", settings)
    assert trial.applied is not None
    assert trial.applied.balances == applied.balances
    assert (trial.records, trial.completeness["names"], trial.completeness["addresses"]) == (2, 2, 1)
    assert trial.items == {"identifier": (2, 2), "address": (1, 0), "report": (1, 0)}
    assert [row["sex"] for row in trial.rows] == ["M", "M"]


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    inbox = shipped.home(tmp_path).deliveries
    settings = Settings(home=tmp_path / "no" / "home", inbox=inbox)
    assert tried(shipped.SOURCES["rms"].yaml_file, settings).records == 2
    assert not (tmp_path / "no").exists()


def fail_aside(settings: Settings) -> None:
    with temporary_home(settings) as own:
        (own.home / "row").write_text("a value", encoding="utf-8")
        raise ZeroDivisionError


def test_what_a_killed_check_left_behind_is_removed_by_the_next(tmp_path: Path) -> None:
    leftover = tmp_path / ".source-check-99999999" / "landing"
    leftover.mkdir(parents=True)
    settings = Settings(home=tmp_path)
    with pytest.raises(ZeroDivisionError):
        fail_aside(settings)
    assert list(tmp_path.iterdir()) == []


def test_every_expression_that_does_not_fit_is_told_with_its_line(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    file = changed(
        tmp_path, "rms", ("surname: surname", "surname: sirname"), ("value: pncid", "value: pnc_id"),
        ("postcode: postcode", "postcode: nosuch("),
    )  # fmt: skip
    trial = tried(file, settings)
    assert len(trial.misfits) == 3
    surname = line_of(file, "    surname: sirname")
    assert trial.misfits[0] == (
        f"{file}, line {surname}: the field `record.surname` does not fit what rms delivers: there is no column"
        " `sirname`; did you mean `surname`?"
    )
    assert trial.problem is not None
    assert trial.problem.endswith("(and 2 more, above).")


def test_what_spoils_all_of_a_mapping_is_told_once(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    file = changed(
        tmp_path, "rms", ("nominals: rms/nominals.csv", "nominals: {path: rms/nominals.csv, deleted: gone = 'Y'}")
    )
    (misfit,) = tried(file, settings).misfits
    assert "the field `extract.resources.nominals.deleted` does not fit" in misfit
    file = changed(tmp_path, "ctnm", ("each: $.aliases", "each: $.aliases["))
    (misfit,) = tried(file, settings).misfits
    assert f"line {line_of(file, '      each: $.aliases[')}: the field `items.4.each` does not fit" in misfit


def test_an_expression_that_fails_on_a_value_is_named_without_the_value(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    file = changed(tmp_path, "rms", ("surname: surname", "surname: surname::INTEGER"))
    (misfit,) = tried(file, settings).misfits
    assert "the field `record.surname` fails with a ConversionException on a value that rms delivers" in misfit
    assert not any(value.lower() in misfit.lower() for value in deliveries.PERSONAL)


def test_dates_that_cannot_be_read_are_counted_per_field_with_their_shape(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    file = changed(tmp_path, "rms", ('date_format: "%d/%m/%Y"', 'date_format: "%Y%m%d"'))
    trial = tried(file, settings)
    assert [(one.field, one.count, one.shapes) for one in trial.unreadable][:1] == [
        ("record.birth_date", 2, ("99/99/9999",))
    ]
    assert trial.problem is not None
    assert trial.problem.startswith("rms: the load would be refused: ")
    assert "dates cannot be read" in trial.problem


def test_a_load_that_would_be_refused_ends_in_its_sentence_and_status_1(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    file = changed(tmp_path, "rms", ("date_format:", "expected_records: [100, 200]\n  date_format:"))
    done = attempt(settings.home, "source", "check", str(file), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert done.stderr == f"conjoin: {told['problem']}\n"
    assert "it holds 2 nominal records where 100 to 200 are expected" in told["problem"]
    assert told["trusted"] is False
    assert told["resources"]["nominals"] == {
        "read": 2, "accepted": 2, "quarantined": 0, "deleted": 0, "reasons": {}
    }  # fmt: skip


def test_a_delivery_that_cannot_be_read_ends_in_its_sentence(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    (settings.deliveries / "rms" / "aliases.csv").unlink()
    before = deliveries.held(settings.home)
    done = attempt(settings.home, "source", "check", str(shipped.SOURCES["rms"].yaml_file))
    assert done.returncode == 1
    assert done.stderr.startswith("conjoin: rms: ")
    assert done.stderr.count("\n") == 1
    assert deliveries.held(settings.home) == before


def test_a_source_may_stand_at_the_top_of_its_file(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    text = shipped.SOURCES["rms"].yaml_file.read_text(encoding="utf-8").partition("attributes:\n")[2]
    file = tmp_path / "bare.yaml"
    file.write_text("\n".join(line.removeprefix("  ") for line in text.splitlines()), encoding="utf-8")
    assert tried(file, settings).problem is None
    file.write_text(
        file.read_text(encoding="utf-8").replace("surname: surname", "surname: nosuch", 1), encoding="utf-8"
    )
    assert f"line {line_of(file, '  surname: nosuch')}: the field `record.surname`" in tried(file, settings).misfits[0]


@pytest.mark.parametrize(("content", "told"), [(None, "does not exist"), ("", "is empty"), ("system: x", "is missing")])
def test_a_file_that_describes_no_source_is_told(tmp_path: Path, content: str | None, told: str) -> None:
    file = tmp_path / "source.yaml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told):
        read_source(file)


@given(st.text())
def test_a_masked_text_keeps_its_length_and_tells_no_letter_or_digit(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert {character for character in masked if character.isalnum()} <= set("Xx9")


def test_a_mask_keeps_the_shape() -> None:
    assert mask("O'Connor-Smith, 14/03/1981 É") == "X'Xxxxxx-Xxxxx, 99/99/9999 X"


@pytest.mark.slow
def test_every_sample_system_is_checked_on_the_server_that_it_is_read_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home", inbox=tmp_path / "inbox")
    with serve(NIGHT, folder=tmp_path) as served:
        write_deployment(served, tmp_path / "deployment")
        for name, value in served.secrets.items():
            monkeypatch.setenv(name, value)
        for file in sorted((tmp_path / "deployment" / "sources").glob("*.yaml")):
            trial = tried(file, settings)
            assert trial.problem is None, trial.problem
            assert trial.records > 30
    assert not settings.home.exists()
