"""Messages show the names that a source's YAML uses, and of all other names no more than how many there are."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.canonical.bind import misfits
from pipelines.errors import ConfigurationError
from pipelines.landing.changes import difference
from pipelines.source import SourceSpec
from pipelines.source.names import Names
from tests.pipelines.landing.delivery import asked, extract, home, put, quarantined, refusal, take_in
from tests.pipelines.shipped import SOURCES

TOKENS = ("Zyxwold", "Ada Zyxwold", "19810314", "M1 1AE")
"""What a person's row would hold; none is a name of the YAML."""


def spec(**fields: object) -> SourceSpec:
    """Return a small source of CSV files, with some of its fields otherwise."""
    given = {
        "system": "acme", "title": "Acme", "description": "x", "service": "police", "owner": "team:a",
        "marking": "OFFICIAL", "originator": "Acme",
        "extract": {"format": "csv", "resources": {"people": {"path": "people.csv"}}},
        "record": {"from": "people", "key": "ref", "surname": "upper(last_name)", "birth_date": '"Date of Birth"'},
    }  # fmt: skip
    return SourceSpec.model_validate(given | fields)


def said(source: SourceSpec, folder: Path, columns: list[str]) -> list[str]:
    """Return what is said of a source whose landed file has these columns."""
    pq.write_table(pa.table({"_row": [1], **{name: ["x"] for name in columns}}), folder / "people.parquet")
    file = put(folder / "acme.yaml", "attributes: {}\n")
    with duckdb.connect() as con:
        return [str(one) for one in misfits(con, source, file, folder)]


def tells_none(text: str) -> None:
    assert not [token for token in TOKENS if token.casefold() in text.casefold()], text


@pytest.mark.parametrize(
    "name",
    ["ref", "LAST_NAME", "Date of Birth", "birth_date", "_row", "people"],
)
def test_a_name_that_the_yaml_uses_is_shown(name: str) -> None:
    assert spec().names.listed([name]) == f"`{name}`"


@pytest.mark.parametrize("name", ["British", "of birth", "Zyxwold", "S", "1981"])
def test_a_value_in_the_yaml_names_no_column(name: str) -> None:
    source = spec(record={"from": "people", "key": "ref", "surname": "CASE nat WHEN 'British' THEN 'S' ELSE b END"})
    assert source.names.listed([name]) == "1 that the YAML does not name"


def test_names_inside_documents_are_known_by_their_paths_and_keys() -> None:
    names = SOURCES["visor"].spec.names
    said = names.listed(["family", "dob", "aka", *TOKENS])
    assert said == "`family`, `dob`, `aka` and 4 that the YAML does not name"
    quoted = Names.of(extract(format="json", layout="lines", resources={"a": {
        "path": "a", "load": "changes", "key": """document->>'the ref'""",
        "deleted": """document->>'$."left on".@at'""",
    }}))  # fmt: skip
    assert "2 that" in quoted.listed(["the ref", "left on", "@at", "ref", "left"])


def test_all_columns_of_the_sample_systems_that_their_yaml_reads_are_known() -> None:
    assert "1 that" in SOURCES["rms"].spec.names.listed(["nominal_no", "surname", "forename", "pncid", "shoe_size"])
    assert "1 that" in SOURCES["pnc"].spec.names.listed(["pncid", "ic_code", "postcode", "shoe_size"])


def test_a_difference_counts_the_columns_that_the_yaml_does_not_name() -> None:
    differs = difference({"ref": "VARCHAR", TOKENS[0]: "VARCHAR"}, {"last_name": "VARCHAR", TOKENS[1]: "VARCHAR"})
    assert differs.in_words(spec().names) == (
        "new: `last_name` and 1 that the YAML does not name; gone: `ref` and 1 that the YAML does not name"
    )
    tells_none(f"{differs} {differs!r}")


def test_a_csv_without_its_heading_is_told_without_its_first_row(tmp_path: Path) -> None:
    sentences = said(spec(), tmp_path, list(TOKENS))
    assert (
        "there is no column `ref`; of the 4 columns that it has the YAML names none, as where a heading" in sentences[0]
    )
    tells_none(" ".join(sentences))


