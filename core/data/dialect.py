"""How the text of a table is written: encoding, delimiter, quotes, decimal mark, header."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.data.encodings import detect_encoding
from core.data.material import Material
from core.errors import ReadError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "cp1250", "cp1251", "gb18030")
"""Those offered on the page; any encoding Python knows may be given."""

_SAMPLE = 200_000
_MOST_PREAMBLE = 30
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"PK\x03\x04", "a spreadsheet or zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written down.

    Attributes:
        delimiter: Between two cells.
        decimal: Between whole and fraction, "." or ",".
        encoding: A name Python knows.
        header: Whether the first row holds the column names.
        quote: Around cells that hold a delimiter; doubled inside them.
        preamble: Lines before the first row of the table, such as a title.
        skip_broken: Whether rows with another number of cells are left out, counted and kept
            aside; they stop the reading otherwise.
    """

    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    header: bool = True
    quote: str = '"'
    preamble: int = 0
    skip_broken: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Dialect":
        """Return the dialect that `to_json` wrote; other keys are ignored."""
        return cls(**{name: data[name] for name in cls.__slots__ if name in data})

    def split(self, lines: list[str]) -> list[list[str]]:
        """Return the cells of lines of text.

        Raises:
            ReadError: A cell is endless.
        """
        return list(self.rows(lines))

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Yield the cells of lines of text, row by row.

        Raises:
            ReadError: A cell is endless.
        """
        try:
            yield from csv.reader(lines, **self.as_csv())
        except csv.Error as error:
            raise ReadError(
                f"The file cannot be split into cells: {error}. Check its quotes and delimiter."
            ) from error

    def as_csv(self) -> dict[str, Any]:
        """Return what Python's `csv` needs to know."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote,
            "skipinitialspace": self.delimiter != "\t",
        }


def detect(raw: "bytes | Material") -> Dialect:
    """Return how this file seems to be written, judged by its beginning.

    Raises:
        ReadError: It is empty, or no text.
    """
    material = Material.of(raw)
    require_text(material)
    encoding = detect_encoding(material)
    lines = first_lines(material, encoding)
    quote = _quote(lines)
    delimiter = _delimiter(lines, quote)
    dialect = Dialect(delimiter, encoding=encoding, quote=quote)
    rows = dialect.split(lines)
    preamble = _preamble(rows)
    rows = [row for row in rows[preamble:] if any(row)]
    if not rows:
        raise ReadError("The file holds no row with a value. Export it again with its rows.")
    decimal, header = _decimal(rows, delimiter), _has_header(rows)
    return Dialect(delimiter, decimal, encoding, header, quote, preamble)


def require_text(raw: "bytes | Material") -> None:
    """Refuse files that hold no text.

    Raises:
        ReadError: It is empty, or of a known binary kind.
    """
    material = Material.of(raw)
    head = material.head(_SAMPLE)
    if not head.strip() and not (material.size > len(head) and _any_text(material)):
        raise ReadError(
            f"The file is empty ({material.size:,} bytes). "
            "Export it again, and check that it has a header and rows before you upload it."
        )
    for start, what in _FOREIGN:
        if head.startswith(start):
            raise ReadError(
                f"The file is {what}, not a text table. Save or export it as CSV and upload that."
            )
    if found := _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        what = "JSON" if found[2] else "a web page or XML"
        raise ReadError(f"The file is {what}, not a text table. Export it as CSV and upload that.")


_MARKUP = re.compile(
    rb"\s*(?:(<)(?:!doctype|html|\?xml)|(?=[\[{]\s*[\[{\"])([\[{]))", re.IGNORECASE
)


def _any_text(material: Material) -> bool:
    return any(block.strip() for block in material.blocks())


def first_lines(material: Material, encoding: str, size: int = _SAMPLE) -> list[str]:
    """Return the whole lines within the first `size` bytes, without their ends.

    Raises:
        ReadError: There is no such encoding.
    """
    head = material.head(size)
    try:
        text = head.decode(encoding, errors="replace").lstrip("\ufeff")
    except LookupError as error:
        raise ReadError(f"There is no encoding {encoding!r}. Choose one of the list.") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # The sample may end in the middle of a line.
    return lines[:-1] if material.size > len(head) and len(lines) > 1 else lines


def _quote(lines: list[str]) -> str:
    """Return the single quote where cells begin and end with it and none with the double one."""
    text = "\n".join(lines[:500])
    if re.search(r'(^|[,;\t|])\s?"', text, re.MULTILINE):
        return '"'
    single = re.findall(r"(?:^|[,;\t|])\s?'[^'\n]*'(?=[,;\t|]|$)", text, re.MULTILINE)
    return "'" if len(single) > 1 else '"'


def _delimiter(lines: list[str], quote: str) -> str:
    """Return the delimiter under which most rows have the same number of cells, and the most."""

    def fit(delimiter: str) -> tuple[float, int]:
        rows = Dialect(delimiter, quote=quote).split(lines)
        widths = Counter(len(row) for row in rows if row)
        width, number = widths.most_common(1)[0] if widths else (1, 0)
        return (number / max(1, widths.total()) if width > 1 else 0.0, width)

    fits = {delimiter: fit(delimiter) for delimiter in DELIMITERS}
    best = max(fits, key=fits.__getitem__)
    return best if fits[best][0] > 0 else ","


def _preamble(rows: list[list[str]]) -> int:
    """Return how many lines stand before the table: a title of one cell, then blank lines."""
    widths = Counter(len(row) for row in rows[:500] if any(row))
    if not widths:
        return 0
    usual = widths.most_common(1)[0][0]
    for number, row in enumerate(rows[:_MOST_PREAMBLE]):
        if usual > 2 and len([cell for cell in row if cell.strip()]) <= 1:
            continue
        return number
    return 0


_COMMA = re.compile(r"^[-+]?(\d{1,3}([. ]\d{3})+|\d*),\d+$")
_POINT = re.compile(r"^[-+]?(\d{1,3}([, ]\d{3})+|\d*)\.\d+$")
_THOUSANDS = re.compile(r"^[-+]?[1-9]\d{0,2}([.,]\d{3})+$")
_MONEY = re.compile(r"[€$£¥]|EUR|USD|GBP|CHF|\u00a0|\u202f")


def _decimal(rows: list[list[str]], delimiter: str) -> str:
    cells = [cell for row in rows[1:] for cell in row if "," in cell or "." in cell]
    if not any("," in cell for cell in cells):
        return "."
    cells = [_MONEY.sub("", cell).strip() for cell in cells]
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
