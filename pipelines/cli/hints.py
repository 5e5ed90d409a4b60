"""Hints at what to type next, in the form that works where the reader is."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path


def typed(*arguments: object) -> str:
    """Return a command of Conjoin in the form that works here.

    `conjoin` if the shell finds this installation under that name, else the path of its script; `python -m` where
    it has none.

    Args:
        arguments: what follows, each a word of its own.
    """
    script = Path(sys.executable).with_name("conjoin")
    found = shutil.which("conjoin")
    if found and os.path.realpath(found) == os.path.realpath(script):
        name = ["conjoin"]
    elif script.is_file():
        here = Path.cwd()
        name = [str(script.relative_to(here) if script.is_relative_to(here) else script)]
    else:
        name = [sys.executable, "-m", "pipelines.cli"]
    return shlex.join([*name, *map(str, arguments)])
