"""Finds a Chromium for the browser tests, or installs Debian's where it may (`make setup-browser`)."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OVERRIDE = "CONJOIN_TEST_BROWSER"

# `--no-sandbox` because CI runs as root, which Chromium's sandbox refuses; the rest keeps it from calling its maker.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """Return the path of a Chromium: the one `CONJOIN_TEST_BROWSER` names, else the first on the path, else None."""
    named = os.environ.get(OVERRIDE)
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def install() -> str | None:
    """Install Debian's `chromium` package if this is root on a machine with apt.

    Returns:
        The browser's path, or None where it could not be installed.
    """
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return None
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        if subprocess.run([apt, "-qq", *arguments], env=quietly, check=False).returncode:
            return None
    return find()


def main() -> int:
    """Say which browser the tests will use, installing one if need be; 1 under CI where there is none, else 0."""
    browser = find() or install()
    if browser:
        sys.stdout.write(f"Browser tests use {browser}.\n")
        return 0
    sys.stdout.write("No Chromium was found or could be installed: install one, or the browser tests are skipped.\n")
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
