"""Whoever installs Conjoin, which is under the MIT licence, binds themselves to nothing stricter without being told."""

import re
from importlib.metadata import metadata

import pytest

from tests import spark
from tests.house.test_lock import DEVELOPING, RUNNING, SPARK, blocks

FREE = {
    "0BSD",
    "Apache Software License",
    "Apache-2.0",
    "BSD",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "3-Clause BSD License",
    "CC0-1.0",
    "CNRI-Python",
    "ISC License (ISCL)",
    "MIT",
    "MIT License",
    "MIT-0",
    "PSF-2.0",
    "Python Software Foundation License",
    "Zlib",
    # These bind who changes their own files, and nobody else.
    "EPL-2.0",
    "MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)",
}

EXCEPTIONS = {
    "python-stdnum": "LGPL: rigour imports it as it is, and whoever has it may put another in its place",
    "psycopg": "LGPL, as above: for the extra `serve` and the tests alone",
    "psycopg-binary": "LGPL, as above: for the extra `serve` and the tests alone",
    "mssql-python": "MIT, which its licence file says and its metadata do not",
    "mssql-python-odbc": "Microsoft's driver under Microsoft's terms: who installs the extra `mssql` wants that driver",
}


def licence(name: str) -> str:
    """What a package says of its licence: an SPDX expression, or else its classifiers, or else its own words."""
    said = metadata(name)
    expression, classifiers, words = (
        said.get_all(field, []) for field in ("License-Expression", "Classifier", "License")
    )
    classes = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License :: ")]
    named = " AND ".join(text for text in classes if text != "OSI Approved")
    return next(filter(None, [*expression, named, *words]), "").strip()


def is_free(expression: str) -> bool:
    """Whether an expression leaves everyone free: one of the licences to choose from does, of all that hold at once."""
    together = re.split(r" AND (?![^(]*\))", expression)
    return all(any(name in FREE for name in re.sub(r"^\((.*)\)$", r"\1", part).split(" OR ")) for part in together)


def unfree(lock: str) -> dict[str, str]:
    """The packages of a lock that this machine installs and whose licence is not free, with what they say of it."""
    installed = [one.name for one in blocks(lock) if one.marker is None or one.marker.evaluate()]
    return {name: said for name in installed if not is_free(said := licence(name))}


@pytest.mark.parametrize(
    ("expression", "free"),
    [
        ("MIT", True),
        ("EPL-2.0 OR GPL-2.0-or-later", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-2.0-or-later", False),
        ("MIT AND (AGPL-3.0-only OR GPL-3.0-only)", False),
        ("", False),
    ],
)
def test_a_choice_is_free_where_one_is_and_a_sum_where_all_are(expression: str, free: bool) -> None:
    assert is_free(expression) == free


@pytest.mark.parametrize("lock", [RUNNING, DEVELOPING], ids=["running", "developing"])
def test_no_locked_package_is_under_a_licence_that_binds(lock: str) -> None:
    assert {name: said for name, said in unfree(lock).items() if name not in EXCEPTIONS} == {}


def test_spark_is_under_no_licence_that_binds() -> None:
    spark.require()
    assert unfree(SPARK) == {}


def test_every_exception_is_still_one() -> None:
    assert unfree(DEVELOPING).keys() == EXCEPTIONS.keys()
