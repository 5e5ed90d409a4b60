"""Who may read what Conjoin writes: only its own account, and a group of readers for what is published."""

from __future__ import annotations

import grp
import logging
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import Settings

_log = logging.getLogger(__name__)


def keep_private() -> None:
    """Let this process, and those it starts, make files and folders that no other account can read or enter.

    Whatever the umask was before: a stricter one would lock Conjoin out of its own folders.
    """
    os.umask(0o077)


def open_to_readers(path: Path, group: str | None) -> None:
    """Let the group of readers, if there is one, read a published version or list a folder of them.

    Raises:
        ConfigurationError: the file or folder cannot be given to that group.
    """
    if path.is_dir():
        _set(path, 0o750 if group else 0o700, group)
    else:
        _set(path, 0o440, group)


def tighten(settings: Settings) -> None:
    """Give the home and everything in it the modes that they would have if they were made now.

    What the account may not change, or a file system without modes cannot, stays as it is and is warned of. A program
    that its owner can start, which Conjoin did not write, can be started by its owner alone.

    Raises:
        ConfigurationError: what is published cannot be given to the readers' group.
    """
    group, lax = settings.readers_group, 0
    for entry in _inside(settings.home):
        try:
            if entry.path.startswith(str(settings.published)) and _is_published(Path(entry.path), settings):
                open_to_readers(Path(entry.path), group)
            else:
                startable = entry.is_dir() or entry.stat(follow_symlinks=False).st_mode & stat.S_IXUSR
                _set(entry.path, 0o700 if startable else 0o600)
        except FileNotFoundError:
            continue
        except OSError:
            lax += entry.stat(follow_symlinks=False).st_mode & 0o077 != 0
    try:
        # Last, when what readers may pass by is closed to them.
        _set(settings.home, 0o710 if group else 0o700, group)
    except OSError:
        lax += 1
    if lax:
        _log.warning(
            "Other accounts may be able to read %d files or folders in %s, and the account that Conjoin runs under"
            " cannot change that; make it the owner of all of them.",
            lax,
            settings.home,
        )


def _inside(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    """Yield every file and folder below one, a folder before what is in it; links, without modes, are left out."""
    # A temporary file may be gone by now, and what another account keeps private is not our concern.
    with suppress(FileNotFoundError, PermissionError), os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_symlink():
                yield entry
                if entry.is_dir():
                    yield from _inside(entry.path)


def _is_published(path: Path, settings: Settings) -> bool:
    """Return whether readers may see it: the folder of an audience, a version in it, or the folder of all of them."""
    in_place = settings.published in (path, path.parent, path.parent.parent)
    return in_place and not path.name.startswith(".") and (path.is_dir() or path.suffix == ".duckdb")


def _set(path: str | Path, mode: int, group: str | None = None) -> None:
    held = os.lstat(path)
    gid = grp.getgrnam(group).gr_gid if group else held.st_gid
    if held.st_gid != gid:
        try:
            os.chown(path, -1, gid)
        except PermissionError:
            raise ConfigurationError(
                f"{path} cannot be given to the group {group} that CONJOIN_READERS_GROUP names; make the account that"
                " Conjoin runs under its owner and a member of that group, or unset the setting."
            ) from None
    if stat.S_IMODE(held.st_mode) != mode:
        Path(path).chmod(mode)
