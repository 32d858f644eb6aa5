"""Text of a known dialect → columns, by Arrow, as long as every row has the same width."""

import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa
from pyarrow import csv

from core.data.blocks import Block, blocks
from core.data.dialect import Dialect, first_lines
from core.data.gathering import Gathered
from core.data.material import Material

# It gives the memory of one column back; Arrow's own keeps pages that several columns share.
pa.set_memory_pool(pa.system_memory_pool())

MISSING_WORDS = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "<NA>", "#NULL!")
"""Cells that mean "nothing is known" in every column."""
_BLOCK = 2 << 20  # bytes; larger ones leave the cache of a core, and take memory
_COLUMNS = 32  # a block holds fewer rows of more; each column costs a little to begin
_AT_ONCE = min(4, os.cpu_count() or 2)

_Types: TypeAlias = Mapping[str, pa.DataType]

Tell = Callable[[int, int], None]
"""Is told how many bytes are read, and of how many."""


class UnclearError(Exception):
    """Every line has to be looked at: cells span lines, or a byte is no text."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """A table of text in which every row should have the same width.

    Attributes:
        material: The file.
        dialect: How it is written.
        width: Cells of a row.
        before: Rows before the first loan, blank ones included.
        spanning: Whether cells may span lines, every quote being closed.
    """

    material: Material
    dialect: Dialect
    width: int
    before: int
    spanning: bool = False

    def read(
        self, as_text: Collection[str], tell: Tell, only: Collection[str] | None = None
    ) -> Gathered:
        """Return the cells as columns named by their numbers, from "0".

        All values of a column decide what they are, however the file falls into blocks.

        Args:
            as_text: Columns that are known to be text.
            tell: Called after each block.
            only: Columns to read; all when None.

        Raises:
            UnclearError: Every line has to be looked at.
            UnicodeError: A byte is no text.
            pa.ArrowInvalid: A row has more or fewer cells.
        """
        names = [str(i) for i in range(self.width) if only is None or str(i) in only]
        found = self._gathered(names, as_text, tell)
        if mixed := found.mixed():
            found.columns |= self._gathered(mixed, mixed, tell).columns
        return found

    def _gathered(self, names: Collection[str], as_text: Collection[str], tell: Tell) -> Gathered:
        found, size = Gathered.of(names), self.material.size
        texts = dict.fromkeys(as_text, pa.large_string())
        under_way: deque[tuple[Future[pa.Table], int]] = deque()

        def gather() -> None:
            future, done = under_way.popleft()
            found.add(future.result(), done / size)
            tell(done, size)

        before = self.before
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for block in self._blocks():
                if before and before >= block.lines:
                    before -= block.lines
                    continue
                types = found.likely() | texts
                parsed = pool.submit(self._parsed, block, before, names, types)
                under_way.append((parsed, block.done))
                before = 0
                if len(under_way) > _AT_ONCE:
                    gather()
            while under_way:
                gather()
        return found

    def _blocks(self) -> Iterator[Block]:
        quote = self.dialect.quote.encode() if self.spanning else b""
        size = _BLOCK * min(8, max(1, self.width // _COLUMNS))
        return blocks(self.material, self.dialect.encoding, size, quote)

    def _parsed(self, block: Block, before: int, names: Collection[str], types: _Types) -> pa.Table:
        quoted = self.dialect.quote.encode() in block.text
        table = self._tried(block, before, quoted, names, types)
        if any(map(pa.types.is_binary, table.schema.types)):
            raise UnclearError
        if quoted and not self.spanning:
            self._require_whole(block, len(table) + (self._above if before else 0))
        return table

    def _tried(
        self, block: Block, before: int, quoted: bool, names: Collection[str], types: _Types
    ) -> pa.Table:
        """Return the cells in the types that are likely, or as they are where one is not."""
        text, ascii_only = pa.py_buffer(block.text).slice(0, block.end), block.text.isascii()
        try:
            return self._table(text, before, quoted, self._options(names, types, ascii_only))
        except pa.ArrowInvalid:  # a word among numbers, for one, or a broken row
            texts = {name: kind for name, kind in types.items() if kind == pa.large_string()}
            return self._table(text, before, quoted, self._options(names, texts, ascii_only))

    def _require_whole(self, block: Block, rows: int) -> None:
        """Make sure that no cell spans lines: meant so, or because its quote is never closed."""
        if block.lines > rows or not self._is_row(block.last_line):
            raise UnclearError

    def _is_row(self, line: bytes) -> bool:
        """Return whether a line ends its row as Arrow sees it; else the next belongs to it."""
        if self.dialect.quote.encode() not in line:
            return True
        twice = pa.py_buffer(line + b"\n" + line)
        return len(self._table(twice, 0, True, csv.ConvertOptions())) == 2

    @property
    def _above(self) -> int:
        return self.dialect.preamble + self.dialect.header

    def _table(
        self, text: pa.Buffer, before: int, quoted: bool, options: csv.ConvertOptions
    ) -> pa.Table:
        return csv.read_csv(
            pa.BufferReader(text),
            read_options=csv.ReadOptions(
                use_threads=False,
                block_size=len(text) + 1,
                column_names=[str(i) for i in range(self.width)],
                skip_rows_after_names=before,
            ),
            parse_options=csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                quote_char=self.dialect.quote if quoted else False,
                newlines_in_values=quoted,
            ),
            convert_options=options,
        )

    def _options(
        self, names: Collection[str], types: _Types, ascii_only: bool
    ) -> csv.ConvertOptions:
        return csv.ConvertOptions(
            check_utf8=not ascii_only,
            include_columns=list(names),
            column_types=types,
            null_values=list(MISSING_WORDS),
            strings_can_be_null=True,
            true_values=[],
            false_values=[],
            decimal_point=self.dialect.decimal,
        )


def rows_before(material: Material, dialect: Dialect) -> int:
    """Return how many rows, blank ones included, stand before the first loan."""
    lines = first_lines(material, dialect.encoding, 1_000_000)
    blank = 0
    for line in lines[dialect.preamble :]:
        if line.strip(" "):
            break
        blank += 1
    return dialect.preamble + (blank + 1 if dialect.header else 0)
