"""`conjoin check` says everything that is wrong with a deployment at once, and reads no source data."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from linkage_models.nominal.bundle import SHIPPED
from pipelines.cli import app
from pipelines.deployment_check import Checked, check_deployment
from pipelines.source.extract.part import in_clear
from tests.pipelines import own_deployment


@dataclass(frozen=True)
class Mistake:
    """One way to spoil the own deployment: where, what becomes what, and what must be said of it."""

    file: str
    was: str
    becomes: str
    says: str = ""


LIBRARY, POOL, RULE, TOWN = "sources/library.yaml", "sources/pool.yaml", "gap_rules/L01.yaml", "audiences/town.yaml"
FORMAT = "    format: csv\n    resources:\n      members: library.csv\n"
SQL_FORMAT = """\
    format: sql
    dialect: postgresql
    host: h
    database: d
    user: u
    password: {env: TOWN_LIBRARY_PASSWORD}
    resources: [members]
"""
JSON_FORMAT = "    format: json\n    layout: lines\n    resources:\n      members: pool.jsonl\n"
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 15))
"""A file of a kilobyte that says what would fill a disk."""

MISTAKES = (
    Mistake(
        LIBRARY, "  owner: team:library", "  ownr: team:library", r"line 7: .*`ownr` is not known; did you mean `ow"
    ),
    Mistake(LIBRARY, "  marking: OFFICIAL\n", "", r"the field `marking` is missing; add it"),
    Mistake(LIBRARY, "kind: alert", "kind: alarm", r"line 2\d: the field `items.1.kind` is wrong: "),
    Mistake(
        POOL, "key: number\n    surname", "key: number +\n    surname", r"line \d+: the field `record.key` .* not SQL"
    ),
    Mistake(
        POOL, "kind: address", "kind: identifier, code: \"'swim_no'\"", r"`items.0.code` .*`swim_no` is no kind of"
    ),
    Mistake(RULE, "held_by: library", "held_by: libary", r"line 8: .*`held_by` .* the source system `libary`"),
    Mistake(RULE, "source_system = 'pool'", "source_system IN ('pol')", r"line 15: .*`sql` .* system `pol`"),
    Mistake(RULE, "severity: high", "severity: dire", r"line 3: the field `severity` is wrong"),
    Mistake(TOWN, "ceiling: OFFICIAL", "ceiling: PUBLIC", r"line 3: the field `ceiling` is wrong"),
    Mistake(
        TOWN, "title: The town", "title: The town\nacross: [sport, cultre]", r"line 3: .*`across`.* service `cultre`"
    ),
)
"""Mistakes that are told whatever other parts of the deployment are wrong as well."""


def spoilt(folder: Path, *mistakes: Mistake) -> Path:
    """Write the own deployment with mistakes in it."""
    own_deployment.write(folder)
    for mistake in mistakes:
        file = folder / mistake.file
        text = file.read_text(encoding="utf-8")
        assert mistake.was in text
        file.write_text(text.replace(mistake.was, mistake.becomes), encoding="utf-8")
    return folder


def checked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    monkeypatch.setenv("CONJOIN_DEPLOYMENT", str(folder))
    return check_deployment(folder / "no-home")


def test_what_ships_with_conjoin_is_in_order(tmp_path: Path) -> None:
    found = check_deployment(tmp_path)
    assert (found.errors, found.warnings, found.not_in_force) == ([], [], ())
    assert (found.default_audience, found.risk_subjects) == ("joint", "Terrorist-risk case")
    assert len(found.sources) == 7
    assert len(found.rules) == 8


def test_a_deployment_of_two_csv_files_is_in_order_before_they_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = checked(own_deployment.write(tmp_path / "town"), monkeypatch)
    assert (found.errors, found.warnings) == ([], [])
    assert (found.sources, found.rules, found.default_audience) == (("library", "pool"), ("L01",), "town")
    assert list((tmp_path / "town").rglob("*.csv")) == []


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.sampled_from(MISTAKES), min_size=1))
def test_each_mistake_is_told_whatever_else_is_wrong(monkeypatch: pytest.MonkeyPatch, mistakes: set[Mistake]) -> None:
    # What a file that does not fit says further on cannot be known: of each file its first kind of mistake only.
    first = {mistake.file: mistake for mistake in sorted(mistakes, key=MISTAKES.index, reverse=True)}
    with TemporaryDirectory() as folder:
        found = checked(spoilt(Path(folder) / "town", *first.values()), monkeypatch)
        for mistake in first.values():
            told = [str(error) for error in found.errors if error.file == Path(folder) / "town" / mistake.file]
            assert [text for text in told if re.search(mistake.says, text)], (mistake, told)
        assert len(found.errors) == len(first), found.errors


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.becomes.strip()[:30])
def test_a_mistake_is_one_sentence_with_file_line_field_and_remedy(
    mistake: Mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (error,) = checked(spoilt(tmp_path / "town", mistake), monkeypatch).errors
    assert re.search(mistake.says, str(error))
    assert str(error).startswith(f"{tmp_path / 'town' / mistake.file}, line {error.line}: the field `{error.field}` ")
    assert "\n" not in str(error)


def test_all_mistakes_of_one_file_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_library = [mistake for mistake in MISTAKES if mistake.file == LIBRARY]
    told = [str(error) for error in checked(spoilt(tmp_path / "town", *of_library), monkeypatch).errors]
    assert len(told) == len(of_library) == 3
    for mistake in of_library:
        assert [text for text in told if re.search(mistake.says, text)]


REST_FORMAT = """\
    format: rest
    base_url: http://h/api
    auth: {kind: oauth2, token_url: "https://h/token", client_id: c, client_secret: {env: TOWN_LIBRARY_PASSWORD}}
    paging: {kind: none}
    resources: {members: {path: members}}
