"""Values in the form their kind asks for: whole frames, and single values, with the same result.

number: float64 with NaN. category, text: `str` with NaN (a single value: None). date:
datetime64[us] (a single value: `datetime` or None).
"""

import math
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from core.data.codes import coded
from core.data.date_text import find_date_format
from core.data.schema import Kind, Schema, value_text
from core.errors import SchemaError

Value = float | str | datetime | None

_EXPECTED = {"number": "numbers", "date": "dates such as 2024-03-31"}
_REMEDY = {
    "number": "Choose the other decimal mark, or mark the column as a category.",
    "date": "Write dates as year-month-day, or mark the column as text.",
}


def cast(frame: pd.DataFrame, schema: Schema, names: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the frame with every column the schema knows in the form of its kind.

    Columns that already have it are not copied.

    Raises:
        SchemaError: A value cannot be read as the kind of its column.
    """
    kinds = {column.name: column.kind for column in schema.columns}
    wanted = [name for name in (names or frame.columns) if name in kinds]
    changed = {
        name: cast_column(frame[name], kinds[name])
        for name in wanted
        if not _has_form(frame[name], kinds[name])
    }
    return frame.assign(**changed) if changed else frame


def cast_column(series: pd.Series, kind: Kind) -> pd.Series:
    """Return one column in the form of a kind.

    Raises:
        SchemaError: A value cannot be read; the message names row and value.
    """
    read = read_leniently(series, kind)
    lost = read.isna() & series.notna() & ~_blank_or_infinite(series)
    if lost.any():
        label, value = next(series[lost].items())
        raise SchemaError(
            f"Column {str(series.name)!r} should hold {_EXPECTED[kind]}, but row {_row(label)} "
            f"holds {str(value)!r}. {_REMEDY[kind]}"
        )
    return read


def read_leniently(series: pd.Series, kind: Kind, date_format: str | None = None) -> pd.Series:
    """Return one column in the form of a kind; what cannot be read becomes missing."""
    if _has_form(series, kind):
        return series
    if kind == "number":
        if pd.api.types.is_datetime64_any_dtype(series):
            return pd.Series(np.nan, index=series.index, name=series.name)
        numbers = pd.to_numeric(series, errors="coerce").astype("float64")
        return numbers.where(np.isfinite(numbers))
    if kind == "date":
        return _dates(series, date_format)
    return _texts(series)


def cast_value(value: Any, kind: Kind) -> Value:
    """Return one value in the form of a kind, as `cast` would.

    Raises:
        SchemaError: It cannot be read.
    """
    if value is None or value is pd.NA or value is pd.NaT or value == "":
        return math.nan if kind == "number" else None
    try:
        if kind == "number":
            number = float(value)
            return number if math.isfinite(number) else math.nan
        if kind == "date":
            return _moment(value)
    except (TypeError, ValueError) as error:
        raise SchemaError(f"Expected {_EXPECTED[kind]}, but received {value!r}.") from error
    if isinstance(value, float) and math.isnan(value):
        return None
    return value if isinstance(value, str) else value_text(value)


def _has_form(series: pd.Series, kind: Kind) -> bool:
    if kind == "number":
        return series.dtype == np.float64 and not bool(np.isinf(series.to_numpy()).any())
    if kind == "date":
        return series.dtype == np.dtype("datetime64[us]")
    # Not `in`: it would make a million Python texts of a million different ones.
    return _is_text(series) and not (coded(series).values == "").any()


def _is_text(series: pd.Series) -> bool:
    return str(series.dtype) == "str"


def _texts(series: pd.Series) -> pd.Series:
    # Only the distinct values are turned into text: a million rows hold few of them.
    codes, distinct = pd.factorize(series)
    words = pd.array([value_text(value) or None for value in distinct], dtype="str")
    return pd.Series(words.take(codes, allow_fill=True), series.index, name=series.name)


def _dates(series: pd.Series, date_format: str | None) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(series):
        moments: pd.Series = series.dt.tz_localize(None).astype("datetime64[us]")
        return moments
    if pd.api.types.is_numeric_dtype(series):
        series = _texts(series)
    if all(isinstance(value, str) for value in series.dropna()):
        texts = series.astype("str")
        date_format = date_format or find_date_format(texts) or "%Y-%m-%d"
        return pd.to_datetime(texts, format=date_format, errors="coerce").astype("datetime64[us]")
    read = [None if pd.isna(value) else _moment(value) for value in series]
    return pd.Series(read, index=series.index, name=series.name, dtype="datetime64[us]")


def _moment(value: Any) -> datetime | None:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False).replace(tzinfo=None)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return datetime.fromisoformat(value).replace(tzinfo=None)


def _blank_or_infinite(series: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(series):
        return series.isin([np.inf, -np.inf])
    return series.isin(["", np.inf, -np.inf])


def _row(label: Any) -> str:
    return f"{label + 1:,}" if isinstance(label, int | np.integer) else str(label)
