"""Python functions called from SQL: each connection has its own, for a closed connection's would end the process."""

from pathlib import Path

import duckdb

from linkage_models.python_function import add_macro


def test_a_connection_goes_on_calling_when_another_that_has_the_same_macro_has_closed(tmp_path: Path) -> None:
    file = str(tmp_path / "some.duckdb")
    first, second = duckdb.connect(file), duckdb.connect(file)
    for con in (first, second):
        add_macro(con, "shout", str.upper)
        add_macro(con, "shout", str.upper)
        assert con.execute("SELECT shout('a'), shout(NULL)").fetchone() == ("A", None)
    first.close()
    del first
    assert second.execute("SELECT list_transform(['a', NULL], lambda word: shout(word))").fetchone() == (["A", None],)


def test_only_words_of_another_script_are_read_by_python() -> None:
    con = duckdb.connect()
    add_macro(con, "never", lambda _: 1 / 0)  # type: ignore[arg-type,return-value]
    said = "SELECT CASE WHEN strlen(w) > length(w) THEN never(w) ELSE w END FROM (VALUES ('A'), (NULL)) AS t(w)"
    assert con.execute(said).fetchall() == [("A",), (None,)]
