"""One cell of a data dictionary: bounds, lists of values and yes or no, as people write them."""

import csv
import math
import re
from datetime import date

import pyarrow as pa

from core.data.allowed import CHANGEABLE, Bound, Changeable
from core.data.number_text import plain
from core.data.schema import Kind, value_text
from core.errors import SchemaError

_YES, _NO = {"yes", "y", "true", "1", "either way"}, {"no", "n", "false", "0", "fixed"}


def bound_cell(bound: Bound | None) -> str:
    """Return a bound as `read_bound` reads it back to the last digit.

    >>> bound_cell(18.0), bound_cell(0.1), bound_cell("2020-01-31"), bound_cell(None)
    ('18', '0.1', '2020-01-31', '')
    """
    return "" if bound is None else value_text(bound)


def read_bound(text: str, kind: Kind, decimal: str = ".") -> Bound | None:
    """Return a bound: a number, or a date as ISO text; None for an empty text.

    Raises:
        SchemaError: It is none, or columns of this type have no range.

    >>> read_bound("1,250.5", "number"), read_bound("18,5", "number")
    (1250.5, 18.5)
    """
    text = text.strip()
    if not text:
        return None
    if kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise SchemaError(f"{text[:80]!r} is not a date such as 2026-01-31.") from error
    if kind != "number":
        raise SchemaError(f"{text[:80]!r} is a bound, but a {kind} has no range.")
    return _number(text, decimal)


def _number(text: str, decimal: str) -> float:
    readings = [_reading(text, mark) for mark in (".", ",")]
    known = sorted({reading for reading in readings if reading is not None}, key=abs)
    if not known:
        raise SchemaError(f"{text[:80]!r} is not a number.")
    if re.match(r"[-+]?0[.,]", text):  # no thousands mark follows a leading zero
        return known[0]
    if len(known) > 1 and decimal == ",":
        either = " or ".join(f"{reading:g}" for reading in known)
        raise SchemaError(f"{text[:80]!r} may be {either}: write it without thousands marks.")
    return next(reading for reading in readings if reading is not None)


def _reading(text: str, decimal: str) -> float | None:
    try:
        found = float(plain(pa.array([text]), decimal)[0].as_py())
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def values_cell(values: tuple[str, ...]) -> str:
    """Return allowed values in one cell, as `read_values` reads them back.

    >>> values_cell(("owner", "rent; with parents"))
    'owner; "rent; with parents"'
    """
    return "; ".join(_quoted(value) if _needs_quotes(value) else value for value in values)


def _quoted(value: str) -> str:
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


def _needs_quotes(value: str) -> bool:
    return value != value.strip() or any(mark in value for mark in ';|,"\r\n')


def read_values(text: str, kind: Kind) -> tuple[str, ...]:
    """Return the values of one cell, separated by semicolons, bars or else commas.

    Raises:
        SchemaError: A number column is given something else.

    >>> read_values("owner; rent", "category"), read_values("1, 2.0, 3", "number")
    (('owner', 'rent'), ('1', '2', '3'))
    """
    mark = next((mark for mark in ";|" if mark in re.sub(r'"[^"]*"', "", text)), ",")
    try:
        cells = next(csv.reader([text.strip()], delimiter=mark, skipinitialspace=True), [])
    except csv.Error as error:
        raise SchemaError(f"{text[:80]!r} should be values separated by semicolons.") from error
    # Only what was quoted may begin or end with a space; the reader has taken the marks away.
    values = [cell if _quoted(cell) in text else cell.strip() for cell in cells]
    known = [value for value in values if value]
    if kind == "number":
        known = [value_text(_number(value, ".")) for value in known]
    return tuple(dict.fromkeys(known))


def read_changeable(text: str) -> Changeable:
    """Return whether applicants can change a value, as people write it.

    Raises:
        SchemaError: It says neither.

    >>> read_changeable("Yes"), read_changeable("only up"), read_changeable("FALSE")
    ('yes', 'only up', 'no')
    """
    said = " ".join(text.lower().split())
    for known in CHANGEABLE:
        if said in (known, known.removeprefix("only ")):
            return known
    if said in _YES | _NO:
        return "yes" if said in _YES else "no"
    raise SchemaError(f"{text[:80]!r} should be yes, no, only up or only down.")
