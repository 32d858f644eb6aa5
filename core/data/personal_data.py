"""Personal data in a column: found by values or by name, masked wherever they would be shown.

Values tell where they have check digits or a form of their own; else the name does, if the values
bear it out. Check digits: cards by Luhn (ISO/IEC 7812), accounts by mod 97 (IBAN, ISO
13616), Chinese identity numbers by mod 11 (GB 11643), Spanish ones by their letter. Of random
digits one in ten, 97, eleven and 23 passes, so a column counts if most of its values do.
"""

import re
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from core.data.codes import coded

_TRIED = 300
"""Different values that are looked at."""
_FEWEST = 5
_MOST_OF_THEM = 0.8

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
# Padded codes such as 000417 begin with 0, too: without a plus there has to be a mark inside.
_PHONE = re.compile(r"\+[\d ()/.-]{7,20}|(0|\()\d*[ ()/.-][\d ()/.-]{5,20}")
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_SPANISH = re.compile(r"[XYZ\d]\d{7}[A-Z]")
_CHINESE = re.compile(r"\d{17}[\dX]")
_PERSON = re.compile(r"[^\W\d_]+([ .,'’-]+[^\W\d_]+\.?){0,4}")

_NAMED = re.compile(
    r"(^|_|\b)(first_?name|last_?name|full_?name|sur_?name|family_?name|given_?name"
    r"|(customer|client|applicant|borrower|kunden)_?name|vorname|nachname|nombres?|apellidos?)"
    r"(_|\b|$)|^name$|姓名|名字",
    re.IGNORECASE,
)
_PHONE_NAMED = re.compile(
    r"phone|mobile|(^|_)(tel|cell|fax)(_|$)|telefon|tel[eé]fono|handy|m[oó]vil|电话|手机",
    re.IGNORECASE,
)
_ADDRESS_NAMED = re.compile(
    r"(^|_)(street|address|anschrift|stra(ss|ß)e|direcci[oó]n|domicilio)(_|$|\d)|地址|住址",
    re.IGNORECASE,
)


def personal_kind(series: pd.Series, name: str) -> str:
    """Return what personal data a column holds, such as "e-mail addresses"; "" if none.

    Args:
        series: (n,) numbers or texts; dates are none.
        name: Of the column.
    """
    if pd.api.types.is_datetime64_any_dtype(series):
        return ""
    values = _texts(series)
    if len(values) < _FEWEST:
        return ""
    for what, test in _BY_VALUES.items():
        if _mostly(test, values):
            return what
    for what, named, test in _BY_NAME:
        if named.search(name) and _mostly(test, values):
            return what
    return ""


def masked(text: str) -> str:
    """Return text that shows how long it is and nothing else but its first letter.

    >>> masked("anna@example.org"), masked("7")
    ('a•••••••••••••••', '•')
    """
    return f"{text[:1]}{'•' * (len(text) - 1)}" if len(text) > 1 else "•" * len(text)


def masked_values(values: Iterable[object]) -> list[str]:
    """Return each value masked, numbers as they are written in a file."""
    return [masked(_text(value)) for value in values]


def masked_column(series: pd.Series) -> pd.Series:
    """Return a column with every value masked; missing ones stay missing."""
    codes, distinct = pd.factorize(series)
    told = pd.array(masked_values(distinct), "str")
    return pd.Series(told.take(codes, allow_fill=True), series.index, name=series.name)


def masked_frame(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return a frame with these columns masked; those that are not there are skipped."""
    return frame.assign(**{name: masked_column(frame[name]) for name in names if name in frame})


def _texts(series: pd.Series) -> list[str]:
    """Return the different values as text, at most `_TRIED`."""
    if not pd.api.types.is_numeric_dtype(series):
        return [str(value).strip() for value in coded(series).values[:_TRIED]]
    numbers = series.to_numpy(float, na_value=np.nan)
    numbers = numbers[np.flatnonzero(~np.isnan(numbers))[: 20 * _TRIED]]
    if not len(numbers) or numbers.min() < 1e6 or not (numbers == np.rint(numbers)).all():
        return []  # no number of a card, a phone or a person is as short
    return [_text(value) for value in np.unique(numbers)[:_TRIED]]


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _mostly(test: Callable[[str], bool], values: Iterable[str]) -> bool:
    passed = [test(value) for value in values]
    return sum(passed) >= _MOST_OF_THEM * len(passed)


def _email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _account(text: str) -> bool:
    """IBAN: letters count from 10, the first four stand at the end, the whole is 1 modulo 97."""
    plain = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(plain):
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _card(text: str) -> bool:
    """Luhn: every second digit from the right counts double, digits of the double are added."""
    digits = re.sub(r"[ -]", "", text)
    if not (digits.isascii() and digits.isdigit() and 13 <= len(digits) <= 19):
        return False
    turned = [int(digit) for digit in reversed(digits)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in turned[1::2])
    return (sum(turned[::2]) + doubled) % 10 == 0


def _person_number(text: str) -> bool:
    return bool(_SSN.fullmatch(text)) or _chinese(text) or _spanish(text)


def _chinese(text: str) -> bool:
    if not _CHINESE.fullmatch(text.upper()):
        return False
    weights = [pow(2, 17 - place, 11) for place in range(17)]
    total = sum(weight * int(digit) for weight, digit in zip(weights, text, strict=False))
    return "10X98765432"[total % 11] == text[-1].upper()


def _spanish(text: str) -> bool:
    plain = text.replace("-", "").upper()
    if not _SPANISH.fullmatch(plain):
        return False
    digits = str("XYZ".find(plain[0])) + plain[1:-1] if plain[0] in "XYZ" else plain[:-1]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == plain[-1]


def _phone(text: str) -> bool:
    digits = sum(letter.isdigit() for letter in text)
    return _PHONE.fullmatch(text) is not None and 7 <= digits <= 15


def _any_phone(text: str) -> bool:
    return _phone(text) or (text.isascii() and text.isdigit() and 7 <= len(text) <= 15)


def _person(text: str) -> bool:
    return _PERSON.fullmatch(text) is not None


_BY_VALUES: dict[str, Callable[[str], bool]] = {
    "e-mail addresses": _email,
    "account numbers": _account,
    "personal identity numbers": _person_number,
    "card numbers": _card,
    "phone numbers": _phone,
}
_BY_NAME: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("names of people", _NAMED, _person),
    ("phone numbers", _PHONE_NAMED, _any_phone),
    ("addresses", _ADDRESS_NAMED, lambda text: any(letter.isalpha() for letter in text)),
)
