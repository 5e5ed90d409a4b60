"""Showing progress: a bar on a terminal, a line a step elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from pipelines.terminal import console


@contextmanager
def step_reporter(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yield a function to call with the name of each step that has ended."""
    if quiet:
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        began = time.monotonic()
        yield lambda step: typer.echo(f"{time.monotonic() - began:6.1f} s  {step}", err=True)
        return
    drawn = console(err=True)
    with drawn.status("Starting ...") as status:

        def report(step: str) -> None:
            drawn.print(f"[green]✓[/green] {step}")
            status.update("Working ...")

        yield report
