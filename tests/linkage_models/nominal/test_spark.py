"""The same model on Spark: its edges, its capped blocks and its errors are those of DuckDB."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest
from splink import SparkAPI

from linkage_models import nominal
from linkage_models.nominal.model import blocking
from linkage_models.nominal.score import copies
from linkage_models.nominal.score.spark_sql import spark_sql
from tests.linkage_models.nominal.builders import Edge, Given, Warehouse, table
from tests.spark import configure, require

if TYPE_CHECKING:
    from pathlib import Path

MASTER = "local[2]"

TWINS = [(row["both"] | row["one"], row["both"] | row["other"]) for row in table("twins")]
HALF_A_TRANSPOSITION = next(place for place, (one, _) in enumerate(TWINS) if "Chetan" in one["name"])
"""CHETAN and HEMANT have an odd number of letters out of order: DuckDB rounds half of it down, Splink's library for
Spark does not, and here that is below where forenames are somewhat close."""

BORN: list[tuple[Given, Given]] = [
    (person | {"born": row["one"]}, person | {"born": row["other"]})
    for place, row in enumerate(table("dates_of_birth"))
    for person in [{"name": "Brian Featherstone", "noms": f"A{place:04}BC"}]
]
"""A pair of records of one person for each level of two dates of birth."""

ONE_PERSON_EACH = [(row["one"], row["other"]) for row in table("blocking")]


@pytest.fixture
def exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the working files of a Spark that is here; where it is not, tests are skipped, but under CI fail."""
    require()
    monkeypatch.setenv("SPARK_CONF_DIR", str(configure(tmp_path / "conf")))
    return tmp_path / "ex'change"


def on_spark(warehouse: Warehouse, exchange: Path) -> nominal.ScoreCounts:
    """Score on Spark, and see that no working file stays."""
    with nominal.spark_engine(MASTER, exchange) as engine:
        counts = warehouse.score(engine=engine)
    assert not list(exchange.glob("*"))
    return counts


def edges(warehouse: Warehouse) -> dict[tuple[str, str], Edge]:
    """Return the edges with their probabilities to twelve digits: powers of two differ by engine in the last."""
    return {
        pair: replace(edge, match_probability=round(edge.match_probability, 12))
        for pair, edge in warehouse.edges().items()
    }


def records_of(pairs: list[tuple[Given, Given]]) -> dict[str, Given]:
    """Return the records of pairs, each with a key of its own."""
    return {
        f"{system}:{place:04}": given
        for place, pair in enumerate(pairs)
        for system, given in zip(("pnc", "nomis"), pair, strict=True)
    }


@pytest.mark.long
def test_the_edges_are_those_of_duckdb(exchange: Path) -> None:
    ours, theirs = (Warehouse(records_of(TWINS + ONE_PERSON_EACH + BORN)) for _ in range(2))
    assert on_spark(theirs, exchange) == ours.score()
    expected, found = edges(ours), edges(theirs)
    assert len(expected) > len(TWINS)
    differ = {pair for pair in expected.keys() | found.keys() if found.get(pair) != expected.get(pair)}
    assert differ <= {(f"nomis:{HALF_A_TRANSPOSITION:04}", f"pnc:{HALF_A_TRANSPOSITION:04}")}


