"""What a condition asks, however it is written: bundles outlive another way of writing their conditions."""

import random
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_models import nominal
from linkage_models.nominal.model.comparison import ELSE
from linkage_models.nominal.model.condition import as_sql, both, condition, either, meaning, no
from tests.linkage_models.nominal.builders import shipped_bundle

LEAVES = ("a_l = a_r", "b_l = b_r", "a_l <> b_r", "list_has_any(c_l, c_r)", "a_l IS NULL", "len(c_l) > 1")


def conditions() -> st.SearchStrategy[str]:
    return st.recursive(
        st.sampled_from(LEAVES),
        lambda inner: st.one_of(
            st.builds(lambda one, other: f"({one}) AND ({other})", inner, inner),
            st.builds(lambda one, other: f"({one}) OR ({other})", inner, inner),
            st.builds(lambda one: f"NOT ({one})", inner),
        ),
        max_leaves=8,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a_l = a_r AND (b_l = b_r AND c_l = c_r)", "(A_L = a_r and\n b_l = b_r) -- a note\n AND c_r = c_l"),
        ("a_l = a_r OR b_l = b_r", "((b_r = b_l)) OR (a_l = a_r)"),
        ("list_has_any(c_l, c_r)", "LIST_HAS_ANY( c_r,c_l )"),
        ("coalesce(len(c_l) > 0, false)", "COALESCE((length(c_l) > 0), FALSE)"),
    ],
)
def test_one_condition_written_otherwise_asks_the_same(one: str, other: str) -> None:
    assert meaning(one) == meaning(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a_l = a_r AND b_l = b_r", "a_l = a_r OR b_l = b_r"),
        ("(a_l = a_r OR b_l = b_r) AND a_l IS NULL", "a_l = a_r OR (b_l = b_r AND a_l IS NULL)"),
        ("len(c_l) > 1", "len(c_l) >= 1"),
        ("len(c_l) > 1", "len(c_r) > 1"),
        ("a_l = 'Ann'", "a_l = 'ANN'"),
        ("coalesce(a_l = a_r, true)", "coalesce(a_l = a_r, false)"),
        ("damerau_levenshtein(a_l, a_r) = 1", "levenshtein(a_l, a_r) = 1"),
        ("a_l[1] = 'A'", "a_l[-1] = 'A'"),
    ],
)
def test_two_conditions_do_not_ask_the_same(one: str, other: str) -> None:
    assert meaning(one) != meaning(other)


@given(conditions(), st.randoms(use_true_random=False))
def test_another_order_and_other_brackets_ask_the_same_and_answer_the_same(text: str, chance: random.Random) -> None:
    def rewritten(node: object) -> str:
        kind = type(node).__name__
        if kind in {"And", "Or"}:
            parts = [rewritten(node.left), rewritten(node.right)]  # type: ignore[attr-defined]
            chance.shuffle(parts)
            return f"({parts[0]})\n {kind.upper()} ({parts[1]})"
        if kind == "Not":
            return f"not ( {rewritten(node.this)})"  # type: ignore[attr-defined]
        if kind == "Paren":
            return rewritten(node.this)  # type: ignore[attr-defined]
        return str(node.sql("duckdb"))  # type: ignore[attr-defined]

    other = rewritten(condition(text))
    assert meaning(text) == meaning(other)
    built = condition(text)
    assert meaning(as_sql(both(built, either(built, no(built))))) == meaning(f"({text}) AND (({text}) OR NOT ({text}))")
    with duckdb.connect() as con:
        query = """
            SELECT count(*) FROM (SELECT unnest([NULL, 'x', 'y']) AS a_l), (SELECT unnest([NULL, 'x', 'y']) AS a_r),
                (SELECT unnest(['x', 'y']) AS b_l), (SELECT unnest([NULL, 'x']) AS b_r),
                (SELECT unnest([[], ['p'], ['p', 'q']]) AS c_l), (SELECT unnest([[], ['q']]) AS c_r)
            WHERE ({0}) IS DISTINCT FROM ({1})
        """
        assert con.execute(query.format(text, other)).fetchall() == [(0,)]


def test_a_bundle_whose_conditions_are_written_otherwise_is_still_read(tmp_path: Path) -> None:
    bundle = shipped_bundle()
    model = bundle.model | {
        "comparisons": [
            comparison
            | {
                "comparison_levels": [
                    level | {"sql_condition": f"-- a remark\n ({level['sql_condition']}\n)"}
                    if level["sql_condition"] != ELSE
                    else level
                    for level in comparison["comparison_levels"]
                ]
            }
            for comparison in bundle.model["comparisons"]
        ]
    }
    replace(bundle, model=model).save(tmp_path / "bundle")
    assert nominal.Bundle.load(tmp_path / "bundle").version == bundle.version
