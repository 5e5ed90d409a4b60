"""Names in the script of the papers they were copied from, letter by letter and so only roughly as spelt there."""

from collections.abc import Mapping

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = {
    "shch": "щ", "sh": "ш", "ch": "ч", "zh": "ж", "kh": "х", "ts": "ц", "yu": "ю", "ya": "я", "ye": "е", "iy": "ий",
    **dict(zip(_LATIN, "абкдефгхийклмнопкрстуввкйз", strict=True)),
}  # fmt: skip
_GREEK = {
    "th": "θ", "ph": "φ", "ch": "χ", "kh": "χ", "gh": "γ", "sh": "σ", "ps": "ψ", "ou": "ου", "ee": "ι", "oo": "ου",
    **dict(zip(_LATIN, "αβκδεφγχιζκλμνοπκρστυβωξυζ", strict=True)),
}  # fmt: skip
_ARABIC_PAIRS = {
    "kh": "خ", "sh": "ش", "th": "ث", "dh": "ذ", "gh": "غ", "ch": "تش", "aa": "ا", "ee": "ي", "oo": "و", "ou": "و",
}  # fmt: skip
_ARABIC = dict(zip(_LATIN, "ابكدهفغهيجكلمنوبقرستوفوكيز", strict=True))
_SHORT_IN_ARABIC = {"a": "", "e": ""}
"""Short vowels, which Arabic writes at the beginning of a word only."""


def in_cyrillic(name: str) -> str:
    """Write a name of Latin letters in Cyrillic ones."""
    return _in(_CYRILLIC, name).title()


def in_greek(name: str) -> str:
    """Write a name of Latin letters in Greek ones."""
    return _in(_GREEK, name).title()


def in_arabic(name: str) -> str:
    """Write a name of Latin letters in Arabic ones."""
    words = [_in(_ARABIC_PAIRS, word) for word in name.split()]
    return _in(_ARABIC, " ".join(word[:1] + _in(_SHORT_IN_ARABIC, word[1:]) for word in words))


def _in(letters: Mapping[str, str], name: str) -> str:
    text = name.lower()
    for latin, other in letters.items():
        text = text.replace(latin, other)
    return text
