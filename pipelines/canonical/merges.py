"""Merges: the record in which each chain of merges that a source tells of ends.

Each merge is followed once, from the end, however many chains lead over it: chains may be as long as there are merges,
and the ways through merges that part and meet again can be more than anybody could count.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

ENDING = pa.schema({"merged_key": pa.string(), "record_key": pa.string(), "other_key": pa.string()})
"""Columns of `merge_endings`."""


def merge_endings(merges: Iterable[tuple[str, str]]) -> pa.Table:
    """Return where the merges of each merged record end.

    Args:
        merges: the key of a record that was merged away, and that of the one it was merged into.

    Returns:
        A row of `ENDING` per merged key, in the order of the keys: the smallest and the largest key of a record in
        which its merges end, the same where they end in one; both are empty where they come back to where they began.
    """
    into: dict[str, set[str]] = defaultdict(set)
    merged_from: dict[str, set[str]] = defaultdict(set)
    for merged, surviving in merges:
        into[merged].add(surviving)
        merged_from[surviving].add(merged)
    open_merges = {merged: len(survivors) for merged, survivors in into.items()}
    ends = {key: (key, key) for key in merged_from if key not in into}
    reached = list(ends)
    while reached:
        key = reached.pop()
        for merged in merged_from[key]:
            open_merges[merged] -= 1
            if not open_merges[merged]:
                lowest, highest = zip(*(ends[survivor] for survivor in into[merged]), strict=True)
                ends[merged] = (min(lowest), max(highest))
                reached.append(merged)
    rows = [(merged, *ends.get(merged, (None, None))) for merged in sorted(into)]
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(dict(zip(ENDING.names, columns, strict=True)), schema=ENDING)
