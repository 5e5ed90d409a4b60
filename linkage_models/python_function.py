"""Python functions that SQL calls on the few values that SQL cannot read."""

import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path

import duckdb
from duckdb.func import FunctionNullHandling

_number = itertools.count()


def add_macro(con: duckdb.DuckDBPyConnection, name: str, function: Callable[[str], str | None]) -> bool:
    """Let SQL on one connection call a function of a text, as the temporary macro `name(text)`; NULL stays NULL.

    DuckDB gives a Python function to every connection to a database, and takes the process down where one calls it
    after the connection that brought it has closed. So each connection gets its own under a name of its own, which only
    its own temporary macro knows.

    Args:
        con: the connection.
        name: of the macro; one that the connection has is left as it is.
        function: never called with None; must not raise, for DuckDB would show the text in the error.

    Returns:
        Whether the connection had none of that name.
    """
    held = con.execute("SELECT count(*) FROM duckdb_functions() WHERE function_name = $name", {"name": name}).fetchone()
    if held and held[0]:
        return False
    own = f"{name}_{next(_number)}"
    con.create_function(
        own,
        lambda text: None if text is None else function(text),
        ["VARCHAR"],
        "VARCHAR",
        null_handling=FunctionNullHandling.SPECIAL,
    )
    con.execute(f"CREATE TEMP MACRO {name}(given) AS ({own}(given))")
    return True


def as_written(module: str) -> str:
    """Return a digest of a module's source, which tells whether results of its functions are out of date.

    Args:
        module: the module's `__file__`.

    Returns:
        8 hexadecimal digits over its source.
    """
    return hashlib.sha256(Path(module).read_bytes()).hexdigest()[:8]
