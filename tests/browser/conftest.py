"""Nights of the shipped sample, for the UI to show."""

from tests.pipelines.conftest import night_one

__all__ = ["night_one"]
