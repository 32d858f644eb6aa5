"""Text of a known dialect → columns, by Arrow, as long as every row has the same width."""

from dataclasses import dataclass, replace

import pyarrow as pa
from pyarrow import csv

from core.data.dialect import Dialect, first_lines
from core.data.material import Material

# It gives the memory of one column back; Arrow's own keeps pages that several columns share.
pa.set_memory_pool(pa.system_memory_pool())

MISSING_WORDS = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "<NA>", "#NULL!")
"""Cells that mean "nothing is known" in every column."""
_BLOCK = 2 << 20
_TRIED = 1 << 20
_FEW_WORDS = 1_000  # different texts of a column that are kept once each while it is read


@dataclass(frozen=True, slots=True)
class PlainText:
    """A table of text in which every row should have the same width.

    Attributes:
        material: The file.
        dialect: How it is written.
        width: Cells of a row.
        before: Rows before the first loan, blank ones included.
        quoted: Whether a quote occurs anywhere.
    """

    material: Material
    dialect: Dialect
    width: int
    before: int
    quoted: bool = True

    def read(self, types: dict[str, pa.DataType]) -> pa.Table:
        """Return the cells as columns named by their numbers, from "0".

        Arrow keeps all text in memory while it infers types, so those of the first rows are tried
        before; where a later value does not fit them, all values decide.

        Args:
            types: Of columns that are known, by name.

        Raises:
            pa.ArrowInvalid: A row has more or fewer cells, or a byte is no text.
        """
        if self.material.size > 4 * _TRIED:
            try:
                return self._read_as(types | self._types_of_first_rows(types))
            except pa.ArrowInvalid as error:
                if "onversion error" not in str(error):
                    raise
        return self._read_as(types)

    def _types_of_first_rows(self, types: dict[str, pa.DataType]) -> dict[str, pa.DataType]:
        lines = first_lines(self.material, self.dialect.encoding, _TRIED)
        part = Material("\n".join(lines).encode())
        try:
            table = replace(
                self, material=part, dialect=replace(self.dialect, encoding="utf-8")
            )._read_as(types)
        except pa.ArrowInvalid:
            return {}
        return {
            name: _wider(column.type)
            for name, column in zip(table.column_names, table.columns, strict=True)
            if not pa.types.is_null(column.type)
        }

    def _read_as(self, types: dict[str, pa.DataType]) -> pa.Table:
        return csv.read_csv(
            self.material.stream(),
            read_options=csv.ReadOptions(
                block_size=_BLOCK,
                encoding=_plain_name(self.dialect.encoding),
                column_names=[str(i) for i in range(self.width)],
                skip_rows_after_names=self.before,
            ),
            parse_options=csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                quote_char=self.dialect.quote if self.quoted else False,
                newlines_in_values=self.quoted,
            ),
            convert_options=csv.ConvertOptions(
                null_values=list(MISSING_WORDS),
                strings_can_be_null=True,
                auto_dict_encode=True,
                auto_dict_max_cardinality=_FEW_WORDS,
                true_values=[],
                false_values=[],
                decimal_point=self.dialect.decimal,
                column_types=types,
            ),
        )


def _wider(kind: pa.DataType) -> pa.DataType:
    """Return a type that holds what later rows may hold, and that pandas takes without a copy."""
    if pa.types.is_integer(kind):
        return pa.float64()
    # Coding texts while they are parsed takes longer than coding a whole column afterwards.
    return pa.large_string() if pa.types.is_dictionary(kind) or kind == pa.string() else kind


def _plain_name(encoding: str) -> str:
    """Return the name under which Arrow reads UTF-8 without a detour; it skips the mark."""
    return "utf8" if encoding.lower() in ("utf-8", "utf-8-sig", "utf8") else encoding


def rows_before(material: Material, dialect: Dialect) -> int:
    """Return how many rows, blank ones included, stand before the first loan."""
    lines = first_lines(material, dialect.encoding, 1_000_000)
    blank = 0
    for line in lines[dialect.preamble :]:
        if line.strip(" "):
            break
        blank += 1
    return dialect.preamble + (blank + 1 if dialect.header else 0)
