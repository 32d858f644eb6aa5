"""How the text of a table is written: encoding, delimiter, decimal mark, header."""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from charset_normalizer import from_bytes

from core.errors import ReadError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "cp1250", "cp1251")
"""Those offered on the page; any encoding Python knows may be given."""

_SAMPLE = 200_000
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Tried in this order when a file is not UTF-8; the last one reads anything.
_SINGLE_BYTE = ("cp1252", "cp1250", "cp1251", "latin_1")
_FOREIGN = (
    (b"PK\x03\x04", "a spreadsheet or zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a database"),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written down.

    Attributes:
        delimiter: Between two cells.
        decimal: Between whole and fraction, "." or ",".
        encoding: A name Python knows.
        header: Whether the first row holds the column names.
    """

    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    header: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Dialect":
        """Return the dialect that `to_json` wrote; other keys are ignored."""
        return cls(**{name: data[name] for name in cls.__slots__ if name in data})


def detect(raw: bytes) -> Dialect:
    """Return how this file seems to be written.

    Raises:
        ReadError: It is empty, or no text.
    """
    require_text(raw)
    encoding = detect_encoding(raw)
    lines = _first_lines(raw, encoding)
    try:
        delimiter = _delimiter(lines)
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise ReadError(
            f"The file cannot be split into cells: {error}. Check its quotes."
        ) from error
    if not rows:
        raise ReadError("The file holds no row with a value. Export it again with its rows.")
    return Dialect(delimiter, _decimal(rows, delimiter), encoding, _has_header(rows))


def require_text(raw: bytes) -> None:
    """Refuse files that hold no text.

    Raises:
        ReadError: It is empty, or of a known binary kind.
    """
    if not raw.strip():
        raise ReadError(
            f"The file is empty ({len(raw):,} bytes). "
            "Export it again, and check that it has a header and rows before you upload it."
        )
    for start, what in _FOREIGN:
        if raw.startswith(start):
            raise ReadError(
                f"The file is {what}, not a text table. Save or export it as CSV and upload that."
            )


def detect_encoding(raw: bytes) -> str:
    """Return the name of the encoding.

    Raises:
        ReadError: The bytes are no text in any encoding.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding
    sample = raw[:_SAMPLE]
    nulls = sample.count(0)
    if nulls > len(sample) // 4:  # UTF-16 without a mark: every other byte of plain text is 0
        return "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
    if nulls:
        where = sample.index(0)
        raise ReadError(
            f"The file holds binary data (a zero byte at position {where + 1:,}), not text. "
            "Save or export it as CSV and upload that."
        )
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return _single_byte(raw, error.start)
    return "utf-8"


def _single_byte(raw: bytes, first: int) -> str:
    """Judge by the part around the first byte that is not plain English."""
    sample = raw[max(0, first - 20_000) : first + 20_000]
    controls = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in sample)
    if controls > len(sample) // 100:
        raise ReadError(
            "The file holds binary data, not text. Save or export it as CSV and upload that."
        )
    best = from_bytes(sample, cp_isolation=list(_SINGLE_BYTE)).best()
    candidates = ([best.encoding] if best else []) + list(_SINGLE_BYTE)
    return next(encoding for encoding in candidates if _decodes(raw, encoding))


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _first_lines(raw: bytes, encoding: str) -> list[str]:
    text = raw[:_SAMPLE].decode(encoding, errors="replace")
    lines = text.splitlines()
    # The sample may end in the middle of a line.
    return lines[:-1] if len(raw) > _SAMPLE and len(lines) > 1 else lines


def _delimiter(lines: list[str]) -> str:
    """Return the delimiter under which most rows have the same number of cells, and the most."""

    def fit(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        width, rows = widths.most_common(1)[0] if widths else (1, 0)
        return (rows / max(1, widths.total()) if width > 1 else 0.0, width)

    best = max(DELIMITERS, key=fit)
    return best if fit(best)[0] > 0 else ","


_COMMA = re.compile(r"^[-+]?(\d{1,3}(\.\d{3})+|\d*),\d+$")
_POINT = re.compile(r"^[-+]?(\d{1,3}(,\d{3})+|\d*)\.\d+$")
_THOUSANDS = re.compile(r"^[-+]?[1-9]\d{0,2}([.,]\d{3})+$")


def _decimal(rows: list[list[str]], delimiter: str) -> str:
    cells = [cell.strip() for row in rows[1:] for cell in row if "," in cell or "." in cell]
    # "1,234" may be a thousand or a fraction: such cells have no vote while others have.
    clear = [cell for cell in cells if not _THOUSANDS.match(cell)] or cells
    commas = sum(bool(_COMMA.match(cell)) for cell in clear)
    points = sum(bool(_POINT.match(cell)) for cell in clear)
    if clear is cells and delimiter == ",":
        return "."
    return "," if commas > points else "."


def _has_header(rows: list[list[str]]) -> bool:
    """Return whether the first row names the columns: no number, no blank, no later value."""
    first, rest = rows[0], rows[1:201]
    if not rest or any(_is_number(cell) for cell in first):
        return not rest
    if any(_is_number(row[i]) for row in rest for i in range(min(len(row), len(first)))):
        return True
    columns = [{row[i] for row in rest if i < len(row)} for i in range(len(first))]
    return not any(cell in values for cell, values in zip(first, columns, strict=True))


def _is_number(cell: str) -> bool:
    text = cell.strip().replace(",", ".")
    return bool(re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text))
