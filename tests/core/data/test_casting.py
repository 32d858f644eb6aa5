import math
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from core.data.casting import cast, cast_column, cast_value, read_leniently
from core.data.date_text import find_date_format
from core.data.schema import Column, Schema
from core.errors import SchemaError


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1, 2], "number", [1.0, 2.0]),
        (["1.5", None], "number", [1.5, np.nan]),
        ([True, False], "number", [1.0, 0.0]),
        ([np.inf, 1.0], "number", [np.nan, 1.0]),
        ([1.0, np.nan], "category", ["1", np.nan]),
        ([0.5, 1.0], "category", ["0.5", "1"]),
        (["a", ""], "category", ["a", np.nan]),
        (["31.12.2020", None], "date", [pd.Timestamp(2020, 12, 31), pd.NaT]),
    ],
)
def test_a_column_takes_the_form_of_its_kind(values, kind, expected):
    """Numbers are float64, texts str, dates datetime64[us], each with missing values."""
    read = cast_column(pd.Series(values, name="x"), kind)
    dtype = {"number": "float64", "category": "str", "date": "datetime64[us]"}[kind]
    pd.testing.assert_series_equal(read, pd.Series(expected, name="x", dtype=dtype))


@pytest.mark.parametrize(
    ("values", "kind", "words"),
    [
        (["1", "many"], "number", "'x' should hold numbers, but row 2 holds 'many'"),
        (["2020-01-01", "soon"], "date", "should hold dates .* but row 2 holds 'soon'"),
    ],
)
def test_what_cannot_be_read_names_row_and_value(values, kind, words):
    """The message is enough to find the cell."""
    with pytest.raises(SchemaError, match=words):
        cast_column(pd.Series(values, name="x"), kind)


def test_lenient_reading_leaves_a_gap_instead():
    """The set-type step reads what it can."""
    assert read_leniently(pd.Series(["1", "many"]), "number").isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (1, "number", 1.0),
        ("2.5", "number", 2.5),
        (True, "category", "True"),
        (1.0, "category", "1"),
        (1, "category", "1"),
        ("", "category", None),
        (math.nan, "category", None),
        (None, "category", None),
        ("2020-02-29", "date", datetime(2020, 2, 29)),
        (date(2020, 2, 29), "date", datetime(2020, 2, 29)),
        (pd.Timestamp(2020, 2, 29), "date", datetime(2020, 2, 29)),
        (None, "date", None),
    ],
)
def test_a_single_value_takes_the_form_of_its_kind(value, kind, expected):
    """One applicant's field is read as a column would be."""
    assert cast_value(value, kind) == expected


@pytest.mark.parametrize("value", [None, "", math.nan, math.inf, pd.NA])
def test_a_missing_number_is_nan(value):
    """Nothing, and what is no finite number, is missing."""
    assert math.isnan(cast_value(value, "number"))


@pytest.mark.parametrize(("value", "kind"), [("many", "number"), ("soon", "date"), ([], "number")])
def test_a_single_value_that_cannot_be_read_is_refused(value, kind):
    """The message says what came and what was expected."""
    with pytest.raises(SchemaError, match="Expected"):
        cast_value(value, kind)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["2020-01-31"], "%Y-%m-%d"),
        (["31.01.2020"], "%d.%m.%Y"),
        (["01/02/2020", "13/02/2020"], "%d/%m/%Y"),
        (["01/02/2020", "02/13/2020"], "%m/%d/%Y"),
        (["Jan-2015"], "%b-%Y"),
        (["20200131"], "%Y%m%d"),
        (["2020-01-31", "soon"], None),
        (["2020-13-31"], None),
        (["rent"], None),
        ([], None),
    ],
)
def test_a_date_format_has_to_read_every_value(texts, found):
    """Day and month are told apart by the value that only one order allows."""
    assert find_date_format(pd.Series(texts, dtype="str")) == found


def test_a_cast_leaves_right_columns_and_unknown_ones_alone():
    """Only what differs is replaced, and never in the frame that was given."""
    frame = pd.DataFrame({"x": ["1"], "y": [2.0], "z": [3]})
    schema = Schema((Column("x", "number", "feature"), Column("y", "number", "feature")))
    read = cast(frame, schema)
    assert read["x"].dtype == np.float64
    assert frame["x"].iloc[0] == "1"
    assert read["z"].dtype == np.int64
