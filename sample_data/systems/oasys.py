"""OASys, the assessment system: a database of assessments, their addresses and their scored sections."""

import numpy as np
import pyarrow as pa

from sample_data.codes import OASYS
from sample_data.life import Chunk, dates, hanging, pick

_SECTIONS = ("ACCOMMODATION", "ATTITUDES", "EMPLOYMENT", "RELATIONSHIPS", "SUBSTANCE_MISUSE", "THINKING")
_ROSH = ("LOW", "MEDIUM", "HIGH", "VERY_HIGH")

DDL = """
create table assessments (assessment_id text primary key, crn text, noms_number text, pnc_number text, surname text,
    forename_1 text, forename_2 text, date_of_birth text, gender text, ethnicity_code text, completed_on text,
        rosh text,
    risk_to_self text) without rowid;
create table assessment_addresses (address_id integer primary key, assessment_id text, address text, postcode text);
create table assessment_sections (section_id integer primary key, assessment_id text, section text, score integer);
"""


def bulk(rng: np.random.Generator, chunk: Chunk) -> dict[str, pa.Table]:
    """Draw the assessments of everyone, cases included: no gap rule about cases reads them."""
    rows = chunk.records.of(OASYS)
    count = len(rows)
    completed = chunk.day - rng.integers(10, 900, count)
    # A new assessment was completed the day before it was delivered.
    first = chunk.records.first_night[rows]
    completed = np.where(first > 1, chunk.day + first - 2, completed)
    sections = rng.integers(1, 4, count)
    of = np.repeat(rows, sections)
    section = (np.arange(len(of)) * 5 + of) % len(_SECTIONS)
    return {
        "assessment": hanging(chunk, "assessment", rows, {
            "completed_on": dates(completed),
            "rosh": pick(_ROSH, (rng.random(count) ** 1.5 * len(_ROSH)).astype(np.int64)),
            "risk_to_self": pick(["N", "Y"], (rng.random(count) < 0.2).astype(np.int64)),
        }),
        "section": hanging(chunk, "section", of, {
            "section": pick(_SECTIONS, section),
            "score": rng.integers(0, 13, len(of)),
        }),
    }  # fmt: skip


TABLES: dict[str, str] = {
    "assessments": """
        select key, case when live.record % 31 > 0 then crn end, case when live.record % 5 > 0 then noms end, pnc,
            surname,
            forename, middle, birth_date::varchar, sex, ethnicity, completed_on::varchar, rosh, risk_to_self
        from live join person using (person) join assessment using (record)
        order by live.record
    """,
    "assessment_addresses": """
        select id, key, address.address, address.postcode
        from address join live using (record)
        where system = 6 and on_night(first_night, last_night) and closes_night > getvariable('night')
        order by id
    """,
    "assessment_sections": """
        select id, key, section.section, score
        from section join live using (record)
        order by id
    """,
}
