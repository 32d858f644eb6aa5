"""Every line of a text table, looked at one by one: which rows are whole, and which are broken."""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from core.data.dialect import Dialect
from core.data.material import Material
from core.errors import ReadError

LONGEST_ROW = 1_000_000
"""Characters; a row of a loan file has some hundreds."""
_TOLD_EACH = 20_000  # rows
_LONGEST_QUOTE = 50  # lines one quoted cell may span before its quote counts as never closed


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that does not fit the header.

    Attributes:
        line: In the file, from 1.
        cells: How many it has; 0 where a quote is opened and never closed.
        expected: How many it should have.
        text: As it stands in the file.
    """

    line: int
    cells: int
    expected: int
    text: str

    def __str__(self) -> str:
        """Say what is wrong, without what to do."""
        if not self.cells:
            return f"Line {self.line:,} opens a quote that is never closed."
        return (
            f"Line {self.line:,} has {self.cells} cell{'s' * (self.cells != 1)}, "
            f"but the rows before it have {self.expected}."
        )


@dataclass
class Sorted:
    """What came of the lines.

    Attributes:
        broken: Rows left out, in file order.
        trimmed: Rows whose blank cells beyond the header were left out.
        kept: Rows written, without the header.
    """

    broken: list[BrokenRow] = field(default_factory=list)
    trimmed: int = 0
    kept: int = 0


def sort_rows(
    material: Material,
    dialect: Dialect,
    width: int,
    whole: Path,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> Sorted:
    """Write the rows of the right width; return what was left out.

    Args:
        material: The file.
        dialect: How it is written.
        width: Cells of a row.
        whole: File to write: UTF-8, same delimiter and quotes, without preamble and header.
        tell: Called from time to time with the bytes that were looked at, and how many there are.

    Raises:
        ReadError: A byte is no text in the encoding, or a row is longer than a million characters.
    """
    found = Sorted()
    with material.open() as file, whole.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(
            out, delimiter=dialect.delimiter, quotechar=dialect.quote, lineterminator="\n"
        )
        rows = _rows(_text(file, dialect.encoding), dialect, width)
        for number, row in enumerate(islice(rows, int(dialect.header), None), start=1):
            if number % _TOLD_EACH == 0:
                tell(file.tell(), material.size)
            if row.width == width:
                if row.cells is None:
                    out.write(f"{row.text}\n")
                else:
                    writer.writerow(row.cells)
                found.kept += 1
            elif row.cells and row.width > width and not "".join(row.cells[width:]).strip():
                writer.writerow(row.cells[:width])
                found.trimmed, found.kept = found.trimmed + 1, found.kept + 1
            else:
                found.broken.append(BrokenRow(row.line, row.width, width, row.text))
    return found


@dataclass(frozen=True, slots=True)
class _Row:
    """One row; `cells` is None where the text can be copied, `width` 0 where a quote stays open."""

    line: int
    text: str
    width: int
    cells: list[str] | None


def _text(file: BinaryIO, encoding: str) -> TextIO:
    name = "utf-8-sig" if encoding.replace("_", "-").lower() in ("utf-8", "utf8") else encoding
    return io.TextIOWrapper(file, encoding=name, newline=None)


def _rows(file: TextIO, dialect: Dialect, width: int) -> Iterator[_Row]:
    """Yield each row that is not blank; quoted cells may span lines."""
    lines = islice(_lines(file), dialect.preamble, None)
    back: deque[tuple[int, str]] = deque()  # lines taken by a quote that did not end well
    while following := (back.popleft() if back else next(lines, None)):
        line, text = following
        if dialect.quote not in text:
            if text.strip(" "):
                yield _plain(line, text, dialect, width)
            continue
        taken: list[tuple[int, str]] = []
        joined = text
        still_open = _is_open(text, dialect)
        while still_open and len(taken) < _LONGEST_QUOTE:
            following = back.popleft() if back else next(lines, None)
            if following is None:
                break
            taken.append(following)
            joined = f"{joined}\n{following[1]}"
            still_open = dialect.quote not in following[1] or _is_open(
                joined, dialect, strictly=True
            )
        cells = [] if still_open else _cells(joined, dialect)
        if taken and len(cells) != width:
            back.extendleft(reversed(taken))
            yield _Row(line, text, 0, [])
        else:
            yield _Row(line, joined, len(cells), cells)


def _plain(line: int, text: str, dialect: Dialect, width: int) -> _Row:
    found = text.count(dialect.delimiter) + 1
    return _Row(line, text, found, None if found == width else text.split(dialect.delimiter))


def _cells(text: str, dialect: Dialect) -> list[str]:
    return next(csv.reader(text.splitlines(keepends=True), **dialect.as_csv()), [])


def _lines(lines: TextIO) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        while line := lines.readline(LONGEST_ROW + 1):
            number += 1
            if len(line) > LONGEST_ROW:
                raise ReadError(
                    f"Line {number:,} has more than {LONGEST_ROW:,} characters. "
                    "A loan file has one row for each loan; check how it was exported."
                )
            yield number, line.rstrip("\n")
    except UnicodeError as error:
        raise ReadError(f"The file cannot be read: {error}. Choose another encoding.") from error


def _is_open(text: str, dialect: Dialect, *, strictly: bool = False) -> bool:
    """Return whether a quote is opened at the start of a cell and not closed.

    Strictly, a closing quote ends the cell: otherwise the quote that opens the next cell of its
    kind, many lines below, would close one that was left open by mistake.
    """
    if dialect.quote not in text:
        return False
    return _closed(dialect.quote, dialect.delimiter, strictly).fullmatch(text) is None


@cache
def _closed(quote: str, delimiter: str, strictly: bool) -> re.Pattern[str]:
    """Return a pattern of rows whose quotes are closed; possessive, so it takes linear time."""
    q, d = re.escape(quote), re.escape(delimiter)
    rest = r"\ *+" if strictly else rf"[^{d}]*+"
    cell = rf"(?:\ *+{q}(?:[^{q}]++|{q}{q})*+{q}{rest}|(?!\ *+{q})[^{d}]*+)"
    return re.compile(rf"{cell}(?:{d}{cell})*+", re.DOTALL)
