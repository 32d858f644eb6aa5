"""Bytes of a loan file → a typed frame, and notes on everything that was read with judgement."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd

from core.data.casting import find_date_format
from core.data.dialect import DELIMITERS, Dialect, detect, require_text
from core.data.step import listing
from core.errors import ReadError
from core.formatting import count

__all__ = ["Dialect", "Table", "detect", "read_table"]

MISSING_WORDS = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "<NA>", "#NULL!")
"""Cells that mean "nothing is known" in every column."""

_TOTALS = re.compile(r"^\s*(grand )?(total|sum|totals|summe|gesamt)s?:?\s*$", re.IGNORECASE)
_NOISE = re.compile(r"[\s\u00a0'€$£%]|EUR|USD|GBP|DM|CHF")
# Stray words among numbers, e.g. "?" or "unknown": read as missing if so few are different.
_MOST_STRAY_WORDS = 3
_MOST_STRAY_SHARE = 0.2


@dataclass(frozen=True)
class Table:
    """A file as read.

    Attributes:
        frame: Numbers float64, texts `str`, dates datetime64[us]; RangeIndex = row id.
        dialect: How the file is written.
        notes: One sentence for everything that was not read as it stands.
    """

    frame: pd.DataFrame
    dialect: Dialect
    notes: tuple[str, ...]


def read_table(raw: bytes, dialect: Dialect | None = None) -> Table:
    """Return the table in a file.

    Args:
        raw: The bytes of the file.
        dialect: How it is written; detected when None.

    Raises:
        ReadError: The file is empty, binary, has one column, no rows, or rows of unequal length.
    """
    require_text(raw)
    dialect = dialect or detect(raw)
    frame = _parse(raw, dialect)
    _require_table(frame, dialect)
    names, notes = _names(frame, raw, dialect)
    frame.columns = pd.Index(names)
    frame, totals = _without_totals(frame)
    columns = {}
    for name in names:
        columns[name], found = _typed(frame[name], dialect.decimal)
        notes += found
    return Table(pd.DataFrame(columns), dialect, tuple(notes + totals))


def _parse(raw: bytes, dialect: Dialect) -> pd.DataFrame:
    """Return the cells, columns numbered from 0."""
    first = _first_rows(raw, dialect)
    if not first:
        raise ReadError("The file holds no row with a value. Export it again with its rows.")
    width = max(len(row) for row in first)
    try:
        frame = pd.read_csv(
            io.BytesIO(raw),
            sep=dialect.delimiter,
            decimal=dialect.decimal,
            encoding=dialect.encoding,
            header=0 if dialect.header else None,
            names=list(range(width)),
            skipinitialspace=True,
            keep_default_na=False,
            na_values=list(MISSING_WORDS),
            low_memory=False,
            index_col=False,
        )
    except pd.errors.EmptyDataError as error:
        raise ReadError(
            "The file has a header and not a single row. Export it again with its rows."
        ) from error
    except pd.errors.ParserError as error:
        raise ReadError(_unequal_rows(str(error))) from error
    except UnicodeError as error:
        raise ReadError(
            f"The file cannot be read as {dialect.encoding}: {error}. Choose another encoding."
        ) from error
    return _without_nameless(frame, len(first[0])) if dialect.header else frame


def _without_nameless(frame: pd.DataFrame, named: int) -> pd.DataFrame:
    """Leave out cells beyond the header when they are blank; refuse them when they are not."""
    beyond = frame.iloc[:, named:].notna().any(axis=1)
    if beyond.any():
        line = int(beyond.to_numpy().argmax()) + 2
        raise ReadError(_UNEQUAL.format(line=line, saw=frame.shape[1], expected=named))
    return frame.iloc[:, :named]


def _first_rows(raw: bytes, dialect: Dialect) -> list[list[str]]:
    """Return the first two rows that are not blank."""
    # Two rows of 1 MB are none; the whole file need not be decoded for them.
    try:
        text = raw[:1_000_000].decode(dialect.encoding, errors="replace")
    except LookupError as error:
        raise ReadError(
            f"There is no encoding {dialect.encoding!r}. Choose one of the list."
        ) from error
    lines = io.StringIO(text, newline=None)  # lines may end as on old Macs
    reader = csv.reader(lines, delimiter=dialect.delimiter, skipinitialspace=True)
    try:
        # Blank lines are skipped as pandas does: a line of delimiters alone is not blank.
        return list(islice((row for row in reader if len(row) > 1 or "".join(row).strip()), 2))
    except csv.Error as error:
        raise ReadError(
            f"The first rows cannot be split into cells: {error}. Check quotes and delimiter."
        ) from error


_UNEQUAL = (
    "Line {line:,} has {saw} cells, but the rows before it have {expected}. "
    "Choose another delimiter, or put quotes around cells that contain it."
)


def _unequal_rows(message: str) -> str:
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if not found:
        return f"The file cannot be read as a table: {message}. Check quotes and delimiter."
    expected, line, saw = found.groups()
    return _UNEQUAL.format(line=int(line), saw=saw, expected=expected)


def _require_table(frame: pd.DataFrame, dialect: Dialect) -> None:
    if frame.empty:
        raise ReadError("The file has a header and not a single row. Export it again.")
    if frame.shape[1] < 2:
        raise ReadError(
            f"The file has one column when it is split at each {DELIMITERS.get(dialect.delimiter)}."
            " A loan file needs an outcome and at least one field. "
            "Choose another delimiter, or upload a file with more columns."
        )


def _names(frame: pd.DataFrame, raw: bytes, dialect: Dialect) -> tuple[list[str], list[str]]:
    """Return unique column names, and a note for each that had to be made up."""
    header = _first_rows(raw, dialect)[0] if dialect.header else [""] * frame.shape[1]
    given = [name.lstrip("\ufeff").strip() for name in header]
    names: list[str] = []
    notes = []
    for position, name in enumerate(given, start=1):
        unique = name or f"column_{position}"
        while unique in names:
            unique = f"{unique}_2" if unique == name else _next(unique)
        if name and unique != name:
            notes.append(
                f"The header {name!r} occurs {Counter(given)[name]} times; "
                f"the one in column {position} is called {unique!r} here. "
                "Check which of them is meant, and set the others to ignore."
            )
        names.append(unique)
    return names, notes


def _next(name: str) -> str:
    stem, _, number = name.rpartition("_")
    return f"{stem}_{int(number) + 1}"


def _without_totals(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    last = frame.iloc[-1]
    if len(frame) < 2 or not any(isinstance(x, str) and _TOTALS.match(x) for x in last):
        return frame, []
    line = count(len(frame))
    return frame.iloc[:-1], [f"Row {line}, the last one, is a row of totals and was left out."]


def _typed(series: pd.Series, decimal: str) -> tuple[pd.Series, list[str]]:
    """Return one column with its natural type, and what had to be judged."""
    if pd.api.types.is_bool_dtype(series):
        return series.map({True: "True", False: "False"}).astype("str"), []
    if pd.api.types.is_numeric_dtype(series):
        return _finite(series.astype("float64"))
    if series.isna().all():
        return series.astype("float64"), []
    texts = series.astype("str").str.strip()
    numbers, notes = _numbers(texts, decimal)
    if numbers is not None:
        finite, more = _finite(numbers)
        return finite, notes + more
    if date_format := find_date_format(texts):
        return pd.to_datetime(texts, format=date_format).astype("datetime64[us]"), []
    return texts.where(texts != ""), []


def _finite(numbers: pd.Series) -> tuple[pd.Series, list[str]]:
    infinite = np.isinf(numbers)
    if not infinite.any():
        return numbers, []
    first = int(np.argmax(infinite)) + 1
    note = (
        f"Column {str(numbers.name)!r} holds {count(int(infinite.sum()))} infinite numbers, "
        f"the first in row {count(first)}. They were read as missing; mend the file or fill them."
    )
    return numbers.where(~infinite), [note]


def _numbers(texts: pd.Series, decimal: str) -> tuple[pd.Series | None, list[str]]:
    """Return numbers written with thousands marks or currency, or with a few stray words."""
    words = pd.Series(texts.dropna().unique(), dtype="str")
    thousands = "." if decimal == "," else ","
    grouped = re.compile(rf"^[-+]?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal}\d+)?$")
    bare = words.str.replace(_NOISE, "", regex=True)
    plain = bare.where(~bare.str.match(grouped), bare.str.replace(thousands, ""))
    values = pd.to_numeric(plain.str.replace(decimal, "."), errors="coerce")
    stray = words[values.isna()]
    share = float(texts.isin(stray).sum()) / len(texts)
    if len(stray) > _MOST_STRAY_WORDS or len(stray) >= len(words) or share > _MOST_STRAY_SHARE:
        return None, []
    numbers = texts.map(dict(zip(words, values, strict=True))).astype("float64")
    if stray.empty:
        return numbers, []
    held = count(int(texts.isin(stray).sum()))
    note = (
        f"Column {str(texts.name)!r} holds numbers and, in {held} cells, "
        f"{listing([repr(word) for word in stray], 'or')}. These were read as missing."
    )
    return numbers, [note]
