"""Names in the script of the papers they were copied from."""

_PAIRS = {
    "shch": "щ", "sh": "ш", "ch": "ч", "zh": "ж", "kh": "х", "ts": "ц", "yu": "ю", "ya": "я", "ye": "е", "iy": "ий",
}  # fmt: skip
_LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхийклмнопкрстуввкйз", strict=True))


def in_cyrillic(name: str) -> str:
    """Write a name of Latin letters in Cyrillic ones, roughly as it would be spelt at home."""
    text = name.lower()
    for latin, cyrillic in _PAIRS.items():
        text = text.replace(latin, cyrillic)
    return "".join(_LETTERS.get(letter, letter) for letter in text).title()
