"""Keeps a home of the present format: `make keep-home` tells the story in a new home and packs it.

homes/format-<number>.tar.xz    story/       the story, as it was told
                                home/        the home as it was left, with its deployment and inbox
                                bundle/      the model bundle it was linked with

A format that was released is never kept again.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
from pathlib import Path

import duckdb

from linkage_models import nominal
from pipelines.deployment import Deployment
from pipelines.settings import Settings
from tests.kept_homes.telling import tell

HOMES = Path(__file__).parent / "homes"
STORY = Path(__file__).parent / "story"


def kept_home(number: int) -> Path:
    """Return the file that keeps a home of a format."""
    return HOMES / f"format-{number}.tar.xz"


def keep() -> Path | None:
    """Keep a home of the format that this version of Conjoin writes; None where there is one already."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tell(STORY, "kept", folder)
        path = kept_home(_format_of(folder / "home" / "warehouse.duckdb"))
        if path.exists():
            return None
        HOMES.mkdir(exist_ok=True)
        with tarfile.open(path, "w:xz") as packed:
            packed.add(STORY, "story", filter=_of_nobody)
            for part in ("home", "deployment", "inbox"):
                packed.add(folder / part, part, filter=_of_nobody)
            packed.add(nominal.latest(Deployment.load(Settings.load()).bundles), "bundle", filter=_of_nobody)
    return path


def _format_of(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        try:
            row = con.execute("SELECT max(number) FROM conjoin.format").fetchone()
        except duckdb.CatalogException:
            row = (1,)
    return int(row[0]) if row else 1


def _of_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return a member of the archive without the names of the user who packed it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def main() -> int:
    """Keep a home and say where; return 1 where one of its format is kept already."""
    path = keep()
    sys.stdout.write(
        f"Kept {path.relative_to(Path.cwd())}; commit it.\n"
        if path
        else "A home of this format is kept already: raise FORMAT and add a migration, or remove that home where the"
        " format has not been released.\n"
    )
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
