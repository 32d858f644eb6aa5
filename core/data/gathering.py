"""Columns gathered from blocks of cells, each in its final form: no block is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Group = Literal["nothing", "number", "moment", "text", "other"]

_FORMS = {"number": pa.float64(), "moment": pa.timestamp("us"), "text": pa.large_string()}
_MORE = 1.01  # of what is to be expected, so that the last block finds room


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers.

    Attributes:
        values: (n,) float64, NaN where nothing is known.
        whole: Whether all of them were written as whole numbers.
        least: The smallest; infinity where none is known.
        most: The largest; minus infinity where none is known.
    """

    values: np.ndarray
    whole: bool
    least: float
    most: float


Cells: TypeAlias = Numbers | np.ndarray | pa.Array | None
"""Numbers, (n,) datetime64[us] or texts; None for others, which have to be read as text."""


@dataclass(slots=True)
class _Growing:
    """An array of which the end is not known yet; memory that is not filled costs nothing."""

    values: np.ndarray

    def put(self, part: np.ndarray, start: int, room: int) -> None:
        """Write a part; `room` is the length to expect in all."""
        end = start + len(part)
        if end > len(self.values):
            longer = np.empty(max(end, ceil(room * _MORE)), self.values.dtype)
            longer[:start] = self.values[:start]
            self.values = longer
        self.values[start:end] = part


@dataclass(slots=True)
class _Texts:
    """Texts as Arrow and pandas keep them: all letters in a row, and where each text ends."""

    letters: _Growing = field(default_factory=lambda: _Growing(np.empty(0, np.uint8)))
    ends: _Growing = field(default_factory=lambda: _Growing(np.zeros(1, np.int64)))
    known: _Growing = field(default_factory=lambda: _Growing(np.empty(0, bool)))

    def put(self, texts: pa.Array, start: int, room: int) -> None:
        if not len(texts):
            return
        _, offsets, letters = texts.buffers()
        ends = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        size = int(self.ends.values[start])
        self.ends.put(ends[1:] + (size - ends[0]), start + 1, room + 1)
        if letters is not None:
            part = np.frombuffer(letters, np.uint8)[ends[0] : ends[-1]]
            share = (start + len(texts)) / room
            self.letters.put(part, size, ceil((size + len(part)) / share))
        self.known.put(_known(texts), start, room)

    def array(self, rows: int) -> pa.Array:
        known = self.known.values[:rows]
        valid = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
        ends, letters = (pa.py_buffer(each.values) for each in (self.ends, self.letters))
        return pa.Array.from_buffers(pa.large_string(), rows, [valid, ends, letters])


@dataclass(slots=True)
class Column:
    """One column, as far as it has come.

    Attributes:
        group: Of its cells so far.
        mixed: Whether they are of several groups, so that all of them have to be read as text.
    """

    group: Group = "nothing"
    mixed: bool = False
    _values: _Growing = field(default_factory=lambda: _Growing(np.empty(0)))
    _texts: _Texts = field(default_factory=_Texts)
    _whole: bool = True
    _fine: bool = False
    _least: float = np.inf
    _most: float = -np.inf

    @property
    def likely(self) -> pa.DataType | None:
        """What the next cells are likely to be; text where they stay text, whatever they are."""
        if self.mixed or self.group == "text":
            return pa.large_string()
        if self.group == "number":
            return pa.int64() if self._whole else pa.float64()
        return None

    def add(self, cells: pa.Array, start: int, room: int) -> None:
        """Append cells.

        Args:
            cells: As Arrow inferred them.
            start: Rows before them.
            room: Rows to expect in all.
        """
        group = _group(cells.type)
        if group not in ("nothing", self.group):
            self.mixed |= self.group != "nothing"
            self.group = group
            self._values = _Growing(np.empty(0, "M8[us]" if group == "moment" else float))
            self._append(pa.nulls(start), 0, room)
        self._append(cells, start, room)

    def _append(self, cells: pa.Array, start: int, room: int) -> None:
        if self.mixed or self.group not in _FORMS:
            return
        form = _FORMS[self.group]
        if cells.type != form and (self.group != "number" or pa.types.is_null(cells.type)):
            self._fine |= cells.type == pa.timestamp("ns")
            cells = pc.cast(cells, form, safe=False)
        if self.group == "text":
            self._texts.put(cells, start, room)
            return
        values = cells.to_numpy(zero_copy_only=False)
        if self.group == "number":
            self._measure(cells, values)
        self._values.put(values, start, room)

    def _measure(self, cells: pa.Array, values: np.ndarray) -> None:
        if cells.null_count == len(cells):
            return
        if pa.types.is_floating(cells.type):
            self._whole = False
            ends = _ends(values)
        elif cells.null_count:
            ends = tuple(pc.min_max(cells).as_py().values())
        else:
            ends = int(values.min()), int(values.max())  # whole, however long they are
        self._least, self._most = min(self._least, ends[0]), max(self._most, ends[1])

    def may_lack_zeros(self, digits: int) -> bool:
        """Return whether numbers may have been codes of so many digits, some led by zeros."""
        counts = self.group == "number" and self._whole and self._least >= 0
        return counts and self._least < 10 ** (digits - 1) and self._most < 10**digits

    def last_text(self, rows: int) -> str | None:
        """Return the last of `rows` cells, if it is text."""
        if self.group != "text":
            return None
        text: str | None = self._texts.array(rows)[-1].as_py()
        return text

    def without_last(self, rows: int) -> None:
        """Forget what came of the last of `rows` rows."""
        if self.group == "number":
            self._least, self._most = _ends(self._values.values[: rows - 1])

    def finish(self, rows: int) -> None:
        """Judge the whole: moments to the nanosecond do not go together with those far away."""
        if self._fine and not self.mixed:
            known = self._values.values[:rows]
            first, last = np.fmin.reduce(known), np.fmax.reduce(known)
            self.mixed = bool(first < pd.Timestamp.min or last > pd.Timestamp.max)

    def cells(self, rows: int) -> Cells:
        """Return all of them, `rows` in number."""
        match self.group:
            case "nothing":
                return Numbers(np.full(rows, np.nan), True, self._least, self._most)
            case "number":
                values = self._values.values[:rows]
                return Numbers(values, self._whole, self._least, self._most)
            case "moment":
                return self._values.values[:rows]
            case "text":
                return self._texts.array(rows)
        return None


