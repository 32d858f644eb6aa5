"""Text of a known dialect → an Arrow table, and the rows that do not fit it."""

import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from core.data.dialect import DELIMITERS, Dialect, first_lines
from core.data.material import Material
from core.data.rows import BrokenRow, Sorted, sort_rows
from core.errors import ReadError
from core.formatting import count

# It gives the memory of one column back; Arrow's own keeps pages that several columns share.
pa.set_memory_pool(pa.system_memory_pool())

MISSING_WORDS = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "<NA>", "#NULL!")
"""Cells that mean "nothing is known" in every column."""
MOST_COLUMNS = 2_000

_BLOCK = 2 << 20
_TRIED = 1 << 20
_FEW_WORDS = 1_000  # different texts of a column that are kept once each while it is read
_CODE = re.compile(r"^0\d+$")


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


@dataclass
class Parsed:
    """Cells in columns named "0", "1", …; `header` is their names as written, "" without one."""

    table: pa.Table | None
    header: list[str]
    broken: tuple[BrokenRow, ...] = ()
    notes: tuple[str, ...] = ()

    def take(self) -> pa.Table:
        """Hand out the table and forget it, so that its memory can be given back by column."""
        table, self.table = self.table, None
        return table


def parse(material: Material, dialect: Dialect, as_text: frozenset[str] = frozenset()) -> Parsed:
    """Return the cells of the file.

    Columns of which `as_text` has the number are not judged. Otherwise numbers, ISO dates and texts
    are told apart by all values of a column; anything else is text.

    Raises:
        BrokenRowsError: Rows have more or fewer cells than the header, and are not to be skipped.
        ReadError: There is no table.
    """
    header, width = _shape(material, dialect)
    types = _codes(material, dialect, width) | dict.fromkeys(as_text, pa.string())
    try:
        spaced = _spaced_quotes(material, dialect)
        table = None if spaced else _read(material, dialect, width, types)
    except UnicodeError as error:
        raise _wrong_encoding(dialect, error) from error
    except pa.ArrowInvalid as error:
        if "ecode" in str(error) or "odec" in str(error):
            raise _wrong_encoding(dialect, error) from error
        table = None
    if table is None or _undecoded(table) or _spans(table, material, dialect):
        del table
        return _carefully(material, dialect, header, width, types)
    return Parsed(table, header)


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
    for row in dialect.split(part):
        # Blank lines are skipped: a line of delimiters alone is not blank.
        if len(row) > 1 or "".join(row).strip():
            rows.append(row)
        if len(rows) == most:
            break
    return rows


def _codes(material: Material, dialect: Dialect, width: int) -> dict[str, pa.DataType]:
    """Return columns to keep as text because they hold codes such as 00417."""
    rows = first_rows(material, dialect, 1_001)[int(dialect.header) :]
    codes = {
        str(i)
        for row in rows
        for i, cell in enumerate(row[:width])
        if cell.startswith("0") and _CODE.match(cell)
    }
    return dict.fromkeys(codes, pa.string())


def _spaced_quotes(material: Material, dialect: Dialect) -> bool:
    head = material.head(200_000)
    mark = f"{dialect.delimiter} {dialect.quote}"
    return mark.encode(dialect.encoding, errors="replace") in head


def _read(
    material: Material,
    dialect: Dialect,
    width: int,
    types: dict[str, pa.DataType],
    *,
    skip: int | None = None,
) -> pa.Table:
    """Return the table, unless a row has another width.

    Arrow keeps all text in memory while it infers types, so those of the first rows are tried
    before; where a later value does not fit them, all values decide.
    """
    before = _before(material, dialect) if skip is None else skip
    if material.size > 4 * _TRIED:
        tried = types | _types_of_first_rows(material, dialect, width, types, before)
        try:
            return _read_as(material, dialect, width, tried, before)
        except pa.ArrowInvalid as error:
            if "onversion error" not in str(error):
                raise
    return _read_as(material, dialect, width, types, before)


