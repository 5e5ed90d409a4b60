"""Words for people: a number with its noun in the singular or the plural."""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun, or with its noun and verb: `1 row is`, `2,000 rows are`.

    Args:
        count: how many.
        one: what follows the number 1.
        many: what follows every other number; None adds an `s`.
    """
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
