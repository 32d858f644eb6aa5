import pytest

from core.data.dialect import Dialect, detect, detect_encoding
from core.errors import ReadError

ROWS = [["job", "income", "bad"], ["fixed", "12.5", "0"], ["part time", "9.25", "1"]]


def text(delimiter: str, decimal: str = ".") -> str:
    """The same three rows, written in another way."""
    rows = [[cell.replace(".", decimal) for cell in row] for row in ROWS]
    return "\n".join(delimiter.join(row) for row in rows) + "\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_the_one_that_gives_equal_rows(delimiter):
    """Each of the four delimiters is found."""
    assert detect(text(delimiter).encode()).delimiter == delimiter


def test_comma_inside_quotes_is_no_delimiter():
    """Quoted commas do not win over the semicolons between cells."""
    raw = b'job;place\n"fixed, full";"Bonn, west"\n"part, half";"Ulm, east"\n'
    assert detect(raw).delimiter == ";"


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1,5", "22,75"], ","),
        (["1.5", "22.75"], "."),
        (["1.234,5", "22,75"], ","),
        (["1,234.5", "22.75"], "."),
        (["1,234", "5.5"], "."),
        (["1.234", "5,5"], ","),
        (["12", "13"], "."),
    ],
)
def test_decimal_mark_is_judged_by_cells_that_are_clear(cells, decimal):
    """A thousands mark has no vote while other cells are clear."""
    raw = "\n".join(["amount;bad", *(f"{cell};1" for cell in cells)])
    assert detect(raw.encode()).decimal == decimal


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_encoding_is_found_with_and_without_a_mark(encoding, found):
    """Unicode files are told apart by their mark or their zero bytes."""
    assert detect_encoding("name;city\nMüller;Köln\n".encode(encoding)) == found


def test_latin_letters_survive():
    """A file that is not UTF-8 is decoded to the letters that were written."""
    written = "Straße;Größe\nMüller;Gößweinstraße\nFrançois;Éluard\n" * 20
    raw = written.encode("latin-1")
    assert raw.decode(detect_encoding(raw)) == written


@pytest.mark.parametrize(
    ("raw", "header"),
    [
        (b"a,b\n1,2\n3,4\n", True),
        (b"1,2\n3,4\n5,6\n", False),
        (b"job,home\nfixed,rent\nfixed,own\n", True),
        (b"fixed,rent\nfixed,own\nother,rent\n", False),
        (b"job,income\nfixed,\npart,12\n", True),
    ],
)
def test_header_is_a_first_row_unlike_the_rest(raw, header):
    """A row of numbers, or of values that come again, is a loan and no header."""
    assert detect(raw).header is header


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04rest of a workbook", "spreadsheet or zip"),
        (b"%PDF-1.7 and so on", "PDF"),
        (b"\x1f\x8b\x08 and so on", "gzip"),
        (b"a,b\n1,2\n\x00\x01\x02,4\n", "zero byte at position 9"),
        (bytes(range(1, 32)) * 40 + b"\xff\xfe\xfd", "binary data"),
    ],
)
def test_what_is_no_text_is_refused_with_what_it_is(raw, words):
    """Empty and binary files say what was found and what to do."""
    with pytest.raises(ReadError, match=words) as caught:
        detect(raw)
    assert "xport it" in str(caught.value)


def test_dialect_survives_json_with_other_keys():
    """What the store keeps beside it is ignored."""
    dialect = Dialect(";", ",", "cp1252", header=False)
    assert Dialect.from_json(dialect.to_json() | {"notes": []}) == dialect
