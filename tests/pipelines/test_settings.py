"""Settings: what is given wrongly ends in one sentence that says what, where and what to do, and never the value."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError
from pipelines.settings import HOME_SETTINGS_FILE, Settings
from pipelines.settings.given import PREFIX, settings_lines, variable
from tests.house.repository import ROOT
from tests.house.settings_page import settings_page
from tests.pipelines.nights import attempt

SETTINGS = [variable(field) for field in Settings.model_fields]

BAD = {
    "CONJOIN_HOME": [__file__, "a\tb", "what?"],
    "CONJOIN_DEPLOYMENT": ["/no/such/folder", __file__],
    "CONJOIN_INBOX": [__file__, f"{__file__}\n"],
    "CONJOIN_READERS_GROUP": ["no-such-group", "0"],
    "CONJOIN_AS_OF": ["yesterday", "2026", "1772416800", "02/03/2026", "2026-13-01", "0001-01-01", "9999-12-31T23:00Z"],
    "CONJOIN_MEMORY_LIMIT": ["lots", "4", "80%", "-1", "none", "1KB", "4 gigs", "1e3GB", "99999999999TB", "4GB ; x"],
    "CONJOIN_THREADS": ["lots", "0", "-2", "1.5", "100000000000000000000"],
    "CONJOIN_SNAPSHOTS_KEPT": ["1", "all"],
    "CONJOIN_SPARK": ["sparc", "local[", "http://host:7077"],
    "CONJOIN_SPARK_FOLDER": [__file__],
    "CONJOIN_AUDIT_KEY": ["short", "fifteen letters"],
    "CONJOIN_AUDIT_KEY_FILE": [str(Path(__file__).parent)],
    "CONJOIN_AUDIT_ANCHOR": [str(Path(__file__).parent)],
    "CONJOIN_DEBUG": ["maybe", "2"],
}
GOOD = {
    "CONJOIN_HOME": ["data", "/no/such/folder"],
    "CONJOIN_DEPLOYMENT": [str(ROOT)],
    "CONJOIN_INBOX": ["in box", "/no/such/folder"],
    "CONJOIN_READERS_GROUP": ["root"],
    "CONJOIN_AS_OF": ["2026-03-02", "2026-03-02T02:00:00Z", "2026-03-02 02:00+01:00"],
    "CONJOIN_MEMORY_LIMIT": ["4GB", "900 MiB", "256mb", "1.5T"],
    "CONJOIN_THREADS": ["1", "1024"],
    "CONJOIN_SNAPSHOTS_KEPT": ["2", "400"],
    "CONJOIN_SPARK": ["local", "local[*]", "spark://host:7077", "yarn", "k8s://https://host:443"],
    "CONJOIN_SPARK_FOLDER": ["/mnt/shared"],
    "CONJOIN_AUDIT_KEY": ["a key of the test's own"],
    "CONJOIN_AUDIT_KEY_FILE": [__file__],
    "CONJOIN_AUDIT_ANCHOR": ["/mnt/worm/conjoin-audit"],
    "CONJOIN_DEBUG": ["1", "0", "true"],
}

ENVIRONMENT_ONLY = ["CONJOIN_HOME", "CONJOIN_AUDIT_KEY", "CONJOIN_DEBUG"]


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """The environment with these variables and no setting of the caller's."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    with mock.patch.dict(os.environ, kept | variables, clear=True):
        yield


def refused(home: Path | None, **variables: str) -> str:
    """Return the sentence that loading the settings ends with."""
    with environment(**variables), pytest.raises(ConfigurationError) as error:
        Settings.load(home)
    return str(error.value)


def sentence(home: Path) -> str | None:
    """Return the sentence that loading the settings ends with; None where it ends well."""
    try:
        Settings.load(home)
    except ConfigurationError as error:
        (said,) = str(error).splitlines()
        return said
    return None


def written(home: Path, text: str) -> Path:
    """Return the home's own file of settings, holding the text."""
    file = home / HOME_SETTINGS_FILE
    file.write_text(text, encoding="utf-8")
    return file


def test_every_setting_has_good_and_bad_values_here() -> None:
    assert list(BAD) == list(GOOD) == SETTINGS


