"""Reads what was sent about one applicant: what is unusable is refused, what is unusual flagged."""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd

from core.data.fields import Field
from core.errors import FieldProblem, InputError
from core.formatting import number

Value = float | str | None
"""A number, a text (category or ISO date), or None for a blank."""

LONGEST_TEXT = 200
"""Characters of a category; longer texts are no category of any loan file."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One field whose value is unusual; the applicant is scored anyway.

    outside_allowed: the data dictionary does not allow it; out_of_range, never_seen and missing:
    the model has not met it in training.
    """

    field: str
    kind: Literal["outside_allowed", "out_of_range", "never_seen", "missing"]
    message: str

    def to_json(self) -> dict[str, str]:
        """Return plain data."""
        return asdict(self)


def read(fields: Sequence[Field], applicant: Mapping[str, Any], row: int = 0) -> dict[str, Value]:
    """Return one value per field, in the order of the fields; None where nothing was said.

    Nothing is guessed: a number in quotation marks, a yes/no value or a NaN is refused.

    Args:
        fields: The model's form.
        applicant: Field name to value; an absent field is a blank.
        row: Position in the list that was sent, for the messages.

    Raises:
        InputError: Every field that cannot be used, with what was received and expected.
    """
    if not isinstance(applicant, Mapping):
        raise InputError(
            [FieldProblem("applicant", _short(applicant), "an object with one value a field", row)]
        )
    problems = _unknown(fields, applicant, row)
    values: dict[str, Value] = {}
    for field in fields:
        try:
            values[field.name] = _read(field, applicant.get(field.name))
        except ValueError as error:
            received = _short(applicant[field.name])
            problems.append(FieldProblem(field.name, received, str(error), row))
    if problems:
        raise InputError(problems)
    return values


def from_row(fields: Sequence[Field], row: Mapping[Any, Any]) -> dict[str, Value]:
    """Return one row of a loan file as a caller would send it; `read` takes it as it is.

    Args:
        fields: The model's form.
        row: Source columns to cells as pandas holds them.
    """
    return {field.name: _cell(row[field.name], field) for field in fields}


def flag(fields: Sequence[Field], values: Mapping[str, Value]) -> tuple[Flag, ...]:
    """Return what is unusual about values that `read` returned, in the order of the fields."""
    return tuple(
        found for field in fields if (found := _flag(field, values.get(field.name))) is not None
    )


def _cell(value: Any, field: Field) -> Value:
    if pd.isna(value):
        return None
    if field.kind == "number":
        return float(value)
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _read(field: Field, value: Any) -> Value:
    if value is None:
        return None
    if field.kind == "number":
        return _read_number(field, value)
    if not isinstance(value, str) or not _is_text(value):
        raise ValueError(_expected(field))
    if field.kind == "date":
        try:
            return datetime.datetime.fromisoformat(value).date().isoformat()
        except ValueError as error:
            raise ValueError(_expected(field)) from error
    return value


def _read_number(field: Field, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(_expected(field))
    try:
        as_float = float(value)
    except OverflowError as error:  # an int beyond the range of a float
        raise ValueError(_expected(field)) from error
    if not math.isfinite(as_float):
        raise ValueError(_expected(field))
    return as_float


def _is_text(value: str) -> bool:
    """Return whether a loan file could hold it: half of a surrogate pair is no character."""
    if not value.strip() or len(value) > LONGEST_TEXT:
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _unknown(fields: Sequence[Field], applicant: Mapping[str, Any], row: int) -> list[FieldProblem]:
    known = {field.name for field in fields}
    strange = [name for name in applicant if name not in known]
    if not strange:
        return []
    expected = "one of the model's fields: " + ", ".join(field.name for field in fields)
    return [FieldProblem(_short(str(n)), _short(applicant[n]), expected, row) for n in strange]


def _expected(field: Field) -> str:
    if field.kind == "number":
        unit = f" in {field.unit}" if field.unit else ""
        return f"a finite number{unit} or null"
    if field.kind == "date":
        return "a date such as '2026-01-31' or null"
    if not field.categories:
        return "a text or null"
    return f"a text such as {_listing(field.categories)} or null"


def _flag(field: Field, value: Value) -> Flag | None:
    if value is None:
        return Flag(field.name, "missing", _missing(field))
    if not field.allowed.holds(value):
        return Flag(field.name, "outside_allowed", _outside_allowed(field, value))
    if field.kind == "category":
        known = not field.categories or value in field.categories
        return None if known else Flag(field.name, "never_seen", _never_seen(field, str(value)))
    side = _side(field, value)
    return Flag(field.name, "out_of_range", _out_of_range(field, value, side)) if side else None


def _side(field: Field, value: Any) -> Literal["below", "above", ""]:
    """Return on which side a number or ISO date leaves the training range, "" when inside."""
    if field.low is None or field.high is None:
        return ""
    return "below" if value < field.low else "above" if value > field.high else ""


def _missing(field: Field) -> str:
    if field.can_be_missing:
        return f"{field.label} is not given; it is treated like the blanks in the training data."
    return f"{field.label} is not given; it never was blank in the training data."


def _outside_allowed(field: Field, value: float | str) -> str:
    shown = repr(_short(value)) if field.kind == "category" else _text(value)
    unit = f" {field.unit}" if field.unit and field.kind != "category" else ""
    return (
        f"{field.label} {shown}{unit} is not allowed: the data dictionary allows "
        f"{field.allowed.words(field.unit)}. Check it before you decide."
    )


def _never_seen(field: Field, value: str) -> str:
    return (
        f"{field.label} {_short(value)!r} never occurred in the training data, which knows "
        f"{_listing(field.categories, most=8)}; it is treated like a rare value."
    )


def _out_of_range(field: Field, value: float | str, side: str) -> str:
    unit = f" {field.unit}" if field.unit else ""
    return (
        f"{field.label} {_text(value)}{unit} lies {side} the training data, "
        f"which holds {_text(field.low)} to {_text(field.high)}{unit}."
    )


def _text(value: float | str | None) -> str:
    return value if isinstance(value, str) else number(value)


def _listing(texts: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(repr(text) for text in texts[:most])
    return f"{shown} or {len(texts) - most} more" if len(texts) > most else shown


def _short(value: Any, most: int = 80) -> Any:
    """Return the value as JSON can hold it, cut where it would fill the message."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        digits = math.ceil(value.bit_length() * math.log10(2))  # writing it out may take seconds
        return value if digits <= most else f"a whole number of about {digits:,} digits"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= most else f"{text[:most]}…"
