"""Rows that do not fit the header: named by their line, and skipped only when asked."""

import numpy as np
import pandas as pd
import pytest

from core.data import arrow_text
from core.data.dialect import Dialect
from core.data.reading import BrokenRowsError, detect, preview, read_table
from core.errors import ReadError

RAW = b'a,b,c\n1,2,3\n4,5\n7,8,9\n"x,1,2\n1,2,3,4\n10,11,12\n'


def test_the_first_broken_row_is_named_with_its_line():
    """The message says how many more there are, and the error holds them all."""
    with pytest.raises(BrokenRowsError, match="Line 3 has 2 cells, but the rows before it have 3"):
        read_table(RAW)
    with pytest.raises(BrokenRowsError) as caught:
        read_table(RAW)
    assert "2 more rows are broken" in str(caught.value)
    assert [(row.line, row.cells, row.text) for row in caught.value.rows] == [
        (3, 2, "4,5"),
        (5, 0, '"x,1,2'),
        (6, 4, "1,2,3,4"),
    ]
    assert caught.value.good == 3


def test_skipped_rows_are_counted_and_kept():
    """The note says where they are; the others are read."""
    table = read_table(RAW, Dialect(skip_broken=True))
    assert table.frame["a"].tolist() == [1, 7, 10]
    assert [row.line for row in table.broken] == [3, 5, 6]
    assert "3 broken rows were skipped, the first in line 3" in table.notes[0]


def test_cells_beyond_the_header_that_are_blank_are_left_out_with_a_note():
    """Every row ends in a delimiter but for the header."""
    table = read_table(b"a,b\n1,2,\n3,4,\n")
    assert table.frame["b"].tolist() == [2, 4]
    assert "2 rows end in blank cells" in table.notes[0]


def test_a_quoted_cell_may_span_lines():
    """Line numbers still count the lines of the file."""
    raw = b'a,b\n"one\ntwo",1\n"x",2\n3\n'
    with pytest.raises(BrokenRowsError, match="Line 5 has 1 cell, but"):
        read_table(raw)
    table = read_table(raw, Dialect(skip_broken=True))
    assert table.frame["a"].tolist() == ["one\ntwo", "x"]


def test_a_title_before_the_table_is_left_out_with_a_note():
    """Line numbers count from the top of the file."""
    raw = b"Loans of 2024\n\na;b;c\n1;2;3\n4;5;6\n7;8\n"
    assert detect(raw).preamble == 2
    with pytest.raises(BrokenRowsError, match="Line 6 has 2 cells"):
        read_table(raw)
    assert "The first 2 lines" in read_table(raw[:-4]).notes[0]


def test_many_quotes_that_are_never_closed_do_not_hang():
    """Each is one broken row; the rows around them are read."""
    rows = [f'"{n},1' if n % 60 == 0 else f"{n},1" for n in range(6_000)]
    table = read_table("\n".join(["a,b", *rows]).encode(), Dialect(skip_broken=True))
    assert (len(table.broken), len(table.frame)) == (100, 5_900)


def test_a_late_word_among_numbers_is_found(monkeypatch):
    """All values decide, though only the last block tells that it is no number."""
    monkeypatch.setattr(arrow_text, "_BLOCK", 1_000)
    rows = [f"{n},{n % 2}" for n in range(5_000)]
    table = read_table("\n".join(["a,b", *rows, "?,1", "", "9,1,1"]).encode(),
                       Dialect(skip_broken=True))  # fmt: skip
    assert table.frame["a"].isna().sum() == 1
    assert "5,000" in table.notes[0] or "'?'" in table.notes[1]
    assert [row.line for row in table.broken] == [5_004]


def test_a_quote_left_open_in_the_last_rows_swallows_none():
    """However the last line ends."""
    for end in (b"", b"\n", b"\r"):
        with pytest.raises(BrokenRowsError, match="Line 3 opens a quote that is never closed"):
            read_table(b'a,b\n1,x\n2,"y\n3,z' + end)


def test_codes_keep_their_zeros():
    """Codes of one length stay text; numbers with a stray zero are numbers."""
    frame = read_table(b"zip,n,bad\n01067,007,0\n10115,12,1\n").frame
    assert frame["zip"].tolist() == ["01067", "10115"]
    assert frame["n"].tolist() == [7, 12]


def zips(*late: str) -> bytes:
    """Return 1,500 postal codes without a zero before others, and the late ones."""
    return "\n".join(
        ["zip,bad", *[f"{code},0" for code in range(99_000, 97_500, -1)], *late]
    ).encode()


