"""core.data.dictionary: what a table says reaches the columns, and nothing else is lost."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.allowed import Allowed
from core.data.dictionary import dictionary_frame, read_dictionary
from core.data.dictionary_cells import read_values, values_cell
from core.data.schema import Column, Schema
from core.errors import SchemaError
from ui.components.table import csv_bytes

SCHEMA = Schema(
    (
        Column(
            "age", "number", "feature", "Age", "years", "Of the applicant.", group="Person",
            allowed=Allowed(18.0, 75.5, ("-9",)), changeable="no",
        ),
        Column("pay amt", "number", "feature", "=Paid", changeable="only up"),
        Column(
            "home", "category", "feature",
            allowed=Allowed(values=("owner", "rent; with parents", '"own"', "-1")),
        ),
        Column("applied", "date", "date", allowed=Allowed("2020-01-01", "2024-12-31")),
        Column("@status", "category", "outcome"),
    ),
    "bad",
)  # fmt: skip
BARE = Schema(tuple(Column(each.name, each.kind, each.role) for each in SCHEMA.columns), "bad")


def test_a_dictionary_written_is_read_back():
    """Every entry returns, bounds and lists included, and what a spreadsheet might run."""
    raw = csv_bytes(dictionary_frame(SCHEMA))
    assert b"'=Paid" in raw
    assert b"'@status" in raw
    found = read_dictionary(raw, BARE)
    assert found.schema == SCHEMA
    assert found.matched == tuple(SCHEMA.names)
    assert found.problems == found.unknown == found.undescribed == found.unused == ()


def test_an_uploaded_dictionary_says_what_became_of_each_part():
    """Matched, unknown, undescribed, unused headings, and every cell that cannot be read."""
    raw = (
        b"Variable,Label,Min,Max,Values,Mutable,Source\n"
        b"AGE,Age in years,eighteen,75,,perhaps,form 3\n"
        b"Pay_Amt,Repaid,500,100,,,\n"
        b"salary,Salary,,,,,\n"
        b"home,,1,,owner|rent,no,\n"
        b"age,Another,,,,,\n"
    )
    found = read_dictionary(raw, BARE)
    assert found.matched == ("age", "pay amt", "home")
    assert found.unknown == ("salary",)
    assert found.undescribed == ("applied", "@status")
    assert found.unused == ("Source",)
    assert found.problems == (
        "Line 2, Changeable: 'perhaps' should be yes, no, only up or only down.",
        "Line 2, Allowed from: 'eighteen' is not a number.",
        "Line 3, Allowed from: The allowed range begins at 500 and ends at 100. The lowest value "
        "should not lie above the highest.",
        "Line 5, Allowed from: '1' is a bound, but a category has no range.",
        "Line 6: 'age' is described twice; the first counts.",
    )
    assert found.schema["age"].label == "Age in years"
    assert found.schema["age"].allowed == Allowed(high=75.0)
    assert not found.schema["pay amt"].allowed
    assert found.schema["home"].allowed.values == ("owner", "rent")
    assert found.schema["home"].changeable == "no"


def test_blank_cells_and_absent_headings_leave_what_is_there():
    """A file of labels alone changes labels alone; types, roles and reasons stay."""
    found = read_dictionary(b"column,label,unit\nage,How old,\n", SCHEMA)
    assert found.schema == SCHEMA.change("age", label="How old")


@pytest.mark.parametrize(
    ("raw", "low"),
    [
        (b"Column;Allowed from\nage;18,5\n", 18.5),
        (b"Column;Allowed from\nage;0,125\n", 0.125),
        (b'Column,Allowed from\nage,"1,250"\n', 1250.0),
        (b"Column\tAllowed from\nage\t-3\n", -3.0),
        (b"Column,Allowed from\r\nage,'-3\r\n", -3.0),
        (codecs.BOM_UTF8 + b"Column,Allowed from\nage,18\n", 18.0),
        ("Column;Allowed from;Called\nage;18;Alter \u00fcber\n".encode("cp1252"), 18.0),
        ("Column,Allowed from\nage,18\n".encode("utf-16"), 18.0),
    ],
)
def test_files_of_other_programs_are_read(raw, low):
    """Delimiters, decimal commas, encodings, and the apostrophe of a neutralised cell."""
    found = read_dictionary(raw, BARE)
    assert found.schema["age"].allowed.low == low
    assert not found.problems


def test_a_number_that_can_be_read_in_two_ways_is_not_guessed():
    """1.000 in a file with semicolons may be one or a thousand."""
    found = read_dictionary(b"Column;Allowed from\nage;1.000\n", BARE)
    assert found.problems == (
        "Line 2, Allowed from: '1.000' may be 1 or 1000: write it without thousands marks.",
    )
    assert found.schema == BARE


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "first row of the dictionary holds nothing; one heading should be 'Column'"),
        (b"1,2,3\n4,5,6\n", "holds '1', '2', '3'; one heading should be 'Column'"),
        (b"Column\n" + b"x" * 200_000, "cannot be read near line"),
        (b"a" * 5_000_001, "has 5,000,001 bytes; at most 5,000,000"),
    ],
)
def test_what_is_no_dictionary_is_refused(raw, words):
    """With what came, what was expected, and how to get it."""
    with pytest.raises(SchemaError, match=words):
        read_dictionary(raw, SCHEMA)


def test_a_row_with_too_many_cells_is_named_and_left_out():
    """Shifted cells would describe another property."""
    found = read_dictionary(b"Column,Unit\nage,years,more\n", BARE)
    assert found.problems == ("Line 2: 3 cells, but 2 headings; it was left out.",)
    assert found.schema == BARE


def test_names_that_differ_only_in_writing_are_not_confused():
    """`a_b` and `A B` are two columns: only their exact names find them."""
    schema = Schema((Column("a_b", "number", "feature"), Column("A B", "number", "feature")))
    found = read_dictionary(b"Column,Unit\na b,EUR\nA B,USD\n", schema)
    assert (found.unknown, found.matched) == (("a b",), ("A B",))


@given(st.lists(st.text(alphabet="aé ;,|\"'=-+@0.\n", min_size=1), unique=True))
def test_any_list_of_values_survives_its_cell(values):
    """Separators, quotes, spaces and line ends within a value are kept."""
    kept = tuple(value for value in values if value.strip())
    assert read_values(values_cell(kept), "category") == kept


@given(
    label=st.text(alphabet='aé ;,|"=-+@0.\n', min_size=1).map(str.strip).filter(bool),
    values=st.lists(st.text(alphabet='aé;,|"=-+@0.', min_size=1), unique=True),
    low=st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_dictionary_survives_its_file(label, values, low):
    """Texts, lists and numbers to the last bit, whatever a spreadsheet might make of them."""
    schema = BARE.change("home", label=label, allowed=Allowed(values=tuple(values)))
    schema = schema.change("age", allowed=Allowed(low=low))
    found = read_dictionary(csv_bytes(dictionary_frame(schema)), BARE)
    assert found.problems == ()
    assert found.schema == schema
