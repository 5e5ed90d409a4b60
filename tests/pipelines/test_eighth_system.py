"""An eighth system, PND-like extracts in XML, joins the seven by the YAML of the how-to guide alone."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import duckdb
import pytest

from pipelines.deployment import PIPELINES
from tests.house.repository import ROOT
from tests.pipelines.nights import SAMPLE, ask, conjoin, copy_of

pytestmark = pytest.mark.slow


def guide_example() -> str:
    guide = (ROOT / "docs" / "how-to" / "add-a-source.md").read_text(encoding="utf-8")
    (example,) = [one for one in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL) if "system: pnd" in one]
    return str(example)


def write_extract(path: Path, force_records: Path) -> list[str]:
    """Write a PND extract of every third nominal of the force's CSV files, and return their numbers."""
    with duckdb.connect() as con:
        nominals = con.execute(
            f"SELECT nominal_no, surname, forename, strptime(date_of_birth, '%d/%m/%Y')::DATE::VARCHAR, gender, pncid "
            f"FROM read_csv('{force_records}/nominals.csv', all_varchar = true) QUALIFY row_number() OVER () % 3 = 0"
        ).fetchall()
        homes: dict[str, list[tuple[str, ...]]] = {}
        for number, *home in con.execute(
            f"SELECT nominal_no, address, postcode FROM read_csv('{force_records}/addresses.csv', all_varchar = true)"
        ).fetchall():
            homes.setdefault(number, []).append(tuple(text or "" for text in home))
    persons = []
    for number, surname, forename, born, sex, pncid in nominals:
        identifiers = f'<Identifier type="PNC">{escape(pncid)}</Identifier>' if pncid else ""
        addresses = "".join(
            f"<Address><Lines>{escape(lines)}</Lines><Postcode>{escape(postcode)}</Postcode></Address>"
            for lines, postcode in homes.get(number, [])
        )
        persons.append(
            f"<Person ref={quoteattr('PND' + number)}><Name><Surname>{escape(surname or '')}</Surname>"
            f"<Forenames>{escape(forename or '')}</Forenames></Name><BirthDate>{born or ''}</BirthDate>"
            f"<Sex>{ {'M': 'Male', 'F': 'Female'}.get(sex, '') }</Sex><Identifiers>{identifiers}</Identifiers>"
            f"<Addresses>{addresses}</Addresses></Person>"
        )
    path.parent.mkdir(parents=True)
    text = f'<?xml version="1.0"?><Extract xmlns="urn:example:pnd">{"".join(persons)}</Extract>'
    path.write_bytes(gzip.compress(text.encode()))
    return [number for number, *_ in nominals]


def test_an_eighth_system_is_linked_by_its_yaml_alone(night_one: Path, tmp_path: Path) -> None:
    deployment, inbox, home = tmp_path / "deployment", tmp_path / "inbox", copy_of(night_one, tmp_path)
    shutil.copytree(PIPELINES / "defs" / "sources", deployment / "sources", ignore=shutil.ignore_patterns("*.py"))
    (deployment / "sources" / "pnd.yaml").write_text(guide_example(), encoding="utf-8")
    shutil.copytree(SAMPLE / "night-1", inbox)
    numbers = write_extract(inbox / "pnd" / "extract_20260302.xml.gz", inbox / "rms")
    conjoin(
        home, "run",
        CONJOIN_DEPLOYMENT=str(deployment), CONJOIN_INBOX=str(inbox), CONJOIN_AS_OF="2026-03-02T02:00:00Z",
    )  # fmt: skip
    ((read, accepted, records),) = ask(
        home,
        "SELECT sum(rows_extracted) FILTER (resource = 'persons'), sum(rows_accepted) FILTER (resource = 'persons'), "
        "(SELECT count(*) FROM linked.subject_record WHERE source_system = 'pnd') FROM linked.source_load "
        "WHERE source_system = 'pnd'",
    )
    assert read == accepted == records == len(numbers)
    assert len(numbers) > 500
    # Each was copied from a record of the force, and is found to be the same person.
    ((together,),) = ask(
        home,
        "SELECT count(*) FROM linked.subject_record AS pnd JOIN linked.subject_record AS rms "
        "ON pnd.source_system = 'pnd' AND rms.source_system = 'rms' "
        "AND pnd.source_record_id = 'PND' || rms.source_record_id AND pnd.subject_id = rms.subject_id",
    )
    assert together / len(numbers) > 0.97
