"""Finds a Chromium for the browser tests, or installs Debian's where it may (`make setup-browser`)."""

import os
import shutil
import sys

from tests.debian import install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OVERRIDE = "TEST_BROWSER"

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
    """Return the path of a Chromium: the one `TEST_BROWSER` names, else the first on the path, else None."""
    named = os.environ.get(OVERRIDE)
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    """Say which browser the tests will use, installing one if need be; 1 under CI where there is none, else 0."""
    browser = find() or (install("chromium") and find())
    if browser:
        sys.stdout.write(f"Browser tests use {browser}.\n")
        return 0
    sys.stdout.write("No Chromium was found or could be installed: install one, or the browser tests are skipped.\n")
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
