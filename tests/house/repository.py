"""Where the repository lies and which of its files are kept, for what checks the repository itself."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What is made, not kept: `.gitignore` tells git; this is for a checkout without git, unpacked from an archive.
MADE = {".git", ".venv", "data", "dist", "build", "__pycache__", "storage", "history", "schedules"}


def kept_files(root: Path) -> list[str]:
    """Return the paths, relative to `root`, of all files that git tracks or would add."""
    git = shutil.which("git")
    if git:
        command = [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        listed = subprocess.run(command, cwd=root, capture_output=True, check=False, text=True)
        if listed.returncode == 0:
            return sorted(path for path in listed.stdout.split("\0") if path and (root / path).is_file())
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(
        str(path) for path in found if not any(part in MADE or part.endswith("_cache") for part in path.parts)
    )
