"""The folder of one audience's snapshots: versioned files, the symlink to the current one, and what is left over.

The order of steps is what makes a `kill -9` harmless: a version bears its final name only once it is complete and on
the disk, and `current.duckdb` is replaced in one rename by a link that was made beside it.
"""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path

from pipelines import durable
from pipelines.modes import open_to_readers

CURRENT = "current.duckdb"
"""Name of the symlink analysts open."""

_UNFINISHED = ".unfinished-"
"""Prefix of everything that is not complete; swept by the next publication."""


def version_name(audience: str, as_of: datetime, run_id: str) -> str:
    """Return the file name of a version, for example `<audience>-20260302T020000-5f0c.duckdb`."""
    run = re.sub(r"[^A-Za-z0-9_]+", "_", run_id)
    return f"{audience}-{as_of:%Y%m%dT%H%M%S}-{run}.duckdb"


def unfinished(folder: Path, name: str) -> Path:
    """Return where a version is built before it is published under its name."""
    return folder / f"{_UNFINISHED}{name}"


def sweep(folder: Path) -> int:
    """Remove what killed publications left in the folder; return how many files and folders went."""
    leftovers = list(folder.glob(f"{_UNFINISHED}*"))
    for path in leftovers:
        # DuckDB spills into a folder named after the file it builds.
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return len(leftovers)


def release(built: Path, name: str, readers: str | None = None) -> Path:
    """Make a finished file the current version, safe against loss of power at any moment; return its path.

    Readers of the version before keep the file they opened: the symlink moves, no file is overwritten in place.

    Args:
        built: the file.
        name: what it is to be called.
        readers: the group that may read it, beside the account that Conjoin runs under.

    Raises:
        ConfigurationError: it cannot be given to that group.
    """
    folder = built.parent
    open_to_readers(built, readers)
    version = folder / name
    durable.replace(built, version)
    link = unfinished(folder, CURRENT)
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(folder / CURRENT)
    durable.sync(folder)
    return version


def prune(folder: Path, audience: str, kept: int) -> int:
    """Remove the oldest versions of the audience beyond the number kept; return how many went.

    The current version always stays, and so does any file that is not named as a version of this audience. A reader
    that has a removed version open keeps it until it closes it.
    """
    pattern = re.compile(rf"{re.escape(audience)}-\d{{8}}T\d{{6}}-\w+\.duckdb")
    current = (folder / CURRENT).resolve()
    versions = sorted(
        (path for path in folder.iterdir() if pattern.fullmatch(path.name) and path != current),
        key=lambda path: (path.stat().st_mtime_ns, path.name),
        reverse=True,
    )
    surplus = versions[kept - 1 :]
    for path in surplus:
        path.unlink()
    return len(surplus)
