"""The shapes of tables, and how SQL is kept, built and quoted."""

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_models.relations import EDGE, RECORD, Steps, Temporaries, columns, literal, quote, relation, union


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_a_quoted_name_or_text_is_read_back_as_it_is(text: str) -> None:
    with duckdb.connect() as con:
        held = con.sql(f"SELECT {literal(text)} AS {quote(text)}")
        assert held.columns == [text]
        assert held.fetchall() == [(text,)]


@pytest.mark.parametrize("name", ["", "a..b", "a.b.c.d"])
def test_a_relation_has_one_to_three_parts(name: str) -> None:
    with pytest.raises(ValueError, match="not one to three parts"):
        relation(name)


def test_a_notebook_makes_the_tables_from_their_shapes() -> None:
    with duckdb.connect() as con:
        for table in (RECORD, EDGE):
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {table.schema}")
            for statement in table.ddl():
                con.execute(statement)
            assert con.sql(f"FROM {table.qualified}").columns == list(table.column_names)


def test_steps_read_the_steps_before_them() -> None:
    steps = (
        Steps()
        .step("two", f"SELECT {columns({'number': 'unnest([1, 2])'})}")
        .step("more", "SELECT number + 1 FROM two")
    )
    with duckdb.connect() as con:
        assert con.sql(steps.query("FROM more")).fetchall() == [(2,), (3,)]
    with pytest.raises(ValueError, match="'two' already"):
        steps.step("two", "SELECT 1")


def test_a_union_of_no_selects_has_its_columns_and_no_rows() -> None:
    shape = {"number": "INTEGER", "word": "VARCHAR"}
    with duckdb.connect() as con:
        assert con.sql(union(["SELECT 1, 'a'", "SELECT 2, 'b'"], of=shape)).fetchall() == [(1, "a"), (2, "b")]
        none = con.sql(union([], of=shape))
        assert (none.columns, [str(kind) for kind in none.types]) == (list(shape), list(shape.values()))
        assert none.fetchall() == []


def test_a_stage_leaves_none_of_its_temporary_relations_behind() -> None:
    with duckdb.connect() as con:
        with Temporaries(con) as own:
            own.table("one", "SELECT $value AS a", {"value": 7})
            own.view("shown", "FROM one")
            own.empty("none", "a INTEGER")
            own.macro("twice", "a", "2 * a")
            own.rows("held", pa.table({"a": [8]}))
            con.execute("CREATE TEMP TABLE made_elsewhere AS SELECT 9 AS a")
            own.adopt("made_elsewhere")
            assert con.sql("SELECT twice(a) FROM shown UNION ALL FROM held").fetchall() == [(14,), (8,)]
        assert con.sql("SELECT table_name FROM duckdb_tables()").fetchall() == []
        assert con.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == []
        assert con.sql("SELECT function_name FROM duckdb_functions() WHERE NOT internal").fetchall() == []


def test_an_error_in_a_stage_is_not_hidden_by_what_it_cannot_drop_before_the_rollback() -> None:
    with duckdb.connect() as con:
        con.begin()
        stage = Temporaries(con)
        stage.table("one", "SELECT 'a' AS a")
        with pytest.raises(duckdb.ConversionException), stage:
            con.execute("SELECT a::INTEGER FROM one").fetchall()
        con.rollback()
        with Temporaries(con) as stage:
            stage.table("one", "SELECT 1 AS a")


def test_two_stages_cannot_take_one_relation_for_the_others() -> None:
    with duckdb.connect() as con, Temporaries(con) as one, Temporaries(con) as other:
        one.table("shared", "SELECT 1 AS a")
        with pytest.raises(duckdb.CatalogException):
            other.table("shared", "SELECT 2 AS a")
        other.drop()
        assert con.sql("FROM shared").fetchall() == [(1,)]


def test_a_stage_may_make_its_own_relation_anew() -> None:
    with duckdb.connect() as con, Temporaries(con) as own:
        own.table("round", "SELECT 1 AS a")
        own.table("round", "SELECT a + 1 AS a FROM round")
        assert con.sql("FROM round").fetchall() == [(2,)]
