"""Text of a known dialect → an Arrow table, and the rows that do not fit it."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Self

import pyarrow as pa

from core.data.arrow_text import MISSING_WORDS, PlainText, Tell, UnclearError, rows_before
from core.data.dialect import DELIMITERS, Dialect, first_lines
from core.data.gathering import Gathered
from core.data.material import Material
from core.data.rows import BrokenRow, Sorted, sort_rows
from core.errors import ReadError
from core.formatting import count

MOST_COLUMNS = 2_000

_CODE = re.compile(r"^0(\d+|x[\da-f]+)$", re.IGNORECASE)


class BrokenRowsError(ReadError):
    """Rows that do not fit the header; they may be skipped."""

    def __init__(self, rows: list[BrokenRow], good: int) -> None:
        """Keep the rows; the message speaks of the first."""
        others = len(rows) - 1
        more = f" {count(others)} more {_rows(others, 'is', 'are')} broken." if others else ""
        super().__init__(
            f"{rows[0]}{more} Choose another delimiter, put quotes around cells that contain it, "
            f"or skip {'these rows' if more else 'this row'}."
        )
        self.rows = rows
        self.good = good


@dataclass(frozen=True)
class Parsed:
    """Cells in columns named "0", "1", …; `header` is their names as written, "" without one."""

    cells: Gathered
    header: list[str]
    broken: tuple[BrokenRow, ...] = ()
    notes: tuple[str, ...] = ()


def parse(
    material: Material, dialect: Dialect, tell: Tell, only: frozenset[str] | None = None
) -> Parsed:
    """Return the cells of the file.

    Numbers, ISO dates and texts are told apart by all values of a column; anything else is text.

    Args:
        material: The file.
        dialect: How it is written.
        tell: Called with the bytes that are read, and how many there are.
        only: Columns to read, as text whatever they hold; None reads and judges all.

    Raises:
        BrokenRowsError: Rows have more or fewer cells than the header, and are not to be skipped.
        ReadError: There is no table.
    """
    header, width = _shape(material, dialect)
    first = _First.of(material, dialect, width) if only is None else _First(only)
    try:
        if _spaced_quotes(material, dialect):
            raise UnclearError
        plain = PlainText(material, dialect, width, rows_before(material, dialect))
        return Parsed(_cells(plain, first, tell, only), header)
    except UnicodeError as error:
        raise _wrong_encoding(dialect, error) from error
    except (UnclearError, pa.ArrowInvalid) as error:
        if "ecode" in str(error) or "odec" in str(error):
            raise _wrong_encoding(dialect, error) from error
    return _carefully(material, dialect, header, first, tell, only)


def _shape(material: Material, dialect: Dialect) -> tuple[list[str], int]:
    """Return the header as written, blanks without one, and the cells of a row."""
    rows = first_rows(material, dialect)
    if not rows:
        raise ReadError("The file holds no row with a value. Export it again with its rows.")
    if not dialect.header:
        rows.insert(0, [""] * len(rows[0]))
    if len(rows) < 2:
        raise ReadError(
            "The file has a header and not a single row. Export it again with its rows."
        )
    header = rows[0]
    while dialect.header and len(header) > len(rows[1]) and not header[-1].strip():
        header = header[:-1]  # each line ends in a delimiter, but for the rows
    if len(header) > MOST_COLUMNS:
        raise ReadError(
            f"The file has {count(len(header))} columns; at most {count(MOST_COLUMNS)} are read. "
            "Choose another delimiter, or export the columns that matter."
        )
    if len(header) < 2:
        raise ReadError(
            f"The file has one column when it is split at each {DELIMITERS.get(dialect.delimiter)}."
            " A loan file needs an outcome and at least one field. "
            "Choose another delimiter, or upload a file with more columns."
        )
    return header, len(header)


def first_rows(material: Material, dialect: Dialect, most: int = 2) -> list[list[str]]:
    """Return the first rows that are not blank."""
    # Two rows of 1 MB are none; the whole file need not be decoded for them.
    lines = first_lines(material, dialect.encoding, 1_000_000)[dialect.preamble :]
    rows: list[list[str]] = []
    part = "\n".join(lines[: most * 100 + 100]).splitlines(keepends=True)
    for row in dialect.rows(part):
        # Blank lines are skipped: a line of delimiters alone is not blank.
        if len(row) > 1 or "".join(row).strip():
            rows.append(row)
        if len(rows) == most:
            break
    return rows


@dataclass(frozen=True, slots=True)
class _First:
    """What the first thousand rows say of columns that may hold codes such as 00417 or 0x1F.

    Attributes:
        as_text: Columns to keep as text, because they hold one.
        digits: How many digits the cells of a column have, where all have as many and none is such
            a code: the first may come later.
    """

    as_text: frozenset[str]
    digits: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, material: Material, dialect: Dialect, width: int) -> Self:
        rows = first_rows(material, dialect, 1_001)[int(dialect.header) :]
        columns = enumerate(zip_longest(*(row[:width] for row in rows), fillvalue=""))
        known = {str(place): set(cells) - {*MISSING_WORDS} for place, cells in columns}
        codes = frozenset(name for name, cells in known.items() if any(map(_CODE.match, cells)))
        lengths = {
            name: {len(cell) if cell.isdecimal() else 0 for cell in cells}
            for name, cells in known.items()
            if name not in codes
        }
        return cls(codes, {name: min(each) for name, each in lengths.items() if len(each) == 1})


def _cells(text: PlainText, first: _First, tell: Tell, only: frozenset[str] | None) -> Gathered:
    """Return the cells; a column that may hold a code further down is read once more, as text."""
    found = text.read(first.as_text, tell, only)
    if late := found.may_lack_zeros(first.digits):
        found.columns |= text.read(late, tell, late).columns
    return found


def _spaced_quotes(material: Material, dialect: Dialect) -> bool:
    head = material.head(200_000)
    mark = f"{dialect.delimiter} {dialect.quote}"
    return mark.encode(dialect.encoding, errors="replace") in head


def _carefully(
    material: Material,
    dialect: Dialect,
    header: list[str],
    first: _First,
    tell: Tell,
    only: frozenset[str] | None,
) -> Parsed:
    """Look at every line first, then read those that fit."""
    width = len(header)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.csv"
        try:
            found = sort_rows(material, dialect, width, whole, tell)
        except UnicodeError as error:
            raise _wrong_encoding(dialect, error) from error
        if found.broken and not dialect.skip_broken:
            raise BrokenRowsError(found.broken, found.kept)
        if not found.kept:
            raise ReadError(
                f"None of {count(len(found.broken))} rows has as many cells as the header, "
                f"{count(width)}. Choose another delimiter, or export the file again."
            )
        plain = replace(dialect, encoding="utf-8", preamble=0, header=False)
        try:
            text = PlainText(Material(whole), plain, width, 0, spanning=True)
            cells = _cells(text, first, tell, only)
        except pa.ArrowInvalid as error:
            raise ReadError(
                f"The file cannot be read as a table: {error}. Check quotes and delimiter."
            ) from error
    return Parsed(cells, header, tuple(found.broken), tuple(_said(found)))


def _rows(number: int, one: str, many: str) -> str:
    return f"row {one}" if number == 1 else f"rows {many}"


def _said(found: Sorted) -> list[str]:
    notes = []
    if found.broken:
        first = found.broken[0].line
        skipped = len(found.broken)
        where = f"the first in line {first:,}" if skipped > 1 else f"line {first:,}"
        notes.append(
            f"{count(skipped)} broken {_rows(skipped, 'was', 'were')} skipped, {where}. "
            "What was skipped is kept with the file and can be downloaded."
        )
    if found.trimmed:
        notes.append(
            f"{count(found.trimmed)} {_rows(found.trimmed, 'ends', 'end')} in blank cells beyond "
            "the last column; "
            "these cells were left out."
        )
    return notes


def _wrong_encoding(dialect: Dialect, error: Exception) -> ReadError:
    return ReadError(
        f"The file cannot be read as {dialect.encoding}: {error}. Choose another encoding."
    )
