"""Numbers as people read them; the one place that decides how many digits."""

import math
import re

MISSING = "–"
_NEGATIVE = re.compile(r"(?<![\w.,)-])-(?=\d)")


def percent(share: float | None, digits: int = 1) -> str:
    r"""Return a share in [0, 1] as a percentage; its space never ends a line.

    >>> percent(0.2341)
    '23.4\xa0%'
    """
    if _absent(share):
        return MISSING
    return f"{100 * float(share or 0):.{digits}f}\N{NO-BREAK SPACE}%"


def count(number: int | None) -> str:
    """Return a whole number with thousands separators.

    >>> count(30000)
    '30,000'
    """
    return MISSING if number is None else f"{number:,}"


def counted(number: int, noun: str) -> str:
    """Return a whole number with what it counts, in the plural unless it is one.

    >>> counted(1, "point"), counted(-2, "point"), counted(1200, "category")
    ('1 point', '-2 points', '1,200 categories')
    """
    if abs(number) == 1:
        return f"{count(number)} {noun}"
    return f"{count(number)} {noun[:-1]}ies" if noun.endswith("ry") else f"{count(number)} {noun}s"


def of(part: int, whole: int, what: str = "rows") -> str:
    """Return n of N.

    >>> of(24000, 30000)
    '24,000 of 30,000 rows'
    """
    return f"{part:,} of {whole:,} {what}"


def number(value: float | None) -> str:
    """Return a value with up to four significant digits; in exponent form if it is no quantity.

    >>> number(129.0), number(0.12345), number(1234567.8), number(float("nan")), number(1e300)
    ('129', '0.1235', '1,234,568', '–', '1e+300')
    """
    if _absent(value):
        return MISSING
    value = float(value or 0)
    if value and not 1e-9 <= abs(value) < 1e15:
        return f"{value:.4g}"
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")


def typeset(text: str) -> str:
    """Return words as a screen shows them: numbers below zero begin with a minus, not a hyphen.

    Never for CSV or JSON, where another program may read the number.

    >>> typeset("Balance of -1,200 is below A-7 of 2026-11-22.")
    'Balance of −1,200 is below A-7 of 2026-11-22.'
    """
    return _NEGATIVE.sub("\N{MINUS SIGN}", text)


def metric(value: float | None, digits: int = 3) -> str:
    """Return a score such as an AUC with a fixed number of digits.

    >>> metric(0.78312)
    '0.783'
    """
    return MISSING if _absent(value) else f"{float(value or 0):.{digits}f}"


def interval(low: float, high: float, digits: int = 3) -> str:
    """Return the ends of an interval.

    >>> interval(0.772, 0.794)
    '[0.772, 0.794]'
    """
    return f"[{metric(low, digits)}, {metric(high, digits)}]"


def duration(seconds: float) -> str:
    """Return a time span in the largest sensible unit.

    >>> duration(0.4), duration(38.2), duration(125)
    ('0.4 s', '38 s', '2 min 5 s')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters; an ellipsis stands for the rest.

    >>> shortened("Bank applicants of last year", 16)
    'Bank applicants…'
    """
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _absent(value: float | None) -> bool:
    return value is None or math.isnan(value)
