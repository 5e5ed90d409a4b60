"""Which wheels the locked packages have on each kind of machine that set-up must do without a compiler.

A lock holds hashes and no file names. `make lock` runs `python -m tests.house.wheels` on the same packages in the form
of pylock.toml, which has both, and keeps the names in `requirements.wheels`, so that a test can tell without a network.
"""

from __future__ import annotations

import itertools
import sys
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

# Red Hat 8's, the oldest still in use; manylinux_2_28 is named after it.
GLIBC = 28
# What PyICU's wheel asks for; Apple maintains no older one.
MACOS = (15, 0)


@dataclass(frozen=True)
class Machine:
    """A kind of machine that set-up must do without a compiler.

    Attributes:
        minor: of CPython 3.
        system: as `sys.platform` says.
        processor: as `platform.machine()` says.
    """

    minor: int
    system: str
    processor: str

    def __str__(self) -> str:
        return f"CPython 3.{self.minor} on {self.system} {self.processor}"

    @cache  # noqa: B019  # there are twelve machines
    def tags(self) -> dict[Tag, int]:
        """Return the tags of the wheels it takes, each with its place: 0 is the best."""
        if self.system == "darwin":
            platforms = list(mac_platforms(MACOS, self.processor))
        else:
            names = [*(f"manylinux_2_{minor}" for minor in range(GLIBC, 4, -1)), "manylinux2014", "manylinux1", "linux"]
            platforms = [f"{name}_{self.processor}" for name in names]
        version, interpreter = (3, self.minor), f"cp3{self.minor}"
        found = [
            *cpython_tags(version, [interpreter], platforms),
            *compatible_tags(version, interpreter, platforms),
        ]
        return {tag: place for place, tag in reversed(list(enumerate(found)))}

    def wants(self, marker: Marker | None) -> bool:
        """Tell whether a package with this marker is installed on it."""
        return marker is None or marker.evaluate(
            {
                "extra": "",
                "implementation_name": "cpython",
                "os_name": "posix",
                "platform_machine": self.processor,
                "platform_python_implementation": "CPython",
                "platform_system": self.system.capitalize(),
                "python_full_version": f"3.{self.minor}.0",
                "python_version": f"3.{self.minor}",
                "sys_platform": self.system,
            }
        )


MACHINES = tuple(
    Machine(minor, system, processor)
    for minor, (system, processor) in itertools.product(
        (11, 12, 13), (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "x86_64"), ("darwin", "arm64"))
    )
)


def best(names: Collection[str], machine: Machine) -> str | None:
    """Return the wheel that the machine takes of one package's wheels; None where it takes none."""
    places = machine.tags()
    fits = {name: parse_wheel_filename(name)[3] & places.keys() for name in names}
    fitting = {name: min(places[tag] for tag in tags) for name, tags in fits.items() if tags}
    return min(fitting, key=lambda name: (fitting[name], name), default=None)


def taken(lock: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and SHA-256 of every wheel of a pylock.toml that some machine takes.

    Raises:
        SystemExit: a machine finds no wheel of a package that it installs.
    """
    for package in tomllib.loads(lock.read_text(encoding="utf-8"))["packages"]:
        hashes = {
            wheel.get("name") or unquote(urlsplit(wheel["url"]).path.rpartition("/")[2]): wheel["hashes"]["sha256"]
            for wheel in package.get("wheels", [])
        }
        marker = Marker(package["marker"]) if "marker" in package else None
        chosen = set()
        for machine in filter(lambda machine: machine.wants(marker), MACHINES):
            name = best(hashes, machine)
            if name is None:
                sys.exit(f"{package['name']} {package['version']} has no wheel for {machine}: ask for another version.")
            chosen.add(name)
        yield from ((name, hashes[name]) for name in sorted(chosen))


def main() -> int:
    """Write the SHA-256 and name of every wheel that some machine takes, of the pylock.toml named."""
    sys.stdout.writelines(f"{digest}  {name}\n" for name, digest in sorted(taken(Path(sys.argv[1]))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
