"""What one word of a name may stand for: other spellings, short and pet forms, other scripts, endings of gender.

Spellings of one name are folded into one (`spellings.txt`). A short form may stand for several names and a name may
have several short forms, so that these are sets: two words may be one name if their sets meet. SAM meets SAMUEL and
SAMANTHA, who do not meet each other. English short forms are the package `nicknames`; `short_forms.txt` adds others.
Each word is read once (`cache`); two records compare what was read.
"""

import re
from collections import defaultdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nicknames
from icu import ICU_VERSION, Transliterator

from linkage_models.python_function import as_written

GIVEN_FORMS = "nominal_given_forms"
FAMILY_FORMS = "nominal_family_forms"
"""The macros that call `given_forms` and `family_forms`."""

LATIN = "Russian-Latin/BGN; Greek-Latin/UNGEGN; Any-Latin; Latin-ASCII; Upper"
"""ICU's rules; Cyrillic as British passports and place names have it (BGN/PCGN), Greek as the
United Nations do, others as ICU romanises them."""

_SPELLINGS = Path(__file__).with_name("spellings.txt")
_SHORT_FORMS = Path(__file__).with_name("short_forms.txt")

READING = (
    f"ICU {ICU_VERSION}, nicknames {version('nicknames')}, "
    f"{', '.join(as_written(str(file)) for file in (__file__, _SPELLINGS, _SHORT_FORMS))}"
)
"""What names are read with: where it differs, features made before may differ."""


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


VARIANTS: dict[str, str] = {
    spelling: spellings[0] for spellings in map(str.split, _lines(_SPELLINGS)) for spelling in spellings[1:]
}
"""Spelling to the spelling that stands for it."""


def _full_names() -> dict[str, tuple[str, ...]]:
    """Return for each short form the names it may stand for, as their spellings are folded."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, _, short in nicknames.name_triplets():
        found[short.upper()].add(name.upper())
    for line in _lines(_SHORT_FORMS):
        short, names = line.split(": ")
        found[short] |= set(names.split())
    return {short: tuple(sorted({VARIANTS.get(name, name) for name in names})) for short, names in found.items()}


FULL_NAMES = _full_names()
"""Short form to the names it may stand for."""

_ABDUL = re.compile(r"^ABD(?:[AEO]?U|[AEIO]|OO)(?:L|([RSNZTD])(?=H?\1)|(?=R))(?=\w{3})")
"""ABDEL-, ABDOUL- and, before letters that take up the l, ABDUR R-, ABDUS S-: servant of."""

_LOOKALIKES = str.maketrans("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS")
"""Cyrillic capitals that pass for Latin ones inside a Latin word."""

_ALEFS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ی": "ي", "ک": "ك"})
"""Letters of Arabic that people write for one another."""

_FEMININE = (
    (re.compile(r"(?<=[SCD])(?:KAYA|KAIA|KAJA|KA|KY|KIY|KII|KYI|KIJ|KYJ)$"), "KI"),
    (re.compile(r"(?<=\w{3}[OE])VA$"), "V"),
    (re.compile(r"(?<=P)OULOU$"), "OULOS"),
    (re.compile(r"(?<=[IA])DOU$"), "DIS"),
)
"""Endings of surnames that differ by the bearer's sex, with the one that stands for both."""

_STEMS = (
    (re.compile(r"(?<=\w{3})OV$"), ("",)),
    (re.compile(r"(?<=\w{3})INA$"), ("IN",)),
    (re.compile(r"(?<=\w{3})(?:IENE|UVIENE|AITE|YTE|UTE)$"), ("AS", "IS", "US")),
)
"""Endings that may differ by sex, or be no ending: what a surname with such a one may also be."""


@cache
def _transliterator() -> Any:  # noqa: ANN401  # ICU comes without types
    return Transliterator.createInstance(LATIN)


@cache
def variant(word: str) -> str:
    """Return the spelling that stands for a word: in Latin capitals, without spaces; the word if it has no letters."""
    if not word.isascii():
        word = _native(word) or word
    word = VARIANTS.get(word, word)
    word = _ABDUL.sub("ABDUL", word) if word.startswith("ABD") else word
    return VARIANTS.get(word, word)


def _native(word: str) -> str:
    """Return a word of another script as it is spelt in Latin letters."""
    # ICU has no rules for the capitals of Georgian.
    plain = word.translate(_ALEFS).lower() if not re.search("[A-Z]", word) else word.translate(_LOOKALIKES)
    for spelling in (word, plain):
        if spelling in VARIANTS:
            return VARIANTS[spelling]
    for article, latin in (("عبدال", "ABDUL"), ("عبد", "ABDUL"), ("ال", "")):
        if plain.startswith(article) and len(plain) >= len(article) + 3:
            return latin + variant(plain.removeprefix(article))
    return re.sub("[^A-Z]", "", _transliterator().transliterate(plain))


@cache
def given_forms(word: str) -> str:
    """Return what a forename or middle name may stand for.

    Args:
        word: one word in capitals.

    Returns:
        `forms|consonants|abjad`: with spaces between them the names, its own spelling first; its consonants; and these
        again if it is written without vowels and none of the spellings that are known.
    """
    own = variant(word)
    return _read(word, own, FULL_NAMES.get(word, ()) + FULL_NAMES.get(own, ()))


@cache
def family_forms(word: str) -> str:
    """Return what a surname may stand for, in the form of `given_forms`; first the spelling of both sexes.

    Args:
        word: one word in capitals.
    """
    own = variant(word)
    for ending, other in _FEMININE:
        own = ending.sub(other, own)
    stems = tuple(ending.sub(other, own) for ending, others in _STEMS if ending.search(own) for other in others)
    return _read(word, own, stems)


def _read(word: str, own: str, others: tuple[str, ...]) -> str:
    bones = consonants(own)
    abjad = bones if _ABJAD.search(word) else ""
    return f"{' '.join(dict.fromkeys((own, *others)))}|{bones}|{abjad}"


CONSONANTS = 3
"""Consonants that two spellings must share to be alike: with fewer, too many names are."""

_ABJAD = re.compile("[\u0590-\u06ff]")
_SOUNDS = re.compile("KH|CH|SH|TS|TZ|TH|DH|PH|[QCZXGAEIOUYWHV]")
_SOUND = {"KH": "K", "CH": "K", "Q": "K", "C": "K", "DH": "D", "PH": "F", "G": "J"} | dict.fromkeys(
    ("SH", "TS", "TZ", "TH", "Z", "X"), "S"
)
_DOUBLED = re.compile(r"(.)\1+")


def consonants(spelling: str) -> str:
    """Return the consonants of a name, by which one that is written without vowels is known in Latin letters.

    Args:
        spelling: a word in Latin capitals.

    Returns:
        One letter for each sound; nothing where they are too few to tell.
    """
    bones = _DOUBLED.sub(r"\1", _SOUNDS.sub(lambda found: _SOUND.get(found[0], ""), spelling))
    return bones if len(bones) >= CONSONANTS else ""
