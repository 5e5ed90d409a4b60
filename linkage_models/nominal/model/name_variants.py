"""Spellings and short forms of one name that string similarity does not bring together.

The spellings are the domain's list of common groups; the short forms are those in everyday use in Britain.
"""

import re
from functools import cache
from typing import Any

from icu import ICU_VERSION, Transliterator

from linkage_models.python_function import as_written

GROUPS: tuple[tuple[str, ...], ...] = (
    ("MOHAMMED", "MUHAMMAD", "MOHAMMAD", "MOHAMED", "MOHAMAD", "MUHAMMED", "MUHAMED", "MOHD", "MD", "MEHMET", "MEHMED"),
    ("AHMED", "AHMAD", "AHMET"),
    ("HUSSAIN", "HUSSEIN", "HUSAIN", "HUSEIN", "HOSSAIN", "HUSSAIM"),
    ("YUSUF", "YOUSEF", "YOUSSEF", "YOUSUF", "YUSEF", "YOUSIF"),
    ("CHOUDHURY", "CHOWDHURY", "CHAUDHRY", "CHAUDHARY", "CHOUDHARY", "CHAUDHURY", "CHOUDHRY"),
    ("SHEIKH", "SHAIKH", "SHEIK", "SHAYKH"),
    ("HASSAN", "HASAN"),
    ("ABDULLAH", "ABDULLA", "ABDALLAH"),
    ("ALEXANDER", "ALEX", "SANDY", "XANDER"),
    ("ANDREW", "ANDY", "DREW"),
    ("ANTHONY", "ANTONY", "TONY"),
    ("BENJAMIN", "BEN", "BENNY"),
    ("CHARLES", "CHARLIE", "CHAZ"),
    ("CHRISTOPHER", "CHRIS", "KRIS"),
    ("DANIEL", "DAN", "DANNY"),
    ("DAVID", "DAVE", "DAVEY", "DAVY"),
    ("EDWARD", "ED", "EDDIE", "TED", "TEDDY", "NED"),
    ("ELIZABETH", "LIZ", "LIZZIE", "BETH", "BETTY", "ELIZA", "LIZA"),
    ("FREDERICK", "FRED", "FREDDIE", "FREDDY"),
    ("GREGORY", "GREG"),
    ("JAMES", "JIM", "JIMMY", "JAMIE", "JIMMIE"),
    ("JOHN", "JOHNNY", "JON"),
    ("JONATHAN", "JONATHON", "JONNY"),
    ("JOSEPH", "JOE", "JOEY"),
    ("JOSHUA", "JOSH"),
    ("KATHERINE", "CATHERINE", "KATE", "KATIE", "KATHY", "CATH", "KATHRYN"),
    ("KENNETH", "KEN", "KENNY"),
    ("LAWRENCE", "LAURENCE", "LARRY"),
    ("MARGARET", "MAGGIE", "MEG", "PEGGY"),
    ("MATTHEW", "MATT", "MATTY"),
    ("MICHAEL", "MIKE", "MICK", "MICKY", "MIKEY"),
    ("NICHOLAS", "NICK", "NICKY", "NICO"),
    ("PATRICK", "PAT", "PADDY", "PADRAIG"),
    ("PETER", "PETE"),
    ("PHILIP", "PHILLIP", "PHIL"),
    ("REBECCA", "BECKY", "BECCA"),
    ("RICHARD", "RICK", "RICKY", "DICK", "RICHIE", "RICH"),
    ("ROBERT", "BOB", "BOBBY", "ROB", "ROBBIE", "BERT"),
    ("RONALD", "RON", "RONNIE"),
    ("SAMUEL", "SAM", "SAMMY"),
    ("STEPHEN", "STEVEN", "STEVE", "STEVIE"),
    ("THOMAS", "TOM", "TOMMY"),
    ("TIMOTHY", "TIM"),
    ("VICTORIA", "VICKY", "VICKI"),
    ("WILLIAM", "BILL", "BILLY", "WILL", "WILLIE"),
    ("ZACHARY", "ZAC", "ZACK", "ZAK"),
)
"""Each group is one name; its first spelling stands for the rest."""

VARIANTS: dict[str, str] = {spelling: group[0] for group in GROUPS for spelling in group[1:]}
"""Spelling to the spelling that stands for its group."""


IN_LATIN = "nominal_in_latin"
"""The macro that calls `in_latin`."""

LATIN = "Russian-Latin/BGN; Any-Latin; Latin-ASCII; Upper"
"""ICU's rules; Cyrillic as British passports and place names have it (BGN/PCGN), others as ICU romanises them."""

READING = f"ICU {ICU_VERSION}, {as_written(__file__)}"
"""What reads other scripts: where it differs, spellings made before may differ."""


@cache
def _transliterator() -> Any:  # noqa: ANN401  # ICU comes without types
    return Transliterator.createInstance(LATIN)


def in_latin(word: str) -> str:
    """Return the spelling that stands for a word of another script: in Latin capitals, without spaces."""
    latin = re.sub("[^A-Z]", "", _transliterator().transliterate(word))
    return VARIANTS.get(latin, latin) or word


def variants_sql(word: str) -> str:
    """Return SQL for the spelling that stands for a word: its group's, or the word itself, in Latin letters.

    A CASE and not a map: inside the list functions that call it DuckDB would copy a map for every row.

    Args:
        word: SQL for the word.
    """
    cases = " ".join(f"WHEN '{spelling}' THEN '{name}'" for spelling, name in VARIANTS.items())
    other_script = f"strlen({word}) > length({word})"
    return f"CASE WHEN {other_script} THEN {IN_LATIN}({word}) ELSE CASE {word} {cases} ELSE {word} END END"
