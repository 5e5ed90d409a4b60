"""Telephone numbers as people type them, read by `phonenumbers` (Google's libphonenumber)."""

import re

from phonenumbers import (
    Leniency,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    ValidationResult,
    __version__,
    format_number,
    is_possible_number_with_reason,
    national_significant_number,
    parse,
)

from linkage_models.python_function import as_written

READING = f"phonenumbers {__version__}, {as_written(__file__)}"
"""What reads a number: where it differs, numbers read before may be read otherwise."""

HOME, HOME_CODE = "GB", 44
FEWEST_DIGITS = 6
"""Digits of the shortest text that is kept as a number though its area or country is not known."""

MOST_DIGITS = 15
"""Digits of the longest number there is, with its country code (ITU-T E.164); more are two numbers."""

PLACEHOLDER = re.compile(r"|\d?(\d)\1{6,}|1?234567(89?0?)?")
"""What is typed where no number is known, after the country code and the leading 0."""


def read_phone(given: str) -> str | None:
    """Return a number's standard form, or None where the text holds no number or a placeholder.

    A British number is `0` and its national digits, one of another country `+`, its code and digits (E.164). A number
    without its area code keeps the digits it has. Of several numbers in one text the first is read.
    """
    text = " ".join(re.sub(r"[^+\d()./;,|A-Za-z -]", " ", given).split())
    digits = re.sub(r"\D", "", _spoken(text))
    number = _of(_spoken(text)) if len(digits) <= MOST_DIGITS else _first_in(text)
    if number is None:
        kept = digits if len(digits) >= FEWEST_DIGITS else None
    elif number.country_code == HOME_CODE:
        kept = f"0{national_significant_number(number)}"
    else:
        kept = format_number(number, PhoneNumberFormat.E164)
    return None if kept is None or PLACEHOLDER.fullmatch(kept.lstrip("+0")) else kept


def _spoken(text: str) -> str:
    """Return the text from its first digit or plus up to the next letter or divider: no label, no extension."""
    found = re.search(r"[+(\d][^A-Za-z/;,|]*", text)
    return found[0] if found else ""


def _of(text: str) -> PhoneNumber | None:
    """Return the possible number that a text is; one of another country may lack its plus."""
    for tried in (text, f"+{text}"):
        try:
            number = parse(tried, HOME)
        except NumberParseException:
            continue
        if is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE:
            return number
    return None


def _first_in(text: str) -> PhoneNumber | None:
    return next((match.number for match in PhoneNumberMatcher(text, HOME, leniency=Leniency.POSSIBLE)), None)