@pytest.mark.long
def test_only_what_changed_is_scored_and_blocks_that_cross_the_limit_are_scored_again(
    exchange: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 5
    monkeypatch.setattr(blocking, "MOST_IN_BLOCK", most)

    def crowd(people: int) -> dict[str, Given]:
        return {f"pnc:{number}": {"name": "Brian Featherstone", "born": "1990-09-14"} for number in range(people)}

    warehouse = Warehouse(records_of(ONE_PERSON_EACH) | crowd(most))
    on_spark(warehouse, exchange)
    within = edges(warehouse)
    warehouse.put({f"pnc:{most}": crowd(1)["pnc:0"], "pnc:new": {"name": "Unlike Anybody", "born": "1950-01-03"}})
    counts = on_spark(warehouse, exchange)
    whole = Warehouse(records_of(ONE_PERSON_EACH) | crowd(most + 1))
    expected = whole.score()
    assert counts.changed == len({f"pnc:{most}", "pnc:new"})
    assert counts.edges_removed == len([pair for pair in within if set(pair) <= crowd(most).keys()])
    assert (counts.blocks_capped, counts.largest_block) == (expected.blocks_capped, expected.largest_block)
    assert edges(warehouse) == edges(whole)
    rules = "SELECT rule, records FROM capped_block ORDER BY ALL"
    assert warehouse.con.execute(rules).fetchall() == whole.con.execute(rules).fetchall()

    warehouse.remove(f"pnc:{most}")
    assert on_spark(warehouse, exchange).blocks_capped == 0
    assert edges(warehouse) == within


@pytest.mark.long
def test_copies_and_namesakes_are_paired_as_in_duckdb(exchange: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MOST_ALIKE", 4)
    monkeypatch.setattr(copies, "MOST_NAMESAKES", 6)
    crowd: dict[str, Given] = {
        f"pnc:{number:02}": {"name": "Brian Featherstone", "born": "1990-09-14"}
        | ({} if number % 2 else {"noms": f"A{number:04}BC"})
        for number in range(20)
    }
    ours, theirs = (Warehouse(crowd | records_of(ONE_PERSON_EACH)) for _ in range(2))
    ours.score()
    on_spark(theirs, exchange)
    assert edges(theirs) == edges(ours)
    for warehouse in (ours, theirs):
        warehouse.remove("pnc:00", "pnc:01")
    ours.score()
    on_spark(theirs, exchange)
    assert edges(theirs) == edges(ours)


EXPRESSIONS = (
    "word[1]",
    "word[-1]",
    "word[:2]",
    "word[2:]",
    "word[2:3]",
    "word[:-3]",
    "word || other",
    "len(word)",
    "strlen(word) > length(word)",
    "split_part(word, chr(32), 2)",
    "len(words)",
    "len(list_filter(words, lambda w: len(w) > 2))",
    "len(list_intersect(words, others))",
    "list_has_any(words, others)",
    "list_has_any([word], others)",
    "NOT list_has_any([word], others)",
    "NOT list_has_any(string_split(word, ' '), others)",
    "list_sort(list_distinct(list_concat(words, others)))",
    "list_sort(list_distinct(flatten([words, CASE WHEN len(word) > 3 THEN others END, [other]])))",
    "list_sum(list_transform(list_concat(words, ['AB']), lambda w: len(w)))",
    "contains(word, other)",
    "starts_with(word, 'A')",
    "regexp_replace(word, '^ABDUL', '')",
    "damerau_levenshtein(word, other) = 1",
    "NOT damerau_levenshtein(word, other) = 1",
    "NOT jaro_winkler_similarity(word, other) >= 0.88",
    "levenshtein(word, other) = 2",
    # DuckDB refuses two empty texts; dates, which are compared so, have eight characters.
    "CASE WHEN len(word) = len(other) AND word <> '' THEN hamming(word, other) END",
    "hamming(nullif(word, ''), nullif(word, ''))",
    "hamming(word, NULL) = 1",
    "NOT (len(words) = 0 OR len(others) = 0)",
    "length(word) BETWEEN 0 AND 3",
    "coalesce(abs(length(word) - length(other)) <= 1, abs(id - 3) <= 1)",
    "date_diff('day', day, later)",
    "date_diff('year', day, later)",
    "year(day)",
    "day::VARCHAR",
    "least(word, other)",
    "(word IS NULL) <> (other IS NULL)",
)
"""What the model's conditions and rules are made of."""

VALUES = """
    SELECT * FROM (VALUES
        (1, 'ABDUL KARIM', 'KARIM', ['A', 'BOB', 'KARIM'], ['BOB', 'KARIM'], DATE '1990-12-31', DATE '1991-01-01'),
        (2, 'ABC', 'ACB', ['ABC'], ['X', 'Y', 'X'], DATE '2000-02-29', DATE '1999-03-01'),
        (3, NULL, 'A', ['A', 'A'], ['A'], NULL, DATE '1999-03-01'),
        (4, 'ÖMER', NULL, ['ÖMER', 'Z'], [], DATE '1970-01-01', NULL),
        (5, '', 'AB', [], ['AB'], DATE '1970-01-01', DATE '1970-01-01')
    ) AS given(id, word, other, words, others, day, later) ORDER BY id
"""


@pytest.mark.long
def test_every_construction_means_the_same_to_both(exchange: Path) -> None:
    con = duckdb.connect()
    con.execute(f"CREATE TABLE given AS {VALUES}")
    exchange.mkdir()
    path = exchange / "given.parquet"
    con.execute("COPY given TO $path (FORMAT parquet)", {"path": str(path)})
    with nominal.spark_engine(MASTER, exchange) as engine:
        spark = engine.session
        SparkAPI(spark_session=spark)  # type: ignore[no-untyped-call]  # gives it the library of text similarity
        spark.read.parquet(str(path)).createOrReplaceTempView("given")
        for expression in EXPRESSIONS:
            query = f"SELECT id, {expression} AS found FROM given ORDER BY id"
            found = spark.sql(spark_sql(query, ["words", "others"])).collect()
            assert [tuple(row) for row in found] == con.execute(query).fetchall(), expression


def test_without_pyspark_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    warehouse = Warehouse({"pnc:1": {"name": "Brian Featherstone"}})
    with pytest.raises(nominal.ModelError, match="install Conjoin with its extra `spark`"):
        on_spark(warehouse, tmp_path / "exchange")


@pytest.mark.long
def test_what_goes_wrong_on_spark_is_one_sentence_without_a_value(
    exchange: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(query: str, lists: object = ()) -> str:
        del query, lists
        return "SELECT CAST(forename AS INT) FROM score_input"

    # By its name it cannot be reached: `nominal.score` is a function beside the package of that name.
    monkeypatch.setattr(sys.modules["linkage_models.nominal.score.spark"], "spark_sql", fails)
    warehouse = Warehouse({"pnc:1": {"name": "Brian Featherstone"}, "pnc:2": {"name": "Brian Featherstone"}})
    with pytest.raises(nominal.ModelError) as raised:
        on_spark(warehouse, exchange)
    assert str(raised.value) == f"Spark at {MASTER} failed (CAST_INVALID_INPUT); its own log says more."
    assert raised.value.__cause__ is None
    assert not list(exchange.glob("*"))
    assert warehouse.edges() == {}
