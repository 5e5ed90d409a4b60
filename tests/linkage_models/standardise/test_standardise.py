"""The standardisation macros against tables a domain expert can read, and against arbitrary text."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from linkage_models import standardise
from linkage_models.standardise.phones import read_phone

AS_OF_YEAR = 2026


def connection() -> duckdb.DuckDBPyConnection:
    """Return an empty in-memory database with the macros."""
    con = duckdb.connect()
    standardise.register(con)
    return con


CON = connection()
NAME_LIKE = st.lists(
    st.one_of(st.text(max_size=6), st.sampled_from(["MC", "NOT", "ENTERED", "Mr", "O'", "MIG_ERROR_", "-", "ß", "é"])),
    max_size=6,
).map(" ".join)
IDENTIFIER_LIKE = st.one_of(st.text(), st.from_regex(r"(SF)?[0-9]{1,8}/?[0-9]{0,8}[A-Z]?", fullmatch=True))


def table(name: str) -> list[dict[str, Any]]:
    """Return the rows of one of the tables beside this module."""
    rows: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name(f"{name}.yaml"))
    return rows


def value(sql: str, *arguments: object) -> Any:  # noqa: ANN401 - the type is whatever the macro returns
    """Return the one value of a query."""
    row = CON.execute(f"SELECT {sql}", list(arguments)).fetchone()
    assert row is not None
    return row[0]


def values(sql: str, given: list[Any], kinds: list[str] | None = None) -> list[Any]:
    """Return an expression of `given`, and of `kind` where kinds are given, for each text; bound once for all."""
    table = pa.table({"given": pa.array(given, pa.string()), "kind": pa.array(kinds or [""] * len(given), pa.string())})
    CON.register("batch", table)
    try:
        return [one for (one,) in CON.execute(f"SELECT {sql} FROM batch").fetchall()]
    finally:
        CON.unregister("batch")


def batches(one: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    """Return lists of texts, for binding a large macro costs more than applying it."""
    return st.lists(one, min_size=1, max_size=80)


@pytest.mark.parametrize("row", table("names"), ids=lambda row: repr(row["given"]))
def test_name_becomes_its_words(row: dict[str, Any]) -> None:
    assert value("std_name_tokens(?)", row["given"]) == row["words"]


@pytest.mark.parametrize("row", table("whole_names"), ids=lambda row: repr(row["given"]))
def test_name_fields_become_parts(row: dict[str, Any]) -> None:
    expected = row["parts"] and {"kind": "primary", **row["parts"]}
    assert value("std_name('primary', ?, ?, ?)", *row["given"]) == expected


@pytest.mark.parametrize("row", table("birth_dates"), ids=lambda row: str(row["given"]))
def test_placeholder_birth_dates_are_missing(row: dict[str, Any]) -> None:
    assert value("std_birth_date(?)", row["given"]) == row["kept"]


@pytest.mark.parametrize("row", table("sexes"), ids=lambda row: str(row["given"]))
def test_sex_is_one_letter_or_missing(row: dict[str, Any]) -> None:
    assert value("std_sex(?)", row["given"]) == row["kept"]


@pytest.mark.parametrize("row", table("postcodes"), ids=lambda row: str(row["given"]))
def test_postcode_loses_its_space_and_placeholders_are_missing(row: dict[str, Any]) -> None:
    assert value("std_postcode(?)", row["given"]) == row["kept"]


@pytest.mark.parametrize("row", table("contact_points"), ids=lambda row: f"{row['kind']} {row['given']}")
def test_contact_point_is_normalised(row: dict[str, Any]) -> None:
    expected = row["kept"] and {"kind": row["kind"].lower(), "value": row["kept"]}
    assert value("std_contact_point(?, ?)", row["kind"], row["given"]) == expected


@pytest.mark.parametrize("row", table("identifiers"), ids=lambda row: f"{row['kind']} {row['given']}")
def test_identifier_is_read_in_all_its_forms(row: dict[str, Any]) -> None:
    expected = row["kept"] and {
        "kind": row.get("as", row["kind"]),
        "value": row["kept"],
        "valid": row.get("valid"),
        "as_given": row["given"].strip(),
    }
    assert value("std_identifier(?, ?, ?)", row["kind"], row["given"], AS_OF_YEAR) == expected


def test_a_two_digit_year_after_this_one_is_of_the_last_century() -> None:
    as_read_in = [value("std_identifier('pnc', '21/3X', ?).value", year) for year in (2020, 2021)]
    assert as_read_in == ["1921/0000003X", "2021/0000003X"]


@settings(max_examples=10)
@given(batches(NAME_LIKE))
def test_cleaning_a_cleaned_name_changes_nothing(texts: list[str]) -> None:
    words = values("std_name_tokens(given)", texts)
    assert values("std_name_tokens(given)", [" ".join(of_one) for of_one in words]) == words


@settings(max_examples=10)
@given(st.sampled_from(["pnc", "cro", "noms", "crn", "visor", "soc_sec_id"]), batches(IDENTIFIER_LIKE))
def test_reading_a_read_identifier_changes_nothing(kind: str, texts: list[str]) -> None:
    read = f"std_identifier(kind, given, {AS_OF_YEAR})"
    first = [one for one in values(f"std_identifier('{kind}', given, {AS_OF_YEAR})", texts) if one is not None]
    again = values(read, [one["value"] for one in first], [one["kind"] for one in first])
    assert [one | {"as_given": before["as_given"]} for one, before in zip(again, first, strict=True)] == first


@settings(max_examples=10)
@given(st.sampled_from(["phone", "email", "vehicle", "document"]), batches(st.text()))
def test_no_text_stops_a_macro_and_twice_is_as_once(kind: str, texts: list[str]) -> None:
    for macro in ("std_postcode(given)", "std_postcode(given, 'AU')", "std_sex(given)"):
        once = values(macro, texts)
        assert values(macro, once) == once
    point = [one for one in values(f"std_contact_point('{kind}', given)", texts) if one is not None]
    assert values(f"std_contact_point('{kind}', given)", [one["value"] for one in point]) == point
    values("std_name('alias', given, given, given)", texts)


@given(batches(st.from_regex(r"(\+44|0044|44|0)? ?[0-9 ()-]{9,14}", fullmatch=True)))
def test_a_plainly_typed_number_is_read_as_the_library_reads_it(texts: list[str]) -> None:
    kept = values("std_contact_point('phone', given)", texts)
    assert [point and point["value"] for point in kept] == [read_phone(text) for text in texts]


@settings(max_examples=100)
@given(st.one_of(st.none(), st.dates()))
def test_a_kept_birth_date_is_kept_again(date: object) -> None:
    once = value("std_birth_date(?::DATE)", date)
    assert value("std_birth_date(?::DATE)", once) == once
