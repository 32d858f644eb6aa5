"""The data dictionary: what each column means and may hold, as a table and as CSV."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from core.data.dictionary_cells import (
    bound_cell,
    read_bound,
    read_changeable,
    read_values,
    values_cell,
)
from core.data.encodings import detect_encoding
from core.data.schema import Column, Kind, Schema
from core.errors import DataError, SchemaError
from core.formatting import counted

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "Column": ("name", "field", "variable", "feature", "attribute"),
    "Called": ("label", "business name", "display name"),
    "Unit": ("units", "measure"),
    "Group": ("section",),
    "Allowed from": ("min", "minimum", "low", "lowest", "from"),
    "Allowed to": ("max", "maximum", "high", "highest", "to"),
    "Allowed values": ("values", "categories", "codes", "levels"),
    "Changeable": ("actionable", "mutable", "can change"),
    "Meaning": ("description", "definition"),
}
"""What the table holds, and under which other headings people write it."""

LONGEST = 1000
"""Characters of one text."""
LARGEST = 5_000_000
"""Bytes of a dictionary; 2,000 columns, the most a loan file has, take a tenth of it."""

_TEXTS = {"Called": "label", "Unit": "unit", "Group": "group", "Meaning": "description"}
_GUARDED = re.compile(r"^'(?=[=+\-@\t\r])")


@dataclass(frozen=True, slots=True)
class Import:
    """What became of an uploaded dictionary.

    Attributes:
        schema: With everything that could be read; what the file leaves blank stays as it was.
        matched: Columns of the loan file that it describes, in its order.
        unknown: Names it describes that the loan file does not have.
        undescribed: Columns of the loan file that it does not mention.
        unused: Headings that mean nothing to a dictionary.
        problems: What could not be read and was left as it was, a sentence for each.
    """

    schema: Schema
    matched: tuple[str, ...]
    unknown: tuple[str, ...]
    undescribed: tuple[str, ...]
    unused: tuple[str, ...]
    problems: tuple[str, ...]


def dictionary_frame(schema: Schema) -> pd.DataFrame:
    """Return one row for each column, under `HEADINGS`; blank cells are empty texts or None."""
    return pd.DataFrame([_entry(column) for column in schema.columns], columns=list(HEADINGS))


def _entry(column: Column) -> dict[str, Any]:
    texts = {heading: getattr(column, name) for heading, name in _TEXTS.items()}
    return texts | {
        "Column": column.name,
        "Allowed from": bound_cell(column.allowed.low),
        "Allowed to": bound_cell(column.allowed.high),
        "Allowed values": values_cell(column.allowed.values),
        "Changeable": column.changeable,
    }


def read_dictionary(raw: bytes, schema: Schema) -> Import:
    """Return the schema as an uploaded CSV describes it, and what became of every part of it.

    Columns are found by name; capitals, spaces and underscores need not agree. Blank cells
    leave what is there, and so does whatever cannot be read.

    Raises:
        ReadError: The bytes are no text.
        SchemaError: The file is too large, or no heading says which column a row describes.
    """
    if len(raw) > LARGEST:
        raise SchemaError(
            f"The dictionary has {len(raw):,} bytes; at most {LARGEST:,} are read. "
            "It should hold one row for each column, not the loans themselves."
        )
    return _Reading(schema, *_table(raw)).result()


def _table(raw: bytes) -> tuple[list[tuple[int, list[str]]], str]:
    """Return line numbers with their cells, the header first, and the decimal mark."""
    text = raw.decode(detect_encoding(raw), errors="replace").lstrip("\ufeff")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise SchemaError(
            f"The dictionary cannot be read near line {reader.line_num}: {error}. "
            "Save it as CSV once more."
        ) from error
    return rows, "," if delimiter == ";" else "."


class _Reading:
    """One dictionary being read: what was found so far."""

    def __init__(self, schema: Schema, rows: list[tuple[int, list[str]]], decimal: str) -> None:
        self._schema, self._decimal = schema, decimal
        header = [_unguarded(cell).strip() for cell in rows[0][1]] if rows else []
        self._places = _places(header)
        if "Column" not in self._places:
            held = ", ".join(repr(cell[:40]) for cell in header[:8]) or "nothing"
            raise SchemaError(
                f"The first row of the dictionary holds {held}; one heading should be 'Column', "
                "above the names of the loan file's columns. Download the dictionary to see how."
            )
        used = set(self._places.values())
        self._unused = [cell for at, cell in enumerate(header) if cell and at not in used]
        self._width, self._rows = len(header), rows[1:]
        self._names = _findable(schema.names)
        self._matched: list[str] = []
        self._unknown: list[str] = []
        self._problems: list[str] = []

    def result(self) -> Import:
        """Read every row."""
        for line, cells in self._rows:
            self._row(line, cells)
        return Import(
            self._schema,
            tuple(self._matched),
            tuple(self._unknown),
            tuple(name for name in self._schema.names if name not in self._matched),
            tuple(self._unused),
            tuple(self._problems),
        )

    def _row(self, line: int, cells: list[str]) -> None:
        if len(cells) > self._width:
            self._problems.append(
                f"Line {line}: {counted(len(cells), 'cell')}, but "
                f"{counted(self._width, 'heading')}; it was left out."
            )
            return
        entry = {
            heading: _unguarded(cells[at]).strip()
            for heading, at in self._places.items()
            if at < len(cells)
        }
        written = entry.get("Column", "")
        name = self._names.get(written) or self._names.get(_plain(written))
        if name is None:
            self._unknown.append(written or f"line {line}, which names no column")
        elif name in self._matched:
            self._problems.append(f"Line {line}: {name!r} is described twice; the first counts.")
        else:
            self._matched.append(name)
            self._describe(self._schema[name], entry, line)

    def _describe(self, column: Column, entry: Mapping[str, str], line: int) -> None:
        changes: dict[str, Any] = {}
        allowed: dict[str, Any] = {}
        kind = column.kind
        readers: tuple[tuple[str, dict[str, Any], str, Callable[[str], Any]], ...] = (
            *((heading, changes, attribute, _short) for heading, attribute in _TEXTS.items()),
            ("Changeable", changes, "changeable", read_changeable),
            ("Allowed from", allowed, "low", self._bound_of(kind)),
            ("Allowed to", allowed, "high", self._bound_of(kind)),
            ("Allowed values", allowed, "values", lambda text: read_values(text, kind)),
        )
        for heading, into, key, read in readers:
            if text := entry.get(heading, ""):
                self._try(line, heading, into, key, partial(read, text))
        together = partial(replace, column.allowed, **allowed)
        self._try(line, "Allowed from", changes, "allowed", together)
        self._schema = self._schema.change(column.name, **changes)

    def _bound_of(self, kind: Kind) -> Callable[[str], Any]:
        return lambda text: read_bound(text, kind, self._decimal)

    def _try(
        self, line: int, heading: str, into: dict[str, Any], key: str, read: Callable[[], Any]
    ) -> None:
        """Keep what a cell says, or note why it cannot be read."""
        try:
            into[key] = read()
        except DataError as error:
            self._problems.append(f"Line {line}, {heading}: {error}")


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise SchemaError(f"{len(text):,} characters; at most {LONGEST:,} are kept.")
    return text


def _places(header: list[str]) -> dict[str, int]:
    """Return where each heading stands; the first of several counts."""
    own = {_plain(heading): heading for heading in HEADINGS}
    other = {_plain(word): heading for heading, words in HEADINGS.items() for word in words}
    places: dict[str, int] = {}
    for known in (own, other):  # a column called "name" may stand beside one called "Column"
        for at, cell in enumerate(header):
            if heading := known.get(_plain(cell)):
                places.setdefault(heading, at)
    return places


def _findable(names: list[str]) -> dict[str, str]:
    """Return names by how they may be written; what could mean two names means none."""
    often = Counter(map(_plain, names))
    loosely = {_plain(name): name for name in names if often[_plain(name)] == 1}
    return loosely | {name.strip(): name for name in names} | {name: name for name in names}


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-.]+", " ", text).strip().casefold()


def _unguarded(cell: str) -> str:
    """Take away the apostrophe that keeps a spreadsheet from running a cell."""
    return _GUARDED.sub("", cell)
