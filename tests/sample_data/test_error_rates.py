"""Records of one person agree as often as in life: the rates of the published parameters, held to a tolerance."""

import duckdb
import pytest

from tests.sample_data import rates
from tests.sample_data.delivered import share, shares

pytestmark = pytest.mark.slow


def _assert_close(found: dict[str, float], expected: dict[str, float], tolerance: float) -> None:
    differences = {name: round(found.get(name, 0.0) - rate, 4) for name, rate in expected.items()}
    assert all(abs(difference) <= tolerance for difference in differences.values()), differences


def test_names_agree_as_often_as_in_life(first_night: duckdb.DuckDBPyConnection) -> None:
    expected = {"exact": 0.881, "close": 0.073, "alias": 0.021, "swapped": 0.002, "unlike": 0.023}
    _assert_close(shares(first_night, rates.NAMES), expected, 0.008)


def test_swapped_names_are_rare_but_there(first_night: duckdb.DuckDBPyConnection) -> None:
    assert shares(first_night, rates.NAMES)["swapped"] == pytest.approx(0.002, abs=0.001)


def test_middle_names_agree_as_often_as_in_life(first_night: duckdb.DuckDBPyConnection) -> None:
    _assert_close(shares(first_night, rates.MIDDLES), {"exact": 0.931}, 0.01)


def test_dates_of_birth_agree_as_often_as_in_life(first_night: duckdb.DuckDBPyConnection) -> None:
    expected = {"exact": 0.948, "alias": 0.017, "one edit": 0.017, "within five years": 0.010}
    _assert_close(shares(first_night, rates.BIRTHS), expected, 0.004)


def test_postcodes_are_shared_as_often_as_in_life(first_night: duckdb.DuckDBPyConnection) -> None:
    _assert_close(
        shares(first_night, rates.POSTCODES), {"shared": 0.708, "same outward code": 0.092, "none": 0.199}, 0.02
    )


def test_pnc_and_cro_are_typed_into_each_others_field_as_often_as_in_life(
    first_night: duckdb.DuckDBPyConnection,
) -> None:
    assert shares(first_night, rates.CROSSED)["crossed"] == pytest.approx(0.046, abs=0.006)


@pytest.mark.parametrize("field", ["pnc", "cro"])
def test_some_check_letters_are_wrong_and_most_are_right(first_night: duckdb.DuckDBPyConnection, field: str) -> None:
    right = share(first_night, f"select avg(valid::int) from number_of where field = '{field}'")
    assert 0.97 < right < 0.998


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\d{4}/\d{7}[A-Z]$",
        r"^\d{11}[A-Z]$",
        r"^\d{2}/\d{1,6}[A-Z]$",
        r"^\d{2}/\d{7}[A-Z]$",
        r"^\d{9}[A-Z]$",
        r"^\d{3,8}[A-Z]$",
        r"^\d{4}/\d{1,6}[A-Z]$",
    ],
)
def test_every_written_form_of_a_pncid_occurs(first_night: duckdb.DuckDBPyConnection, pattern: str) -> None:
    found = share(
        first_night, f"select count(*) from identifier_of where field = 'pnc' and regexp_matches(value, '{pattern}')"
    )
    assert found > 100


@pytest.mark.parametrize(
    "pattern", [r"^\d{6}/\d{2}[A-Z]$", r"^\d{1,5}/\d{2}[A-Z]$", r"^SF\d{2}/\d+[A-Z]$", "^000000/00Z$"]
)
def test_every_written_form_of_a_cro_number_occurs(first_night: duckdb.DuckDBPyConnection, pattern: str) -> None:
    found = share(
        first_night, f"select count(*) from identifier_of where field = 'cro' and regexp_matches(value, '{pattern}')"
    )
    assert found > 50
