"""One column of cells → its natural type: numbers as people write them, dates, or text."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.column_words import Words, are_words, as_series
from core.data.date_text import DAYS_IN_NUMBERS, date_formats, dates_in_numbers, in_plain_form
from core.data.gathering import Cells, Numbers
from core.data.number_text import other_mark, plain, unreadable
from core.data.step import listing
from core.formatting import count, counted

# Stray words among numbers, e.g. "?" or "unknown": read as missing if so few are different.
_MOST_STRAY_WORDS = 3
_MOST_STRAY_SHARE = 0.2
_LARGEST = 1e300
"""Further out the distance of two numbers may be infinite, and no quantity is that large."""
_EXACT = 2.0**53
"""Whole numbers beyond it are not told apart by float64: account numbers, not quantities."""


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """One column as read.

    Attributes:
        series: float64, `str` or datetime64[us].
        notes: What was not read as it stands.
        how: In which way it was written, if not plainly; a sentence or "".
    """

    series: pd.Series
    notes: tuple[str, ...] = ()
    how: str = ""


_AS_NUMBER = "Dates written as one number, such as 20240305."


class TextNeeded(Exception):
    """The column has to be parsed again as text."""


def typed_column(cells: Cells, name: str, decimal: str, *, text: bool = False) -> TypedColumn:
    """Return a column in its natural type.

    Args:
        cells: As they were gathered.
        name: Of the column, for the notes.
        decimal: The mark of the file; a column of the other one is found as well.
        text: Whether it is known to be no number and no date.

    Raises:
        TextNeeded: The numbers are too long to be told apart, or are times of day.
    """
    if cells is None:
        raise TextNeeded
    if isinstance(cells, Numbers):
        return _numbers(cells, name)
    if isinstance(cells, np.ndarray):
        return TypedColumn(pd.Series(cells, name=name, copy=False))
    return _as_text(cells, name) if text else _texts(cells, name, decimal)


def _numbers(cells: Numbers, name: str) -> TypedColumn:
    values, largest = cells.values, max(-cells.least, cells.most)
    if cells.whole and largest > _EXACT:
        raise TextNeeded
    if (days := _days(cells, name)) is not None:
        return TypedColumn(pd.Series(days, name=name), (), _AS_NUMBER)
    if largest <= _EXACT:
        return TypedColumn(pd.Series(values, name=name, copy=False))
    if _too_long(values):
        raise TextNeeded
    return _finite(values, name)


def _days(cells: Numbers, name: str) -> np.ndarray | None:
    if cells.least < DAYS_IN_NUMBERS[0] or cells.most > DAYS_IN_NUMBERS[1]:
        return None
    return dates_in_numbers(cells.values, name)


def _too_long(values: np.ndarray) -> bool:
    """Return whether these are whole numbers beyond what float64 tells apart."""
    finite = values[np.isfinite(values)]
    if not len(finite) or np.abs(finite).max() <= _EXACT:
        return False
    # 1e30 in a column of fractions is a number; only identifiers are whole throughout.
    whole = bool((finite == np.rint(finite)).all()) and bool((finite >= 0).all())
    return whole and bool((finite < 1e40).all()) and float(np.median(finite)) > 1e12


def _finite(values: np.ndarray, name: str, how: str = "") -> TypedColumn:
    beyond = np.abs(values) > _LARGEST
    if not beyond.any():
        return TypedColumn(pd.Series(values, name=name, copy=False), (), how)
    held, first = count(int(beyond.sum())), count(int(np.argmax(beyond)) + 1)
    infinite = bool(np.isinf(values[beyond]).all())
    what = "infinite numbers" if infinite else f"numbers beyond {_LARGEST:g}"
    note = (
        f"Column {name!r} holds {held} {what}, the first in row {first}. "
        "They were read as missing; mend the file or fill them."
    )
    return TypedColumn(pd.Series(np.where(beyond, np.nan, values), name=name), (note,), how)


def _texts(cells: pa.Array, name: str, decimal: str) -> TypedColumn:
    if are_words(cells):
        return TypedColumn(as_series(cells, name))
    words = Words.of(cells)
    if words.all_missing:
        return TypedColumn(pd.Series(np.full(len(cells), np.nan), name=name))
    for read in (_as_numbers, _as_dates):
        if (found := read(words, name, decimal)) is not None:
            return found
    return TypedColumn(words.series(name), _mixed(words, name, decimal))


def _as_text(cells: pa.Array, name: str) -> TypedColumn:
    return TypedColumn(Words.of(cells).series(name), (), "Kept as text, so that no digit is lost.")


def _as_numbers(words: Words, name: str, decimal: str) -> TypedColumn | None:
    for mark in (decimal, other_mark(decimal)):
        sample = words.sample
        if pc.sum(unreadable(plain(sample, mark))).as_py() > max(
            _MOST_STRAY_WORDS, len(sample) // 2
        ):
            continue
        numbers = plain(words.values, mark)
        bad = unreadable(numbers)
        stray = words.values.filter(bad).unique()
        if len(stray) > _MOST_STRAY_WORDS or len(stray) >= len(words.values) - bad.null_count:
            continue
        held = words.held(bad)
        if held / max(1, words.length) > _MOST_STRAY_SHARE:
            continue
        if mark != decimal and len(stray):
            continue
        if _padded(words):
            return None
        clean = pc.if_else(bad, pa.scalar(None, numbers.type), numbers)
        values = words.rows(pc.cast(clean, pa.float64())).to_numpy(zero_copy_only=False)
        found = _finite(np.array(values, float), name, _written(words, mark, decimal))
        return TypedColumn(found.series, (*_stray_note(stray, held, name), *found.notes), found.how)
    return None


def _padded(words: Words) -> bool:
    """Return whether these are codes of one length such as 00417, which no number keeps."""
    digits = words.values.drop_null()
    if len(pc.utf8_length(digits).unique()) != 1:
        return False
    return all(
        test(pc.match_substring_regex(digits, pattern)).as_py()
        for test, pattern in ((pc.all, r"^\d+$"), (pc.any, r"^0\d"))
    )


def _written(words: Words, mark: str, decimal: str) -> str:
    if mark != decimal:
        return (
            f"Numbers written with a decimal {'comma' if mark == ',' else 'point'}, unlike others."
        )
    signs: tuple[tuple[str, str], ...] = (
        (r"[€$£¥元]|[A-Z]{2,3}", "a currency"),
        ("%", "a percent sign"),
        (r"\d[ .,'’\x{00a0}\x{202f}]\d{3}", "thousands marks"),
        (r"^\(|-$", "a minus in the accountants' way"),
    )
    found = [
        words_for
        for pattern, words_for in signs
        if pc.any(pc.match_substring_regex(words.sample, pattern)).as_py()
    ]
    return f"Numbers written with {listing(found)}." if found else ""


def _stray_note(stray: pa.Array, held: int, name: str) -> tuple[str, ...]:
    if not len(stray):
        return ()
    shown = listing([repr(word) for word in stray.to_pylist()], "or")
    note = f"Column {name!r} holds numbers and, in {counted(held, 'cell')}, {shown}."
    return (f"{note} These were read as missing.",)


def _as_dates(words: Words, name: str, _: str) -> TypedColumn | None:
    few = as_series(words.sample.slice(0, 50))
    read = next((way for way in _WAYS if date_formats(way(few))), None)
    if read is None:
        return None
    texts = read(as_series(words.values))
    formats = date_formats(texts)
    if not formats:
        return None
    moments = pd.to_datetime(texts, format=formats[0], errors="coerce").astype("datetime64[us]")
    if words.codes is not None:
        moments = pa.array(moments).take(words.codes).to_pandas()
    series = moments.astype("datetime64[us]").rename(name)
    if len(formats) == 1:
        return TypedColumn(series, (), _order(formats[0]))
    example = words.values.drop_null()[0].as_py()
    note = (
        f"The dates of column {name!r}, such as {example!r}, fit day-month as well as "
        "month-day, and no value tells which. They were read as day-month."
    )
    return TypedColumn(series, (note,), "Day and month cannot be told apart.")


_WAYS: tuple[Callable[[pd.Series], pd.Series], ...] = (lambda texts: texts, in_plain_form)


def _order(date_format: str) -> str:
    day, month = date_format.find("%d"), date_format.find("%m")
    if day < 0 or month < 0 or date_format.startswith("%Y"):
        return ""
    return "Dates with the day first." if day < month else "Dates with the month first."


def _mixed(words: Words, name: str, decimal: str) -> tuple[str, ...]:
    """Say so when a column of text would be numbers but for two decimal marks."""
    here, there = (
        unreadable(plain(words.sample, mark)).to_numpy(zero_copy_only=False)
        for mark in (decimal, other_mark(decimal))
    )
    if (here & there).any() or not (here & ~there).any() or not (there & ~here).any():
        return ()
    return (
        f"Column {name!r} mixes decimal points and commas, so it was kept as text. "
        "Write all its numbers with one mark, and read the file again.",
    )
