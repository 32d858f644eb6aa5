"""Columns counted once, and rows that repeat: the same as pandas says, sooner."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.column_guards import separation
from core.data.facts import facts_of
from core.data.profiling import information_value
from core.data.repeats import count_repeated
from core.data.tally import quantiles, tally

NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 2.5, -3.0, float("nan")])
WORDS = st.sampled_from(["a", "b", "ä", None])


@given(st.lists(NUMBERS, max_size=30))
def test_numbers_are_counted_as_pandas_counts_them(values):
    """Known and different values; whether all are whole."""
    series = pd.Series(values, dtype="float64")
    facts = facts_of(series)
    assert (facts.rows, facts.known) == (len(series), series.count())
    assert facts.distinct == series.nunique()
    assert facts.whole == (series.dropna() == series.dropna().round()).all()


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
)
def test_quantiles_of_sorted_numbers_are_those_of_numpy(values, shares):
    """To the last digit: bins may begin at one."""
    distinct, counts = np.unique(values, return_counts=True)
    found = quantiles(distinct, counts, np.array(shares))
    assert found.tolist() == np.quantile(values, shares).tolist()


def test_few_values_are_counted_one_by_one():
    """Numbers as the texts a schema holds, in order; texts in order of appearance."""
    assert dict(facts_of(pd.Series([2.0, 1.0, 2.0, np.nan])).counts) == {"1": 1, "2": 2}
    assert dict(facts_of(pd.Series(["b", "a", None, "b"], dtype="str")).counts) == {"b": 2, "a": 1}
    assert facts_of(pd.Series(np.arange(60.0))).counts == {}


@given(st.lists(st.tuples(NUMBERS, WORDS), max_size=40))
def test_repeated_rows_are_those_pandas_finds(rows):
    """Missing values are equal to each other, and 0 to -0."""
    frame = pd.DataFrame(rows, columns=["x", "word"]).astype({"x": "float64", "word": "str"})
    assert count_repeated(frame, ["x", "word"]) == frame.duplicated().sum()


@pytest.mark.parametrize(
    ("values", "y", "auc"),
    [
        ([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1], 1.0),
        ([4.0, 3.0, 2.0, 1.0], [0, 0, 1, 1], 1.0),
        ([1.0, 1.0, 1.0, 1.0], [0, 1, 0, 1], 0.5),
        ([1.0, 2.0, 2.0, 3.0], [0, 0, 1, 1], 0.875),
        (["a"] * 20 + ["b"] * 20, [0] * 20 + [1] * 20, 1.0),
        (["a", "b"] * 20, [0, 0, 1, 1] * 10, 0.5),
    ],
)
def test_separation_is_the_auc_of_the_column(values, y, auc):
    """Ties count half; the direction does not matter."""
    assert separation(tally(pd.Series(values), np.flatnonzero(y))) == pytest.approx(auc)


def test_information_value_is_the_published_sum():
    """Siddiqi's formula with half a loan added to each count."""
    bins = pd.DataFrame({"rows": [100, 100], "bads": [40, 10]})
    good, bad = np.array([60.5, 90.5]) / 151, np.array([40.5, 10.5]) / 51
    assert information_value(bins) == pytest.approx(((good - bad) * np.log(good / bad)).sum())
