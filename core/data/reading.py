"""A loan file → a typed frame, and notes on everything that was read with judgement."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa

from core.data.arrow_text import Tell
from core.data.by_column import by_column
from core.data.column_types import TextNeeded, TypedColumn, typed_column
from core.data.dialect import Dialect, detect, require_text
from core.data.gathering import Gathered
from core.data.material import Material
from core.data.parsing import BrokenRowsError, parse
from core.data.rows import BrokenRow
from core.data.tables import unpacked
from core.data.workbook import read_sheet
from core.errors import ReadError
from core.formatting import count

__all__ = [
    "BrokenRowsError",
    "Dialect",
    "Table",
    "detect",
    "preview",
    "read_table",
]

_TOTALS = re.compile(r"^\s*(grand )?(total|sum|totals|summe|gesamt|suma|合计|总计)s?:?\s*$", re.I)
_PREVIEWED = 256 << 10


@dataclass(frozen=True)
class Table:
    """A file as read.

    Attributes:
        frame: Numbers float64, texts `str`, dates datetime64[us]; RangeIndex = row id.
        dialect: How the file is written.
        notes: One sentence for everything that was not read as it stands.
        how: For columns that are not written plainly, in which way.
        broken: Rows that were skipped.
    """

    frame: pd.DataFrame
    dialect: Dialect
    notes: tuple[str, ...]
    how: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[BrokenRow, ...] = ()


def read_table(
    raw: bytes | memoryview | Path | Material,
    dialect: Dialect | None = None,
    *,
    most_bytes: int = 2_000_000_000,
    tell: Tell = lambda *_: None,
) -> Table:
    """Return the table in a file: text of any dialect, gzip, zip, Parquet or Excel.

    Args:
        raw: The bytes of the file, or where it is.
        dialect: How its text is written; detected when None.
        most_bytes: How large it may be when it is unpacked.
        tell: Called with the bytes of text that are read, and how many there are.

    Raises:
        BrokenRowsError: Rows have more or fewer cells than the header.
        ReadError: The file is empty, binary, too large, has one column or no rows.
    """
    with unpacked(Material.of(raw), most_bytes) as found:
        if found.kind == "text":
            return _of_text(found.material, dialect, found.notes, tell)
        if found.kind == "excel":
            sheet = read_sheet(found.material)
            table = _of_text(Material(sheet.text), _SHEET)
            return replace(table, notes=(*found.notes, *sheet.notes, *table.notes))
        return _of_arrow(found.arrow(), Dialect(), found.notes)


_SHEET = Dialect("\t")


def preview(raw: bytes | memoryview | Path | Material, dialect: Dialect | None = None) -> Table:
    """Return the first rows of a text file, read as the whole will be, within a moment.

    Broken rows are skipped here; only reading the whole file finds all of them.

    Raises:
        ReadError: It is no table; also where it is packed, and has to be read as a whole.
    """
    material = Material.of(raw)
    head = material.head(_PREVIEWED)
    if material.size > len(head):
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1] or head
        if dialect is None:
            dialect = replace(detect(Material(head)), encoding=detect(material).encoding)
        head = _even(head, dialect.encoding)
    dialect = dialect or detect(Material(head))
    return read_table(head, replace(dialect, skip_broken=True))


def _even(head: bytes, encoding: str) -> bytes:
    """Return whole characters of two bytes each."""
    if not encoding.startswith("utf-16"):
        return head
    return (
        head + b"\x00" if encoding != "utf-16-be" and len(head) % 2 else head[: len(head) // 2 * 2]
    )


def _of_text(
    material: Material,
    dialect: Dialect | None,
    notes: tuple[str, ...] = (),
    tell: Tell = lambda *_: None,
) -> Table:
    require_text(material)
    dialect = dialect or detect(material)
    parsed = parse(material, dialect, tell)
    before = list(notes)
    if dialect.preamble:
        lines = f"first {dialect.preamble} lines" if dialect.preamble > 1 else "first line"
        before.append(f"The {lines} of the file, before the table, were left out.")
    names, more = _names(parsed.header)
    totals = _leave_totals_out(parsed.cells)
    columns, needed = _typed(parsed.cells, names, dialect.decimal)
    if needed:
        again = parse(material, dialect, tell, needed).cells
        _leave_totals_out(again)
        for key in needed:
            name = names[int(key)]
            columns[name] = typed_column(again.take(key), name, dialect.decimal, text=True)
    return _table(names, columns, dialect, [*before, *parsed.notes, *more], totals, parsed.broken)


def _table(
    names: list[str],
    columns: dict[str, TypedColumn],
    dialect: Dialect,
    notes: list[str],
    totals: list[str],
    broken: tuple[BrokenRow, ...],
) -> Table:
    for name in names:
        notes += columns[name].notes
    how = {name: columns[name].how for name in names if columns[name].how}
    frame = pd.DataFrame({name: columns[name].series for name in names}, copy=False)
    if frame.empty:
        raise ReadError("The file has a header and not a single row. Export it again.")
    return Table(frame, dialect, tuple(notes + totals), how, broken)


def _of_arrow(arrow: pa.Table, dialect: Dialect, notes: tuple[str, ...]) -> Table:
    names, more = _names([str(name) for name in arrow.column_names])
    columns = [_plain_text(*each) for each in zip(arrow.columns, names, strict=True)]
    keys = [str(i) for i in range(len(names))]
    cells = Gathered.of(keys)
    cells.add(pa.table(columns, keys), 1.0)
    typed, needed = _typed(cells, names, ".")
    again = Gathered.of(needed)
    again.add(pa.table({key: _cast(columns[int(key)], names[int(key)]) for key in needed}), 1.0)
    for key in needed:
        name = names[int(key)]
        typed[name] = typed_column(again.take(key), name, ".", text=True)
    return _table(names, typed, dialect, [*notes, *more], [], ())


def _plain_text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Return categories and other forms of text as text; anything else as it is."""
    kind = column.type
    coded = pa.types.is_dictionary(kind) and not pa.types.is_string(kind.value_type)
    other = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or kind == pa.string_view()
    return _cast(column, name) if coded or other else column