@dataclass(slots=True)
class Gathered:
    """The columns of a table, by name.

    Attributes:
        columns: In their order.
        rows: Gathered so far.
    """

    columns: dict[str, Column]
    rows: int = 0

    @classmethod
    def of(cls, names: Iterable[str]) -> "Gathered":
        """Return columns without rows."""
        return cls({name: Column() for name in names})

    def add(self, table: pa.Table, share: float) -> None:
        """Append the rows of a table; with them `share` of all are there, in (0, 1]."""
        room = ceil((self.rows + len(table)) / share)
        for batch in table.to_batches():
            for name, cells in zip(batch.schema.names, batch.columns, strict=True):
                self.columns[name].add(cells, self.rows, room)
            self.rows += len(batch)

    def likely(self) -> dict[str, pa.DataType]:
        """Return what the next cells are likely to be, of the columns that can tell."""
        kinds = ((name, column.likely) for name, column in self.columns.items())
        return {name: kind for name, kind in kinds if kind is not None}

    def mixed(self) -> frozenset[str]:
        """Return the columns that have to be read as text, all rows being there."""
        for column in self.columns.values():
            column.finish(self.rows)
        return frozenset(name for name, column in self.columns.items() if column.mixed)

    def may_lack_zeros(self, digits: Mapping[str, int]) -> frozenset[str]:
        """Return the columns that may have been codes; `digits` says of how many, by column."""
        known = {name: column for name, column in self.columns.items() if digits.get(name, 0) > 1}
        return frozenset(name for name in known if known[name].may_lack_zeros(digits[name]))

    def last_texts(self) -> list[str]:
        """Return the cells of the last row that are text."""
        texts = (each.last_text(self.rows) for each in self.columns.values())
        return [text for text in texts if text is not None]

    def without_last(self) -> None:
        """Leave the last row out."""
        for column in self.columns.values():
            column.without_last(self.rows)
        self.rows -= 1

    def take(self, name: str) -> Cells:
        """Hand out a column and forget it, so that its memory can be given back."""
        return self.columns.pop(name).cells(self.rows)


def _group(kind: pa.DataType) -> Group:
    if pa.types.is_null(kind):
        return "nothing"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "number"
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return "moment"
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    return "other"


def _known(cells: pa.Array) -> np.ndarray:
    if cells.null_count == 0:
        return np.ones(len(cells), bool)
    known: np.ndarray = cells.is_valid().to_numpy(zero_copy_only=False)
    return known


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Return the least and the largest number, NaN passed over."""
    return (
        float(np.fmin.reduce(values, initial=np.inf)),
        float(np.fmax.reduce(values, initial=-np.inf)),
    )
