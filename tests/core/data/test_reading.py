import contextlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.guards import check
from core.data.reading import Dialect, read_table
from core.data.roles import typed
from core.errors import ReadError


def column(raw: str, name: str, **dialect):
    """Read a table and return one column and the notes."""
    table = read_table(raw.encode(), Dialect(**dialect) if dialect else None)
    return table.frame[name], table.notes


def test_the_same_table_is_read_from_every_way_to_write_it():
    """Delimiter, decimal mark and encoding leave no trace in the frame."""
    rows = "Straße;Einkommen;bad\nGroße Allee;1.250,5;0\nAm Köllnischen Park;980,25;1\n"
    expected = pd.DataFrame(
        {
            "Straße": pd.Series(["Große Allee", "Am Köllnischen Park"], dtype="str"),
            "Einkommen": [1250.5, 980.25],
            "bad": [0.0, 1.0],
        }
    )
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1"):
        frame = read_table(rows.encode(encoding)).frame
        pd.testing.assert_frame_equal(frame, expected)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "2"], [1.0, 2.0]),
        (["1,000", "2,500.5"], [1000.0, 2500.5]),
        (["€ 1,000", "€ 20"], [1000.0, 20.0]),
        (["13.5%", "7%"], [13.5, 7.0]),
        (["NA", "2"], [np.nan, 2.0]),
        (["", "2"], [np.nan, 2.0]),
    ],
)
def test_numbers_are_read_as_people_write_them(cells, values):
    """Thousands marks, currency and the usual words for missing are understood."""
    raw = "\n".join(["x|bad", *(f"{cell}|1" for cell in cells)])
    read, notes = column(raw, "x", delimiter="|")
    np.testing.assert_array_equal(read.to_numpy(), values)
    assert notes == ()


def test_stray_words_among_numbers_become_missing_and_are_noted():
    """A "?" in a column of numbers is read as missing, and said so."""
    rows = [*(f"{n},0" for n in range(18)), "?,1", "unknown,1"]
    read, notes = column("\n".join(["x,bad", *rows]), "x")
    assert read.isna().sum() == 2
    assert notes == (
        "Column 'x' holds numbers and, in 2 cells, '?' or 'unknown'. These were read as missing.",
    )


def test_a_column_of_words_stays_a_column_of_words():
    """Some numbers among many words do not make a column of numbers."""
    read, notes = column("grade,bad\nA1,0\nB2,1\n3,1\n", "grade")
    assert list(read) == ["A1", "B2", "3"]
    assert notes == ()


def test_none_is_a_category_and_not_missing():
    """The German word for no guarantor is an answer."""
    read, _ = column("guarantor,bad\nnone,0\nco-applicant,1\n", "guarantor")
    assert list(read) == ["none", "co-applicant"]


def test_infinite_numbers_become_missing_and_are_noted():
    """The note names column, count and first row."""
    read, notes = column("x,bad\n1,0\ninf,1\n-inf,1\n", "x")
    assert read.isna().tolist() == [False, True, True]
    assert "'x' holds 2 infinite numbers, the first in row 2" in notes[0]


@pytest.mark.parametrize(
    ("cell", "year"),
    [("2024-03-31", 2024), ("31.03.2024", 2024), ("31/03/2023", 2023), ("Mar-2015", 2015)],
)
def test_dates_are_found(cell, year):
    """The common ways to write a date give dates."""
    read, _ = column(f"day,bad\n{cell},0\n{cell},1\n", "day")
    assert str(read.dtype) == "datetime64[us]"
    assert read.dt.year.tolist() == [year, year]


def test_repeated_headers_get_names_and_a_note():
    """The second of two equal headers is renamed, and the note says where it stands."""
    table = read_table(b"income,age,income\n1,2,3\n4,5,6\n")
    assert list(table.frame) == ["income", "age", "income_2"]
    assert table.frame["income_2"].tolist() == [3, 6]
    assert "'income' occurs 2 times; the one in column 3 is called 'income_2'" in table.notes[0]


def test_columns_without_header_are_numbered():
    """A file that begins with a loan keeps its first row."""
    table = read_table(b"1,2\n3,4\n5,6\n")
    assert list(table.frame) == ["column_1", "column_2"]
    assert len(table.frame) == 3


def test_a_row_of_totals_is_left_out_and_noted():
    """A last row called total is no loan."""
    table = read_table(b"name,amount\nann,1\nbob,2\nTotal,3\n")
    assert table.frame["amount"].tolist() == [1, 2]
    assert table.notes == ("Row 3, the last one, is a row of totals and was left out.",)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"a\n1\n2\n", "one column when it is split at each comma"),
        (b"a,b\n", "not a single row"),
        (b"a,b\n1,2\n3,4,5\n", "Line 3 has 3 cells, but the rows before it have 2"),
        (b"a,b\n1,2,3\n4,5,6\n", "Line 2 has 3 cells, but the rows before it have 2"),
    ],
)
def test_what_is_no_table_is_refused(raw, words):
    """One column, no rows and unequal rows say where and what to do."""
    with pytest.raises(ReadError, match=words):
        read_table(raw)


@pytest.mark.parametrize("encoding", ["ascii", "no-such-encoding"])
def test_a_wrong_encoding_is_refused(encoding):
    """A corrected dialect that cannot work is named."""
    with pytest.raises(ReadError, match=encoding):
        read_table("a,b\nMüller,2\n".encode(), Dialect(encoding=encoding))


def test_an_empty_column_is_read_as_missing_numbers():
    """A column without any value is kept for the guards to name."""
    read, _ = column("x,y,bad\n1,,0\n2,,1\n", "y")
    assert read.isna().all()
    assert read.dtype == np.float64


_CELLS = st.one_of(
    st.integers(-5, 5).map(str),
    st.floats(width=16).map(str),
    st.sampled_from(["", "NA", "?", "good", "bad", "2020-01-31", "1.234,5", '"', "a,b", "€ 5"]),
    st.text(max_size=4),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(_CELLS, min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-16", "latin-1"]),
)
def test_any_text_is_a_table_or_a_readable_refusal(rows, delimiter, encoding):
    """No upload ends in anything but a typed frame with a schema, or a ReadError."""
    raw = "\n".join(delimiter.join(row) for row in rows).encode(encoding, errors="replace")
    try:
        table = read_table(raw)
    except ReadError:
        return
    frame, schema = typed(table.frame)
    assert list(frame.columns) == schema.names
    assert all(finding.remedy for finding in check(frame, schema))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_a_readable_refusal(raw):
    """Binary rubbish never gets past the door as a traceback."""
    with contextlib.suppress(ReadError):
        typed(read_table(raw).frame)
