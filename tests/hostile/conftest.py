"""Nights of the shipped sample, for attacks on them."""

from tests.pipelines.conftest import night_one, night_two

__all__ = ["night_one", "night_two"]