def _types_of_first_rows(
    material: Material,
    dialect: Dialect,
    width: int,
    types: dict[str, pa.DataType],
    before: int,
) -> dict[str, pa.DataType]:
    lines = first_lines(material, dialect.encoding, _TRIED)
    part = Material("\n".join(lines).encode())
    try:
        table = _read_as(part, replace(dialect, encoding="utf-8"), width, types, before)
    except pa.ArrowInvalid:
        return {}
    return {
        name: _wider(column.type)
        for name, column in zip(table.column_names, table.columns, strict=True)
        if not pa.types.is_null(column.type)
    }


def _wider(kind: pa.DataType) -> pa.DataType:
    """Return a type that holds what later rows may hold, and that pandas takes without a copy."""
    if pa.types.is_integer(kind):
        return pa.float64()
    # Coding texts while they are parsed takes longer than coding a whole column afterwards.
    return pa.large_string() if pa.types.is_dictionary(kind) or kind == pa.string() else kind


def _read_as(
    material: Material,
    dialect: Dialect,
    width: int,
    types: dict[str, pa.DataType],
    before: int,
) -> pa.Table:

    quoted = material.holds(_quote(dialect))
    return csv.read_csv(
        material.stream(),
        read_options=csv.ReadOptions(
            block_size=_BLOCK,
            encoding=_plain_name(dialect.encoding),
            column_names=[str(i) for i in range(width)],
            skip_rows_after_names=before,
        ),
        parse_options=csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote if quoted else False,
            newlines_in_values=quoted,
        ),
        convert_options=csv.ConvertOptions(
            null_values=list(MISSING_WORDS),
            strings_can_be_null=True,
            auto_dict_encode=True,
            auto_dict_max_cardinality=_FEW_WORDS,
            true_values=[],
            false_values=[],
            decimal_point=dialect.decimal,
            column_types=types,
        ),
    )


def _quote(dialect: Dialect) -> bytes:
    """Return the byte that stands for a quote, in every encoding."""
    return dialect.quote.encode("ascii")


def _plain_name(encoding: str) -> str:
    """Return the name under which Arrow reads UTF-8 without a detour; it skips the mark."""
    return "utf8" if encoding.lower() in ("utf-8", "utf-8-sig", "utf8") else encoding


def _before(material: Material, dialect: Dialect) -> int:
    """Return how many rows, blank ones included, stand before the first loan."""
    lines = first_lines(material, dialect.encoding, 1_000_000)
    blank = 0
    for line in lines[dialect.preamble :]:
        if line.strip(" "):
            break
        blank += 1
    return dialect.preamble + (blank + 1 if dialect.header else 0)


def _spans(table: pa.Table, material: Material, dialect: Dialect) -> bool:
    """Return whether some cell spans lines: meant so, or because its quote is never closed."""
    if not material.holds(_quote(dialect)):
        return False
    lines = sum(max(block.count(b"\n"), block.count(b"\r")) for block in material.blocks())
    return lines > len(table) + dialect.preamble + dialect.header


def _undecoded(table: pa.Table) -> bool:
    kinds = [column.type for column in table.schema]
    kinds = [kind.value_type if pa.types.is_dictionary(kind) else kind for kind in kinds]
    return any(pa.types.is_binary(kind) for kind in kinds)


def _carefully(
    material: Material,
    dialect: Dialect,
    header: list[str],
    width: int,
    types: dict[str, pa.DataType],
) -> Parsed:
    """Look at every line first, then read those that fit."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.csv"
        try:
            found = sort_rows(material, dialect, width, whole)
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
            table = _read(Material(whole), plain, width, types, skip=0)
        except pa.ArrowInvalid as error:
            raise ReadError(
                f"The file cannot be read as a table: {error}. Check quotes and delimiter."
            ) from error
    return Parsed(table, header, tuple(found.broken), tuple(_said(found)))


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
