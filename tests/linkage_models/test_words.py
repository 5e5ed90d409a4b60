"""A number stands with its noun in the right form."""

import pytest

from linkage_models.words import counted


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (1, ("record",), "1 record"),
        (0, ("record",), "0 records"),
        (2000, ("near miss", "near misses"), "2,000 near misses"),
        (1, ("row is", "rows are"), "1 row is"),
    ],
)
def test_a_number_has_its_noun_in_the_right_form(count: int, words: tuple[str, ...], said: str) -> None:
    assert counted(count, *words) == said