def test_a_misspelt_column_is_met_with_the_nearest_one_that_the_yaml_names(tmp_path: Path) -> None:
    source = spec(record={"from": "people", "key": "ref", "surname": "surnam"})
    (sentence,) = said(source, tmp_path, ["ref", "surname", "surnamb"])
    assert sentence.endswith("there is no column `surnam`; did you mean `surname`?")
    source = spec(record={"from": "people", "key": "ref", "surname": "zyxwol"})
    (sentence,) = said(source, tmp_path, ["ref", *TOKENS])
    assert sentence.endswith("there is no column `zyxwol`; correct the expression.")


def test_what_a_nested_column_holds_inside_is_not_told(tmp_path: Path) -> None:
    held = pa.array([{TOKENS[0]: 1, TOKENS[1]: 2}])
    pq.write_table(pa.table({"_row": [1], "ref": ["1"], "last_name": held}), tmp_path / "people.parquet")
    file = put(tmp_path / "acme.yaml", "attributes: {}\n")
    source = spec(record={"from": "people", "key": "ref", "surname": "strptime(last_name, '%Y')"})
    with duckdb.connect() as con:
        (sentence,) = misfits(con, source, file, tmp_path)
    assert "it does not suit the types of the columns" in str(sentence)
    tells_none(str(sentence))


FROZEN = {
    "csv": (extract, "ref,last_name\n1,x\n", f"{','.join(TOKENS)}\n2,x,y,z\n", {}),
    "json": (
        extract,
        '[{"ref": 1}]',
        f'[{{"ref": 1, "{TOKENS[0]}": 1, "{TOKENS[1]}": {{"a": 1}}}}]',
        {"layout": "array"},
    ),
    "xml": (extract, "<a><p><ref>1</ref></p></a>", f"<a><p><ref>1</ref><{TOKENS[0]} a='1'/></p></a>", {}),
}


@pytest.mark.parametrize("form", FROZEN)
def test_a_frozen_contract_counts_names_that_the_delivery_alone_tells(tmp_path: Path, form: str) -> None:
    settings = home(tmp_path)
    _, first, then, more = FROZEN[form]
    one = {"path": "people"} | ({"element": "p"} if form == "xml" else {})
    fields = {"format": form, "resources": {"people": one}, "schema_contract": "freeze", **more}
    put(settings.deliveries / "people", first)
    take_in(settings, **fields)
    put(settings.deliveries / "people", then, 1)
    text = refusal(settings, **fields)
    assert "that the YAML does not name" in text
    tells_none(text)


def test_a_frozen_contract_names_none_that_only_the_load_before_knew(tmp_path: Path) -> None:
    settings = home(tmp_path)
    fields = {"format": "csv", "resources": {"people": "people"}, "schema_contract": "freeze"}
    put(settings.deliveries / "people", f"{','.join(TOKENS)}\n2,x,y,z\n")
    take_in(settings, **fields)
    put(settings.deliveries / "people", "ref,last_name\n1,x\n", 1)
    tells_none(refusal(settings, **fields))


def test_a_row_that_does_not_fit_is_set_apart_without_naming_its_columns(tmp_path: Path) -> None:
    settings = home(tmp_path)
    fields = {"format": "csv", "resources": {"people": "people"}, "schema_contract": "discard_row"}
    put(settings.deliveries / "people", "ref\n1\n")
    take_in(settings, **fields)
    put(settings.deliveries / "people", f"ref,{TOKENS[0]}\n1,x\n2,\n", 1)
    take_in(settings, **fields)
    assert asked(settings, "people", "SELECT ref") == [("2",)]
    assert quarantined(settings) == [(1, "schema_changed")]


def test_a_key_that_does_not_fit_is_told_without_the_first_row(tmp_path: Path) -> None:
    settings = home(tmp_path)
    one = {"path": "people", "load": "changes", "key": "ref"}
    put(settings.deliveries / "people", f"{','.join(TOKENS)}\n2,x,y,z\n")
    with pytest.raises(ConfigurationError) as error:
        take_in(settings, format="csv", resources={"people": one})
    assert "does not fit its columns (4 that the YAML does not name)" in str(error.value)
    tells_none(str(error.value))
