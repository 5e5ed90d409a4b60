"""Installs a package of Debian's, which the tests of something else than Python need."""

import os
import shutil
import subprocess


def install(package: str) -> bool:
    """Install a package if this is root on a machine with apt; return whether that went well."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return all(
        subprocess.run([apt, "-qq", *arguments], env=quietly, check=False).returncode == 0
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", package])
    )
