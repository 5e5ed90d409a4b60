"""What the comparison of names finds: for kinds of pairs, and whatever the text."""

from __future__ import annotations

import re
from functools import cache
from math import log2

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage_models import nominal, standardise
from linkage_models.nominal.model.comparison import Comparison
from linkage_models.nominal.model.name_variants import family_forms, given_forms, variant
from linkage_models.nominal.model.names import GENERATION, MIDDLE_NAMES, NAME
from linkage_models.nominal.train.agreement import columns_read, level_sql
from linkage_models.standardise.names import plain_characters
from tests.linkage_models.nominal.builders import RECORD, table

AGREE = {
    "same forename and surname",
    "same words in another order, division or spelling",
    "close forename and surname",
    "same surname, one forename stands for the other",
    "same surname, initials that fit",
}
SINGLE = {level.label for level in NAME.levels if "single name" in level.label}
SHARED = {"a surname shared, one close or an alias", "surname shared, forename among the other's given names"}
APART = {
    "same surname and first given name, the other given names contradict",
    "same surname only",
    "same forename only",
    "one name alike, in either field",
    "unlike",
}
CLASSES = {"agree": AGREE, "single": SINGLE, "partly": SHARED, "apart": APART}

FAMILIES = {row["family"]: row for row in table("name_pairs")}

Written = tuple[str | None, str | None, str]
"""Forenames, surname and sex, as a source has them."""


def written(pair: str) -> tuple[Written, Written]:
    """Return the two names of a pair as the table writes it."""
    text, sexes = re.fullmatch(r"(.*?)(?: \[(.*)\])?", pair, re.DOTALL).groups()  # type: ignore[union-attr]
    of_each = (sexes or "M").split()
    names = []
    for name, sex in zip(text.split("~"), (of_each[0], of_each[-1]), strict=True):
        forenames, _, surname = name.partition("/") if "/" in name else (name, "/", "Ashdowne")
        names.append((forenames.strip(" ") or None, surname.strip(" ") or None, sex))
    return names[0], names[1]


@cache
def connection() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    standardise.register(con)
    con.execute(f"CREATE TABLE record ({RECORD})")
    return con


COMPARED = (NAME, MIDDLE_NAMES, GENERATION)


def levels(pairs: list[tuple[Written, Written]]) -> list[tuple[str | None, ...]]:
    """Return the level of each of `COMPARED` that each pair of names reaches; None where it is not compared."""
    con = connection()
    rows = [
        {"key": f"{side}:{place}", "forenames": name[0], "surname": name[1], "sex": name[2]}
        for place, pair in enumerate(pairs)
        for side, name in zip("lr", pair, strict=True)
    ]
    kinds = pa.schema([(column, pa.string()) for column in ("key", "forenames", "surname", "sex")])
    con.register("written", pa.Table.from_pylist(rows, schema=kinds))
    con.execute("DELETE FROM record")
    con.execute("""
        INSERT INTO record BY NAME SELECT key AS record_key, key[1] AS source_system, key[3:] AS source_record_id, sex,
            list_filter([std_name('primary', forenames, NULL, surname)], lambda name: name IS NOT NULL) AS names,
            [] AS birth_dates, [] AS identifiers, [] AS addresses, [] AS contact_points, [] AS sentence_dates
        FROM written
    """)
    nominal.build_features(con, "record", "feature")
    columns = [name for name in columns_read(COMPARED) if not name.endswith(("_symbols", "_common", "unsettled_names"))]
    sides = ", ".join(f"{side}.{column} AS {column}_{side}" for column in columns for side in "lr")
    none = ", ".join(
        f"[]::VARCHAR[] AS forename_symbols_{side}, []::VARCHAR[] AS surname_symbols_{side}, "
        f"false AS forename_common_{side}, []::VARCHAR[] AS unsettled_names_{side}"
        for side in "lr"
    )
    found = con.execute(f"""
        SELECT {", ".join(level_sql(comparison) for comparison in COMPARED)} FROM (
            SELECT l.record_key[3:]::INTEGER AS place, {sides}, {none} FROM feature AS l JOIN feature AS r
                ON l.record_key[3:] = r.record_key[3:] AND l.source_system = 'l' AND r.source_system = 'r'
        ) ORDER BY place
    """).fetchall()
    return [tuple(_label(*of) for of in zip(COMPARED, places, strict=True)) for places in found]


def _label(comparison: Comparison, place: int) -> str | None:
    return None if place < 0 else comparison.levels[place].label


@pytest.mark.parametrize("family", FAMILIES)
def test_each_kind_of_pair_reaches_the_levels_of_its_kind(family: str) -> None:
    pairs = [written(pair) for pair in FAMILIES[family]["pairs"]]
    expected = CLASSES[FAMILIES[family]["expect"]]
    wrong = {
        pair: name
        for pair, (name, _, generation) in zip(FAMILIES[family]["pairs"], levels(pairs), strict=True)
        if (APART if generation == "different" else {name}).isdisjoint(expected)
    }
    assert not wrong


def test_the_table_has_two_hundred_pairs() -> None:
    assert sum(len(row["pairs"]) for row in FAMILIES.values()) >= 200


def test_the_stated_weights_tell_one_person_from_a_household() -> None:
    among_families = {word: sum(level.u for level in NAME.levels if level.family == word) for word in NAME.families}
    bits = {
        level.label: log2(level.m / (NAME.families[level.family] * level.u / among_families[level.family]))
        for level in NAME.levels
        if level.family
    }
    assert all(bits[level] > 3 for level in AGREE)
    assert all(bits[level] < -1.5 for level in APART & bits.keys())
    against_strangers = {level.label: log2(level.m / level.u) for level in NAME.levels}
    assert all(against_strangers[level] > 10 for level in AGREE)
    assert against_strangers["unlike"] < -5