@pytest.mark.parametrize("name", SETTINGS)
def test_a_bad_value_is_named_with_the_place_it_stands_at_and_not_quoted(name: str, tmp_path: Path) -> None:
    home = None if name == "CONJOIN_HOME" else tmp_path
    # The same sentence whatever the value, so none is in it.
    (said,) = {refused(home, **{name: value}) for value in BAD[name]}
    assert said.startswith(f"{name} (in the environment) must be ")
    assert said.endswith("; correct or remove it.")


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in SETTINGS for value in GOOD[name]])
def test_a_good_value_is_taken(name: str, value: str, tmp_path: Path) -> None:
    with environment(**{name: value}):
        settings = Settings.load(None if name == "CONJOIN_HOME" else tmp_path)
    assert name.removeprefix(PREFIX).lower() in settings.model_fields_set


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in ENVIRONMENT_ONLY])
def test_a_bad_value_in_the_homes_own_file_is_named_with_its_line_even_where_the_environment_wins(
    name: str, tmp_path: Path
) -> None:
    file = written(tmp_path, f"# The settings of this home.\n\n{name}='{BAD[name][0]}'\n")
    assert refused(tmp_path).startswith(f"{name} ({file}, line 3) must be ")
    assert refused(tmp_path, **{name: GOOD[name][0]}).startswith(f"{name} ({file}, line 3) must be ")


@pytest.mark.parametrize("name", ENVIRONMENT_ONLY)
def test_what_the_homes_own_file_cannot_say_is_refused_there(name: str, tmp_path: Path) -> None:
    file = written(tmp_path, f"{name}={GOOD[name][0]}\n")
    assert refused(tmp_path) == f"{file}, line 1: {name} works only in the environment; set it there."


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("CONJOIN_THREAD=", ") is not a setting; did you mean CONJOIN_THREADS?"),
        ("CONJOIN_THREADS", ": this is not of the form NAME=value; correct or remove it."),
        ("two threads", ": this is not of the form NAME=value; correct or remove it."),
        ("CONJOIN_THREADS='2", ": this is not of the form NAME=value; correct or remove it."),
        ("=2", ": this is not of the form NAME=value; correct or remove it."),
        ("CONJOIN_MEMORY_LIMIT=2GB", ": line 1 sets the same; remove one of the two."),
        ("CONJOIN_THREAD=2", ") is not a setting; did you mean CONJOIN_THREADS?"),
        ("conjoin_threads=2", ") is not a setting; did you mean CONJOIN_THREADS?"),
        ("NOMIS_PASSWORD=pa55word", ": only settings, CONJOIN_..., may stand here; remove it (a secret belongs in"),
        ("cGE1NXdvcmQ=", ": only settings, CONJOIN_..., may stand here; remove it (a secret belongs in"),
    ],
)
def test_a_bad_line_of_the_homes_own_file_is_named_and_not_quoted(line: str, said: str, tmp_path: Path) -> None:
    file = written(tmp_path, f"CONJOIN_MEMORY_LIMIT=2GB\n\n{line}\n")
    sentence = refused(tmp_path)
    assert f"{file}, line 3{said}" in sentence
    assert "pa55word" not in sentence
    assert "cGE1NXdvcmQ" not in sentence


def test_a_file_of_settings_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / HOME_SETTINGS_FILE).write_bytes(b"CONJOIN_INBOX=caf\xe9\n")
    assert refused(tmp_path).endswith("conjoin.env: byte 17 is not UTF-8; save the file as UTF-8.")
    (tmp_path / HOME_SETTINGS_FILE).unlink()
    (tmp_path / HOME_SETTINGS_FILE).mkdir()
    assert refused(tmp_path).endswith("conjoin.env cannot be read (Is a directory); correct that and try again.")


def test_a_file_of_settings_from_windows_is_read(tmp_path: Path) -> None:
    written(tmp_path, "\ufeffCONJOIN_THREADS=3 # cores\r\nexport CONJOIN_INBOX='in box'\r\n")
    with environment():
        settings = Settings.load(tmp_path)
    assert (settings.threads, settings.inbox) == (3, Path("in box"))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CONJOIN_THREAD", "did you mean CONJOIN_THREADS?"),
        ("CONJOIN_MEMORYLIMIT", "did you mean CONJOIN_MEMORY_LIMIT?"),
        ("Conjoin_Inbox", "did you mean CONJOIN_INBOX?"),
        ("CONJOIN_", f"remove it, or use one of {', '.join(SETTINGS)}."),
        ("CONJOIN_PASSWORD", f"remove it, or use one of {', '.join(SETTINGS)}."),
    ],
)
def test_a_name_that_is_no_setting_is_named_with_the_nearest_that_is(name: str, hint: str, tmp_path: Path) -> None:
    assert refused(tmp_path, **{name: "pa55word"}) == f"{name} (in the environment) is not a setting; {hint}"