def _cast(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ReadError(
            f"Column {name!r} holds {column.type}, which is no number, date or text. "
            "Leave it out, or write it as text."
        ) from error


def _typed(
    cells: Gathered, names: list[str], decimal: str
) -> tuple[dict[str, TypedColumn], frozenset[str]]:
    """Return the columns that could be typed, and the keys of those that need their text.

    The cells are emptied on the way: each column's memory is given back once it is typed.
    """

    def one(column: tuple[str, str]) -> TypedColumn | None:
        key, name = column
        try:
            return typed_column(cells.take(key), name, decimal)
        except TextNeeded:
            return None

    keys = list(cells.columns)
    found = by_column(one, list(zip(keys, names, strict=True)), cells.rows)
    return (
        {name: column for name, column in zip(names, found, strict=True) if column is not None},
        frozenset(key for key, column in zip(keys, found, strict=True) if column is None),
    )


def _names(header: list[str]) -> tuple[list[str], list[str]]:
    """Return unique column names, and a note for each that had to be made up."""
    given = [name.lstrip("\ufeff").strip() for name in header]
    times = Counter(given)
    taken: set[str] = set()
    names, notes = [], []
    for position, name in enumerate(given, start=1):
        unique = name or f"column_{position}"
        while unique in taken:
            unique = f"{unique}_2" if unique == name else _next(unique)
        if name and unique != name:
            notes.append(
                f"The header {name!r} occurs {times[name]} times; "
                f"the one in column {position} is called {unique!r} here. "
                "Check which of them is meant, and set the others to ignore."
            )
        names.append(unique)
        taken.add(unique)
    return names, notes


def _next(name: str) -> str:
    stem, _, number = name.rpartition("_")
    return f"{stem}_{int(number) + 1}" if number.isdecimal() else f"{name}_2"


def _leave_totals_out(cells: Gathered) -> list[str]:
    """Leave out a last row of totals, and say so."""
    if cells.rows < 2 or not any(map(_TOTALS.match, cells.last_texts())):
        return []
    cells.without_last()
    return [f"Row {count(cells.rows + 1)}, the last one, is a row of totals and was left out."]
