"""The standardisation macros against tables a domain expert can read, and against arbitrary text."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from linkage_models import standardise

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


@settings(max_examples=300, deadline=None)
@given(NAME_LIKE)
def test_cleaning_a_cleaned_name_changes_nothing(text: str) -> None:
    words = value("std_name_tokens(?)", text)
    assert value("std_name_tokens(?)", " ".join(words)) == words


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["pnc", "cro", "noms", "crn", "visor"]), IDENTIFIER_LIKE)
def test_reading_a_read_identifier_changes_nothing(kind: str, text: str) -> None:
    first = value("std_identifier(?, ?, ?)", kind, text, AS_OF_YEAR)
    if first is not None:
        again = value("std_identifier(?, ?, ?)", first["kind"], first["value"], AS_OF_YEAR)
        assert again | {"as_given": first["as_given"]} == first


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["phone", "email", "vehicle", "document"]), st.text())
def test_no_text_stops_a_macro_and_twice_is_as_once(kind: str, text: str) -> None:
    for macro in ("std_postcode(?)", "std_sex(?)"):
        once = value(macro, text)
        assert value(macro, once) == once
    point = value("std_contact_point(?, ?)", kind, text)
    if point is not None:
        assert value("std_contact_point(?, ?)", kind, point["value"]) == point
    value("std_name('alias', ?, ?, ?)", text, text, text)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.none(), st.dates()))
def test_a_kept_birth_date_is_kept_again(date: object) -> None:
    once = value("std_birth_date(?::DATE)", date)
    assert value("std_birth_date(?::DATE)", once) == once