def test_a_secret_that_a_source_of_the_deployment_names_may_begin_as_a_setting_does(tmp_path: Path) -> None:
    sources = tmp_path / "deployment" / "sources" / "bail"
    sources.mkdir(parents=True)
    (sources / "defs.yaml").write_text("attributes: {extract: {password: {env: CONJOIN_BAIL}}}\n", encoding="utf-8")
    in_force = {"CONJOIN_DEPLOYMENT": str(tmp_path / "deployment"), "CONJOIN_BAIL": "pa55word"}
    with environment(**in_force):
        Settings.load(tmp_path)
    said = refused(tmp_path, **in_force, CONJOIN_BAI="pa55word")
    assert said.startswith("CONJOIN_BAI (in the environment) is not a setting;")
    with environment(CONJOIN_BAIL="pa55word"):
        Settings.load(tmp_path, source=sources / "defs.yaml")
        Settings.load(tmp_path, any_name=True)


def test_what_kubernetes_says_of_a_service_called_conjoin_is_no_setting_gone_wrong(tmp_path: Path) -> None:
    with environment(
        CONJOIN_SERVICE_HOST="10.0.0.1", CONJOIN_SERVICE_PORT_HTTP="80", CONJOIN_PORT="tcp://10.0.0.1:80",
        CONJOIN_UI_PORT_80_TCP_ADDR="10.0.0.1",
    ):  # fmt: skip
        Settings.load(tmp_path)


def test_an_empty_value_is_none(tmp_path: Path) -> None:
    written(tmp_path, "CONJOIN_THREADS=\nCONJOIN_INBOX=''\n")
    with environment(CONJOIN_DEPLOYMENT="", CONJOIN_AS_OF="", CONJOIN_NOTHING=""):
        settings = Settings.load(tmp_path)
    assert (settings.deployment, settings.inbox, settings.threads, settings.as_of) == (None, None, None, None)


@limits(deadline=None)
@given(
    field=st.sampled_from(list(Settings.model_fields)),
    value=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    in_file=st.booleans(),
)
def test_whatever_is_given_is_a_setting_or_one_sentence(field: str, value: str, in_file: bool) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        if in_file:
            written(home, settings_lines({field: value}))
        with environment(**({} if in_file else {variable(field): value})):
            said = sentence(home)
        assert said is None or variable(field) in said or HOME_SETTINGS_FILE in said


@limits(deadline=None)
@given(content=st.binary(max_size=60) | st.text(st.sampled_from("CONJOIN_THREADS='\"=\\#$ {}2\n\r\t")).map(str.encode))
def test_whatever_the_homes_own_file_holds_is_settings_or_one_sentence(content: bytes) -> None:
    with TemporaryDirectory() as folder, environment():
        (Path(folder) / HOME_SETTINGS_FILE).write_bytes(content)
        said = sentence(Path(folder))
        assert said is None or HOME_SETTINGS_FILE in said


@limits(deadline=None)
@given(value=st.text(st.sampled_from(" '\"\\#=$ab/é")).filter(str.strip))
def test_a_path_is_read_as_conjoin_wrote_it(value: str) -> None:
    with TemporaryDirectory() as folder, environment():
        written(Path(folder), settings_lines({"inbox": value}))
        assert Settings.load(Path(folder)).inbox == Path(value)


@pytest.mark.parametrize("command", [("run",), ("quarantine", "list")])
def test_every_command_ends_with_the_sentence(command: tuple[str, ...], tmp_path: Path) -> None:
    done = attempt(tmp_path / "home", *command, environment={"CONJOIN_THREADS": "pa55word"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "conjoin: CONJOIN_THREADS (in the environment) must be a whole number from 1 to 1024; correct or remove it.\n"
    )
    assert not (tmp_path / "home").exists()


def test_the_code_location_says_the_sentence_and_no_value(tmp_path: Path) -> None:
    load = "from pipelines.definitions import defs; defs()"
    variables = {**os.environ, "CONJOIN_HOME": str(tmp_path), "CONJOIN_AS_OF": "pa55word"}
    done = subprocess.run(
        [sys.executable, "-c", load], env=variables, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "pipelines.errors.ConfigurationError: CONJOIN_AS_OF (in the environment) must be an instant"
    )
    assert "pa55word" not in done.stderr


def test_the_page_of_settings_is_current() -> None:
    page = ROOT / "docs" / "reference" / "settings.md"
    assert page.read_text(encoding="utf-8") == settings_page(), (
        "run `python -m tests.house.settings_page > docs/reference/settings.md`"
    )