def test_a_middle_name_is_weighed_once() -> None:
    pairs = {
        # A middle name of both is the middle names' alone: the strangers' names are unlike.
        "Peter James / Ashdowne ~ Karl James / Vogelsang": ("unlike", "same"),
        "Peter J / Ashdowne ~ Karl J / Vogelsang": ("unlike", "same"),
        # One that is the other's forename, or that contradicts beside one forename, is the names' alone.
        "Peter James / Ashdowne ~ James Karl / Ashdowne": (
            "surname shared, forename among the other's given names",
            None,
        ),
        "Peter James / Ashdowne ~ Peter Karl / Ashdowne": (
            "same surname and first given name, the other given names contradict",
            None,
        ),
        "Peter James / Ashdowne ~ Peter James / Ashdowne": ("same forename and surname", "same"),
        "Peter J / Ashdowne ~ Peter James / Ashdowne": (
            "same forename and surname",
            "close, an initial or one of several",
        ),
        "Peter / Ashdowne ~ Peter Karl / Ashdowne": ("same forename and surname", None),
        "Peter James / Ashdowne ~ Karl Otto / Ashdowne": ("same surname only", "unlike"),
    }
    assert {pair: found[:2] for pair, found in zip(pairs, levels([written(p) for p in pairs]), strict=True)} == pairs


def test_a_shared_initial_is_no_shared_name() -> None:
    levels([written("J Peter / Ashdowne ~ J Karl / Vogelsang")])
    words = connection().execute("SELECT given_names, surnames, name_words, main_names FROM feature").fetchall()
    assert all(len(word) > 1 for row in words for some in row for word in some)
    assert {"PETER", "ASHDOWNE"} <= {word for row in words for some in row for word in some}


LETTERS = st.text(st.characters(codec="utf-8", categories=("L", "M", "P", "Cf", "Zs", "Nd")), max_size=8)
WORDS = st.sampled_from([
    "Peter", "Bob", "Robert", "Sam", "Samantha", "Jean-Paul", "J", "JC", "Dr", "Haji", "Null", "van der", "Jr", "III",
    "Mohammed", "Abdul", "محمد", "Νίκος", "王", "(née Clarke)", "deceased", "Ashdowne,", "al-", "St", "UNKNOWN", "née",
])  # fmt: skip
TEXT = st.lists(WORDS | LETTERS, max_size=3).map(" ".join)
NAMES = st.tuples(TEXT | st.none(), TEXT | st.none(), st.sampled_from("MF"))
INVISIBLE = st.sampled_from(["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200e", "\u200f", "\u2066", "\u0640", "\ufe0f"])


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=40))
def test_it_does_not_matter_which_record_comes_first(pairs: list[tuple[Written, Written]]) -> None:
    assert levels(pairs) == levels([(other, one) for one, other in pairs])


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(NAMES, st.integers(0, 9), INVISIBLE), min_size=1, max_size=40))
def test_what_nobody_sees_never_matters(given_names: list[tuple[Written, int, str]]) -> None:
    con = connection()
    plain = [(forenames or "", surname or "") for (forenames, surname, _), _, _ in given_names]
    strewn = [
        tuple(text[:place] + unseen + text[place:] if text.isascii() else text for text in name)
        for name, (_, place, unseen) in zip(plain, given_names, strict=True)
    ]
    found = [
        con.execute(
            "SELECT list(std_name('alias', f, NULL, s) ORDER BY place) FROM ("
            "SELECT unnest($f) AS f, unnest($s) AS s, unnest(range(len($f))) AS place)",
            {"f": [forenames for forenames, _ in names], "s": [surname for _, surname in names]},
        ).fetchall()[0][0]
        for names in (plain, strewn)
    ]
    without = [
        [name and tuple(text for part, text in name.items() if part != "as_given") for name in some] for some in found
    ]
    assert without[0] == without[1]


LIKE_TITLES = ("Dame", "Miss", "Null", "Unk", "Mr", "Dr", "Sir", "Deceased", "(Deceased)", "Jr", "Van", "Al", "Haji")


def test_the_only_word_of_a_field_is_kept() -> None:
    for word in LIKE_TITLES:
        kept = connection().execute("SELECT std_name_tokens(?)", [word]).fetchall()
        assert kept == [([word.upper().strip("()")],)]
    of_everyone: list[tuple[Written, Written]] = [(("Peter", word, "M"), ("Peter", word, "M")) for word in LIKE_TITLES]
    assert {name for name, *_ in levels(of_everyone)} == {"same forename and surname"}
    beside_another: list[tuple[Written, Written]] = [
        (("Peter", word, "M"), ("Peter", "Ashdowne", "M")) for word in LIKE_TITLES
    ]
    assert {name for name, *_ in levels(beside_another)} == {"same forename only"}


@settings(max_examples=200)
@given(LETTERS.map(str.upper))
def test_reading_a_read_word_changes_nothing(word: str) -> None:
    assert variant(variant(word)) == variant(word)
    assert plain_characters(plain_characters(word)) == plain_characters(word)
    for read in (given_forms, family_forms):
        spelt = read(word).partition("|")[0].split(" ")[0]
        assert read(spelt).partition("|")[0].split(" ")[0] == spelt
