"""The written form of a subject id: `S`, a counter of at least eight digits, a check letter; for example S00000001A.

The letter is that of the police identifiers (counter modulo 23), so a mistyped digit or two digits in the wrong order
never name another subject.
"""

from __future__ import annotations

from linkage_models.relations import Temporaries
from linkage_models.standardise.identifiers import CHECK_ALPHABET


def subject_id(number: int) -> str:
    """Return the subject id of a counter value of 1 or more."""
    return f"S{number:08d}{CHECK_ALPHABET[number % len(CHECK_ALPHABET)]}"


def subject_id_macros(own: Temporaries) -> None:
    """Make the macros `resolve_subject_id(number)` and, its inverse, `resolve_number(subject)`; lower is older."""
    letter = f"'{CHECK_ALPHABET}'[(number % {len(CHECK_ALPHABET)})::INTEGER + 1]"
    own.macro("resolve_subject_id", "number", f"printf('S%08d', number) || {letter}")
    own.macro("resolve_number", "subject", "subject[2:-2]::BIGINT")