@pytest.mark.parametrize("late", ["01067,1", '"01067",1', "01067,1\n01069,0\n97000,1"])
def test_codes_keep_their_digits_where_the_first_zero_comes_late(late: str):
    """A file in falling order has its zeros at the end: no row says so at its beginning."""
    frame = read_table(zips(late)).frame
    assert frame["zip"].iloc[0] == "99000"
    assert frame["zip"].iloc[1_500] == "01067"


@pytest.mark.parametrize(
    "late", ["1067,1", "9,1", "123456,1", "-1067,1", "01067.5,1", "00417,1\n12,0"]
)
def test_numbers_of_another_length_are_no_codes(late: str):
    """What looked like codes for a thousand rows may be numbers after all."""
    frame = read_table(zips(late)).frame
    assert frame["zip"].iloc[0] == 99_000
    assert frame["zip"].iloc[1_500] == float(late.split(",")[0])


def test_numbers_of_one_length_above_a_row_of_totals_are_no_codes():
    """A word in the last row made them text, and none has a zero to keep."""
    frame = read_table(b"term,bad\n12,0\n24,1\n36,0\nTotal,1\n").frame
    assert frame["term"].tolist() == [12, 24, 36]


@pytest.mark.parametrize("above", [5, 300_000])
def test_a_byte_that_is_no_text_is_said_wherever_it_stands(above):
    """Blocks that are plain ASCII are not looked at for it; this one is."""
    raw = b"name,bad\n" + b"own,0\n" * above + "müller,1\n".encode("latin-1")
    with pytest.raises(ReadError, match="Choose another encoding"):
        read_table(raw, Dialect(encoding="utf-8"))


@pytest.mark.parametrize("number", ["12345678901234567", "123456789012345678901234"])
def test_account_numbers_too_long_for_a_number_stay_text(number):
    """No digit is lost."""
    other = number[:-1] + "0"
    frame = read_table(f"account,bad\n{number},0\n{other},1\n".encode()).frame
    assert frame["account"].tolist() == [number, other]


def test_a_preview_is_read_from_the_first_rows_alone():
    """It is typed as the whole would be, and broken rows do not stop it."""
    raw = b"a;b\n" + b"1,5;x\n" * 200_000 + b"1;2;3\n"
    table = preview(raw)
    assert 10_000 < len(table.frame) < 100_000
    assert table.frame["a"].iloc[0] == 1.5
    assert table.broken == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "gb18030", "cp1252"])
def test_a_preview_ends_at_a_whole_character(encoding):
    """Wherever the first part of the file happens to end."""
    word = "贷款" if encoding == "gb18030" else "größer"
    raw = ("name,bad\n" + f"{word},1\n{word}x,0\n" * 60_000).encode(encoding)
    assert preview(raw).frame["name"].iloc[0] == word


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1 234,5", 1234.5), ("1'234,5", 1234.5), ("(12,5)", -12.5), ("12,5-", -12.5),
     ("−3,5", -3.5), ("+4,5", 4.5), ("12,34 €", 12.34), ("CHF 7,5", 7.5)],
)  # fmt: skip
def test_numbers_of_bookkeepers_are_read(cell, number):
    """Thousands marks of all kinds, minus signs on either side, currencies."""
    frame = read_table(f"x;bad\n{cell};1\n{cell};0\n".encode()).frame
    np.testing.assert_array_equal(frame["x"], [number, number])


def test_a_column_with_two_decimal_marks_stays_text_and_says_so():
    """Nobody knows which of the numbers are meant how."""
    rows = [f"{n},{n % 7}5;1\n{n}.{n % 7}5;0\n" for n in range(20)]
    table = read_table(("x;bad\n" + "".join(rows)).encode())
    assert isinstance(table.frame["x"].dtype, pd.StringDtype)
    assert "'x' mixes decimal points and commas" in table.notes[0]


@pytest.mark.parametrize(
    ("cells", "first", "how"),
    [
        (["01/02/2024", "31/01/2024"], "2024-02-01", "day first"),
        (["01/02/2024", "01/31/2024"], "2024-01-02", "month first"),
        (["01/02/2024", "03/04/2024"], "2024-02-01", "cannot be told apart"),
        (["2024年2月1日", "2024年3月1日"], "2024-02-01", ""),
        (["1.2.24", "15.2.24"], "2024-02-01", "day first"),
    ],
)
def test_day_and_month_are_told_apart_by_all_values(cells, first, how):
    """One value beyond 12 decides; without one, the note says so."""
    table = read_table(("day,bad\n" + "".join(f"{cell},1\n" for cell in cells)).encode())
    assert str(table.frame["day"].iloc[0].date()) == first
    assert how in table.how.get("day", "")
    assert bool(table.notes) == ("cannot" in how)
