"""Packed files: unpacked within limits, or refused with what they are."""

import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from core.data.reading import read_table
from core.errors import ReadError

TEXT = b"age,bad\n30,0\n40,1\n"
EXPECTED = pd.DataFrame({"age": [30.0, 40.0], "bad": [0.0, 1.0]})


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def parquet(frame: pd.DataFrame) -> bytes:
    """The frame as Parquet."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def workbook(*sheets: list[list[object]]) -> bytes:
    """A workbook of these sheets."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number + 1}")
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        gzip.compress(TEXT),
        zipped({"loans.csv": TEXT}),
        zipped({"export/loans.csv": TEXT, "__MACOSX/x": b"1"}),
        parquet(EXPECTED),
        zipped({"loans.parquet": parquet(EXPECTED)}),
        gzip.compress(parquet(EXPECTED)),
        workbook([["age", "bad"], [30, 0], [40, 1]]),
        workbook([["only a title"]], [["age", "bad"], [30, 0], [40, 1]]),
        zipped({"book.xlsx": workbook([["age", "bad"], [30, 0], [40, 1]])}),
    ],
    ids=[
        "gz",
        "zip",
        "folder",
        "parquet",
        "zip-parquet",
        "gz-parquet",
        "xlsx",
        "sheets",
        "zip-xlsx",
    ],
)
def test_a_packed_table_is_the_same_table(raw):
    """However it is packed."""
    pd.testing.assert_frame_equal(read_table(raw).frame, EXPECTED)


def test_types_of_parquet_are_kept():
    """Texts, dates, booleans and whole numbers take the forms of a CSV."""
    frame = pd.DataFrame(
        {
            "name": ["ann", None, "bob"],
            "day": pd.to_datetime(["2024-01-31", "2024-02-29", None]),
            "kind": pd.Categorical(["a", "b", "a"]),
            "paid": [True, False, True],
            "amount": np.array([1, 2, 3], np.int32),
        }
    )
    read = read_table(parquet(frame)).frame
    assert read["name"].tolist()[::2] == ["ann", "bob"]
    assert str(read["day"].dtype) == "datetime64[us]"
    assert read["kind"].tolist() == ["a", "b", "a"]
    assert read["paid"].tolist() == ["true", "false", "true"]
    assert read["amount"].dtype == np.float64


def test_lists_in_parquet_are_refused_by_name():
    """A column that is no number, date or text."""
    with pytest.raises(ReadError, match="Column 'x' holds list<"):
        read_table(parquet(pd.DataFrame({"x": [[1], [2]], "y": [1, 2]})))


def test_a_workbook_says_what_was_left_out():
    """Other sheets, and formulas that were never calculated."""
    notes = read_table(workbook([["age", "bad"], [30, 0], ["=A2*2", 1]], [["x"]])).notes
    assert "The workbook has 2 sheets; 'Sheet 1' was read." in notes[0]
    assert notes[1].startswith("Formulas without a stored value in 1 cell:")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (gzip.compress(b"a,b\n" + b"0,0\n" * 3_000_000), "unpacks to more than 10 MB"),
        (zipped({"loans.csv": b"a,b\n" + b"0,0\n" * 3_000_000}), "unpacks to more than 10 MB"),
        (zipped({"../../etc/loans.csv": TEXT}), "names a file outside itself"),
        (zipped({"/etc/loans.csv": TEXT}), "names a file outside itself"),
        (zipped({"C:/loans.csv": TEXT}), "names a file outside itself"),
        (zipped({"a.csv": TEXT, "b.csv": TEXT}), r"holds 2 files \('a.csv', 'b.csv'\); one table"),
        (zipped(dict.fromkeys("abcd", TEXT)), r"holds 4 files \('a', 'b', 'c' …\); one table"),
        (zipped({}), "The archive holds 0 files; one table"),
        (zipped({"inner.zip": zipped({"a.csv": TEXT})}), "another archive"),
        (gzip.compress(TEXT, mtime=0)[:-10], "gzip archive is damaged"),
        (zipped({"loans.csv": TEXT})[:-30], "zip archive is damaged"),
        (parquet(EXPECTED)[:-20], "Parquet file cannot be read"),
        (workbook([["a"]]), "None of 1 sheets"),
        (b"a" + b",a" * 10_000 + b"\n" + b"1" + b",1" * 10_000 + b"\n", "10,001 columns; at most"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(raw, words):
    """Bombs, paths, several files, damage: the message says what and what to do."""
    with pytest.raises(ReadError, match=words):
        read_table(raw, most_bytes=10_000_000)


def test_an_encrypted_archive_is_refused():
    """It says so instead of asking for a password."""
    raw = bytearray(zipped({"loans.csv": TEXT}))
    raw[6] |= 1  # the flag in the member's own header
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    with pytest.raises(ReadError, match="The zip archive is encrypted"):
        read_table(bytes(raw))


def test_a_false_size_does_not_let_a_bomb_through():
    """What an archive says of its size is not believed."""
    raw = bytearray(zipped({"loans.csv": b"a,b\n" + b"0,0\n" * 3_000_000}))
    where = raw.index(b"PK\x01\x02") + 24
    raw[where : where + 4] = (100).to_bytes(4, "little")
    with pytest.raises(ReadError, match=r"damaged|unpacks to more"):
        read_table(bytes(raw), most_bytes=10_000_000)
