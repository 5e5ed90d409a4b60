"""Showing progress: a bar on a terminal, a line a step elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console


@contextmanager
def step_reporter(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yield a function to call with the name of each step that has ended."""
    if quiet:
        yield lambda _: None
        return
    console = Console(stderr=True)
    if not sys.stderr.isatty():
        began = time.monotonic()
        yield lambda step: typer.echo(f"{time.monotonic() - began:6.1f} s  {step}", err=True)
        return
    with console.status("Starting ...") as status:

        def report(step: str) -> None:
            console.print(f"[green]✓[/green] {step}")
            status.update("Working ...")

        yield report