"""


@pytest.mark.parametrize(
    ("secret", "in_clear", "what"),
    [
        (SQL_FORMAT, SQL_FORMAT + "    tls: off\n", "`tls: off`"),
        (REST_FORMAT.replace("http:", "https:"), REST_FORMAT, "the `http://` of `base_url`"),
        (
            REST_FORMAT.replace("http:", "https:"),
            REST_FORMAT.replace("https:", "http:").replace("http://h/api", "https://h/api"),
            "the `http://` of `token_url`",
        ),
    ],
    ids=["sql", "rest", "token"],
)
def test_credentials_go_unencrypted_to_another_machine_only_where_the_yaml_says_so(
    secret: str, in_clear: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(extract: str) -> list[str]:
        folder = spoilt(tmp_path / "town", Mistake(LIBRARY, FORMAT, extract))
        return [str(error) for error in checked(folder, monkeypatch).errors if "unencrypted" in str(error)]

    assert found(secret) == []
    (said,) = found(in_clear)
    assert f"is wrong: {what} would send the credentials unencrypted to another machine" in said
    assert f"{tmp_path / 'town' / LIBRARY}, line " in said
    assert found(in_clear + "    credentials_in_clear: true\n") == []


def test_credentials_may_stay_on_this_machine_unencrypted() -> None:
    for local in (None, "localhost", "127.0.0.9", "::1", "[::1]", "/run/postgresql"):
        assert in_clear("it", local) == ""
    for other in ("h", "localhost.example", "127.0.0.1.example", "10.0.0.1", "0.0.0.0", "::"):  # noqa: S104
        assert in_clear("it", other)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda town: shutil.copy(town / LIBRARY, town / "sources/copy.yaml"),
            "system `library` is already described in",
        ),
        (lambda town: (town / TOWN).rename(town / "audiences/city.yaml"), "must be the file's name, `city`"),
        (lambda town: (town / TOWN).rename(town / "audiences/town.yml"), "town.yml would not be read"),
        (lambda town: (town / RULE).rename(town / "gap_rules/L01.yml"), "L01.yml would not be read"),
        (lambda town: (town / RULE).rename(town / "gap_rules/L02.yaml"), "must be the file's name, `L02`"),
        (lambda town: shutil.rmtree(town / "sources"), "holds no source system"),
        (lambda town: (town / "bundles").mkdir(), "holds no model bundle; train one with `conjoin train`"),
        (lambda town: (town / LIBRARY).write_text("a: [", encoding="utf-8"), "this is not valid YAML"),
        (lambda town: (town / LIBRARY).write_text(BOMB, encoding="utf-8"), "an alias such as `*name` is not read"),
        (lambda town: (town / LIBRARY).write_text("a: {<<: {b: 1}}", encoding="utf-8"), "the merge key `<<` is not"),
        (lambda town: (town / LIBRARY).write_text("[" * 90_000, encoding="utf-8"), "brackets lie inside each other"),
        (lambda town: (town / LIBRARY).write_text("a: b\n" * 300_000, encoding="utf-8"), "is longer than 1,000,000"),
        (lambda town: (town / TOWN).unlink(), "holds no audience"),
    ],
)
def test_what_does_not_fit_together_is_told(
    spoil: object, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(spoil)
    spoil(own_deployment.write(tmp_path / "town"))
    assert [error for error in checked(tmp_path / "town", monkeypatch).errors if says in str(error)]


def test_a_bundle_that_was_changed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town = own_deployment.write(tmp_path / "town")
    shutil.copytree(SHIPPED, town / "bundles")
    next((town / "bundles").glob("*/thresholds.json")).write_text("{}", encoding="utf-8")
    (error,) = checked(town, monkeypatch).errors
    assert "damaged: thresholds.json was changed" in str(error)


def test_wrong_settings_are_told_beside_what_is_wrong_in_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONJOIN_THREADS", "lots")
    monkeypatch.setenv("CONJOIN_MEMORY_LIMT", "2GB")
    told = [str(error) for error in checked(spoilt(tmp_path / "town", MISTAKES[5]), monkeypatch).errors]
    assert len(told) == 3
    for name in ("CONJOIN_THREADS", "CONJOIN_MEMORY_LIMT", "`libary`"):
        assert [text for text in told if name in text]


def test_columns_that_the_yaml_itself_gives_are_checked_without_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = spoilt(
        tmp_path / "town", Mistake(POOL, "    format: csv\n    resources:\n      members: pool.csv\n", JSON_FORMAT)
    )
    told = [str(error) for error in checked(town, monkeypatch).errors]
    assert len(told) == 10
    assert all("there is no column" in text for text in told)


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        (
            Mistake(LIBRARY, FORMAT, SQL_FORMAT),
            r"line 16: the field `extract.password` .* variable TOWN_LIBRARY_PASSW",
        ),
        (
            Mistake(RULE, "FROM alert\n", "FROM alert SEMI JOIN risk_subject USING (subject_id)\n"),
            "write .*risk_subject",
        ),
        (Mistake(LIBRARY, "  marking", "  identifier_kinds: [ticket]\n  marking"), "`ticket`, which the bundle"),
    ],
)
def test_what_a_run_would_do_but_hardly_as_it_is_meant_is_a_warning(
    mistake: Mistake, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = checked(spoilt(tmp_path / "town", mistake), monkeypatch)
    assert found.errors == []
    (warning,) = found.warnings
    assert re.search(says, str(warning))


def test_a_folder_that_nothing_reads_and_the_lack_of_a_default_are_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = own_deployment.write(tmp_path / "town")
    (town / "gap-rules").mkdir()
    second = own_deployment.AUDIENCE.format(name="county", title="The county")
    (town / "audiences" / "county.yaml").write_text(second, encoding="utf-8")
    found = checked(town, monkeypatch)
    assert found.errors == []
    default, stray = found.warnings
    assert "none of the audiences county, town is the default" in str(default)
    assert "gap-rules is not read" in str(stray)


def test_the_command_ends_with_status_1_and_prints_json_for_a_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONJOIN_DEPLOYMENT", str(spoilt(tmp_path / "town", MISTAKES[5], MISTAKES[8])))
    home = ["--home", str(tmp_path / "home")]
    done = CliRunner().invoke(app, ["check", *home, "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert sorted((Path(error["file"]).name, error["line"]) for error in found["errors"]) == [
        ("L01.yaml", 8),
        ("town.yaml", 3),
    ]
    assert CliRunner().invoke(app, ["check", *home]).stdout.count("error: ") == 2
    monkeypatch.setenv("CONJOIN_DEPLOYMENT", str(own_deployment.write(tmp_path / "good")))
    done = CliRunner().invoke(app, ["check", *home])
    assert done.exit_code == 0
    assert done.stdout.endswith("0 errors, 0 warnings.\n")
    assert not (tmp_path / "home").exists()
