"""The first sheet of an Excel workbook that holds a table, as text to be read like any other."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from core.data.material import Material
from core.errors import ReadError
from core.formatting import count

_FORMULA = re.compile(rb"<c [^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: UTF-8 text with tabs between cells, and what was left out."""

    text: bytes
    notes: tuple[str, ...]


def read_sheet(material: Material) -> Sheet:
    """Return the first sheet with at least two rows; formulas count with their stored values.

    Raises:
        ReadError: The workbook is damaged or encrypted, or holds no such sheet.
    """
    from openpyxl import load_workbook  # a tenth of a second, for those who upload a workbook

    try:
        with material.open() as file:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            names = book.sheetnames
            for name in names:
                text, rows = _written(book[name].iter_rows(values_only=True))
                if rows > 1:
                    return Sheet(text, (*_others(names, name), *_without_value(material)))
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise ReadError(
            f"The Excel workbook cannot be read ({type(error).__name__}: {error}). "
            "Open it, save it as CSV, and upload that."
        ) from error
    raise ReadError(
        f"None of {count(len(names))} sheets of the workbook holds a table of at least two rows. "
        "Upload a sheet with a header and one row for each loan."
    )


def _written(rows: Iterable[tuple[Any, ...]]) -> tuple[bytes, int]:
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    number = 0
    for row in rows:
        if any(cell is not None for cell in row):
            writer.writerow([_cell(cell) for cell in row])
            number += 1
    return out.getvalue().encode(), number


def _cell(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S" if cell.time() != time() else "%Y-%m-%d")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _others(names: list[str], chosen: str) -> tuple[str, ...]:
    if len(names) == 1:
        return ()
    return (
        f"The workbook has {count(len(names))} sheets; {chosen!r} was read. "
        "Save another one as a file of its own to use it.",
    )


def _without_value(material: Material) -> tuple[str, ...]:
    """Say how many formulas have never been calculated: their cells are blank."""
    with material.open() as file, zipfile.ZipFile(file) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        blank = sum(len(_FORMULA.findall(archive.read(name))) for name in sheets)
    if not blank:
        return ()
    return (
        f"Formulas without a stored value in {count(blank)} {'cell' if blank == 1 else 'cells'}: "
        "they were read as missing. "
        "Open the workbook, save it, and upload it again.",
    )
