"""Which processes the tests' own process has started, and theirs."""

import psutil


def children() -> set[int]:
    """Give the numbers of all processes that descend from this one."""
    return {process.pid for process in psutil.Process().children(recursive=True)}
