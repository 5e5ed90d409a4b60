"""Which names are spellings of one name, from rigour: variants, transliterations and other scripts (Wikidata).

A symbol is a name as such; a spelling has those of every name it writes: DMITRI, DMITRY and their Cyrillic form share
one, and so do HUSSAIN and HUSSEIN. Two spellings that share a symbol may be one name, so symbols widen what counts as
close and never make two spellings the same. They are looked up in training, once for each distinct spelling, and frozen
in the bundle: rigour takes seconds and 0.4 GB to load, which a night does not need.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from types import ModuleType

import duckdb
import pyarrow as pa

SHORTEST = 3
"""Letters of the shortest spelling looked up: initials and particles write hundreds of names."""

MOST_SPELLINGS = 40
"""A symbol with this many spellings tells nothing: it is a form that many languages use for different names."""

SCHEMA = pa.schema({"value": pa.string(), "symbols": pa.list_(pa.string())})


def _rigour() -> ModuleType:
    """Return `rigour.names`, loaded without TZ: it takes that for a zone's name, where POSIX also has rules."""
    zone = os.environ.pop("TZ", None)
    try:
        from rigour import names  # noqa: PLC0415  # as late as it is needed, and under these conditions
    finally:
        if zone is not None:
            os.environ["TZ"] = zone
    return names


def symbols_of(spellings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the symbols of each spelling that shares one with another spelling given.

    Args:
        spellings: single words, upper or lower case, of any script.
    """
    rigour = _rigour()
    found: dict[str, set[str]] = {}
    spelt: dict[str, set[str]] = defaultdict(set)
    for spelling in set(spellings):
        if len(spelling) < SHORTEST:
            continue
        spans = (span for name in rigour.analyze_names(rigour.NameTypeTag.PER, [spelling]) for span in name.spans)
        # Short forms stand in `name_variants`, which needs no training.
        found[spelling] = {str(s.symbol.id) for s in spans if s.symbol.category == rigour.SymbolCategory.NAME}
        for symbol in found[spelling]:
            spelt[symbol].add(spelling)
    telling = {symbol for symbol, others in spelt.items() if 1 < len(others) <= MOST_SPELLINGS}
    return {spelling: tuple(sorted(mine & telling)) for spelling, mine in sorted(found.items()) if mine & telling}


def symbol_table(con: duckdb.DuckDBPyConnection, features: str) -> pa.Table:
    """Return the symbols of the forenames and surnames of a relation of features: `value`, `symbols`, in order.

    Args:
        con: the connection.
        features: a relation with the columns of `features_sql`.
    """
    rows = con.execute(f"""
        SELECT forename FROM {features} WHERE forename IS NOT NULL
        UNION SELECT surname FROM {features} WHERE surname IS NOT NULL
    """).fetchall()
    found = symbols_of(word for (word,) in rows)
    return pa.Table.from_pylist(
        [{"value": value, "symbols": list(symbols)} for value, symbols in found.items()], schema=SCHEMA
    )
