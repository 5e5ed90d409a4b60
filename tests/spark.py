"""Finds Java and PySpark for the tests of Spark, or installs Debian's Java where it may (`make setup-spark`)."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from tests.debian import install

SMALL = """\
spark.sql.shuffle.partitions 2
spark.driver.memory 2g
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.ui.enabled false
"""
"""Spark's own `spark-defaults.conf` for a small machine without a network."""


def has_java() -> bool:
    """Return whether Spark will find a Java."""
    return "JAVA_HOME" in os.environ or shutil.which("java") is not None


def what_is_missing() -> str:
    """Return what the tests lack, as a sentence; empty where they lack nothing."""
    if importlib.util.find_spec("pyspark") is None or not has_java():
        return "Scoring on Spark is not tested: `make setup-spark` installs PySpark and, where it may, Java."
    return ""


def require() -> None:
    """Skip the test where Spark cannot run; under CI fail it."""
    import pytest  # noqa: PLC0415  # `make setup-spark` needs no tests, so it must do without their tools

    if missing := what_is_missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)


def configure(folder: Path) -> Path:
    """Write a `spark-defaults.conf` for tests; return the folder to name in `SPARK_CONF_DIR`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spark-defaults.conf").write_text(SMALL, encoding="utf-8")
    return folder


def main() -> int:
    """Say whether Spark can be tested, installing Java if need be; 1 under CI where it cannot, else 0."""
    if not has_java():
        install("default-jre-headless")
    missing = what_is_missing()
    sys.stdout.write(f"{missing or 'Scoring on Spark can be tested.'}\n")
    return 1 if missing and os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
