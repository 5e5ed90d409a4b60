"""The Police National Computer: one fixed-width file of nominals, aliases, markers and offences."""

from datetime import datetime

import numpy as np
import pyarrow as pa

from sample_data.codes import NO_DAY, PNC
from sample_data.delivery import Night
from sample_data.life import COURTS, OFFENCES, Chunk, dates, hanging, informed, pick, some
from sample_data.records import EVENT_INFORMED

MARKERS: tuple[tuple[str, str], ...] = (
    ("VI", "Violent when arrested"),
    ("WE", "Has carried a weapon"),
    ("MN", "Mental health concerns noted in custody"),
    ("ES", "Escaped from escort"),
    ("FI", "Believed to have access to firearms"),
)
"""Warning markers of the general population, likeliest first; `TA` is for terrorist-risk cases alone."""


def bulk(rng: np.random.Generator, chunk: Chunk) -> dict[str, pa.Table]:
    """Draw what the PNC holds on people who are not cases."""
    rows = chunk.plain_records(PNC)
    marked = some(rng, rows, 0.12)
    told, night = informed(chunk, PNC, EVENT_INFORMED)
    of = np.concatenate([marked, told])
    kind = (rng.random(len(of)) ** 2 * len(MARKERS)).astype(np.int64)
    first_night = np.concatenate([np.ones(len(marked), dtype=np.int64), night])
    created = np.where(first_night > 1, chunk.day + first_night - 1, chunk.day - rng.integers(10, 3000, len(of)))
    life = chunk.life
    convicted = some(rng, rows, 0.6)
    person = chunk.records.person[convicted]
    again = np.flatnonzero(life.second_sentence[person] != NO_DAY)
    offence_of = np.concatenate([convicted, convicted[again]])
    offence = np.concatenate([life.first_offence[person], life.second_offence[person[again]]])
    sentenced = np.concatenate([life.first_sentence[person], life.second_sentence[person[again]]])
    return {
        "pnc_marker": hanging(chunk, "pnc_marker", of, {
            "marker": pick([code for code, _ in MARKERS], kind),
            "created": dates(created),
            "remarks": pick([remark for _, remark in MARKERS], kind),
        }, first_night),
        "pnc_offence": hanging(chunk, "pnc_offence", offence_of, {
            "offence_code": pick([code for code, _ in OFFENCES], offence),
            "offence": pick([title for _, title in OFFENCES], offence),
            "convicted": dates(sentenced),
            "court": pick(COURTS, rng.integers(0, len(COURTS), len(offence_of))),
            "tact": pick(["N"], np.zeros(len(offence_of), dtype=np.int64)),
        }),
    }  # fmt: skip


_MACROS = """
create or replace macro field(value, width) as rpad(left(upper(plain(coalesce(value, ''))), width), width, ' ');
create or replace macro day_field(value) as coalesce(strftime(value, '%Y%m%d'), '        ');
"""

_LINES = """
with nominal_line as (
    select record, 0 as part, 0 as id,
        'NOM' || field(key, 14) || field(cro, 14) || field(surname, 40)
        || field(concat_ws(' ', forename, middle, second_middle), 60) || day_field(birth_date)
        || (case when record % 97 = 0 then 'U' else sex end) || ic_code || field(birth_place, 30)
        || field(address, 60) || field(postcode, 8) as line
    from live join person using (person)
    where system = 0
),
alias_line as (
    select live.record, 1, id,
        'ALI' || field(key, 14)
        || field(written(whole_surname(alias.surname, hyphen, second_surname), apostrophe, hyphen_style, false,
            true), 40)
        || field(written(alias.forename, apostrophe, hyphen_style, false, true), 60) || day_field(alias.birth_date)
    from alias join live using (record)
    where system = 0 and on_night(first_night, last_night)
),
marker_line as (
    select record, 2, id, 'MKR' || field(key, 14) || field(marker, 2) || day_field(created) || field(remarks, 60)
    from pnc_marker join live using (record)
    where on_night(first_night, last_night)
),
offence_line as (
    select record, 3, id,
        'OFF' || field(key, 14) || field(offence_code, 8) || field(offence, 60) || day_field(convicted)
        || field(court, 30) || tact
    from pnc_offence join live using (record)
    where on_night(first_night, last_night)
)
select line from (
    from nominal_line union all from alias_line union all from marker_line union all from offence_line
) order by record, part, id
"""


def begin(night: Night, as_of: datetime) -> None:
    """Write the header."""
    path = night.system("pnc") / "PNC_NOMINALS.txt"
    path.write_text(f"HDR{as_of:%Y%m%d%H%M%S}\n", encoding="ascii")


def deliver(night: Night) -> int:
    """Append the chunk's lines, and count them."""
    night.connection.execute(_MACROS)
    return night.lines(night.system("pnc") / "PNC_NOMINALS.txt", _LINES)


def end(night: Night, lines: int) -> None:
    """Write the trailer with the count of lines between it and the header."""
    with (night.system("pnc") / "PNC_NOMINALS.txt").open("a", encoding="ascii", newline="\n") as file:
        file.write(f"TRL{lines:09d}\n")
