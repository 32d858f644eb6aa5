"""Pairs of columns: the published measures, over all rows."""

import json

import numpy as np
import pandas as pd
import pytest

from core.data.casting import cast
from core.data.relations import Relations, cramers_v, relate
from core.data.schema import Column, Schema

NAN = np.nan


def related(**columns):
    """Relate columns; texts are categories."""
    kinds = {
        name: "category" if any(isinstance(value, str) for value in values) else "number"
        for name, values in columns.items()
    }
    schema = Schema(tuple(Column(name, kind, "feature") for name, kind in kinds.items()))
    return relate(cast(pd.DataFrame(columns), schema), schema)


def test_numbers_are_compared_by_rank_where_both_are_known():
    """As pandas does with method spearman on complete rows."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    y = np.exp(x + rng.normal(size=400))
    y[:50] = NAN
    [pair] = related(x=x, y=y).of("correlation").to_dict("records")
    expected = pd.Series(x[50:]).corr(pd.Series(y[50:]), method="spearman")
    assert pair["value"] == pytest.approx(expected, abs=0.01)
    assert pair["rows"] == 350


def test_numbers_that_differ_in_their_last_digit_are_told_apart():
    """As far as numbers can be told apart at all, and on both sides of zero."""
    steps = np.arange(300)
    close = np.where(steps % 2, -1, 1) * (1 + steps * 2.0**-52)
    frame = pd.DataFrame({"x": close, "y": steps[::-1].astype(float)})
    [pair] = related(**frame.to_dict("list")).of("correlation").to_dict("records")
    assert pair["value"] == pytest.approx(frame["x"].corr(frame["y"], method="spearman"), abs=1e-6)


def test_complete_numbers_have_the_exact_rank_correlation():
    """Ties are averaged."""
    frame = pd.DataFrame({"x": [1.0, 2, 2, 4, 5, 9], "y": [2.0, 1, 4, 4, 8, 7]})
    [pair] = related(**frame.to_dict("list")).of("correlation").to_dict("records")
    assert pair["value"] == pytest.approx(frame["x"].corr(frame["y"], method="spearman"), abs=1e-6)


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ([[50, 0], [0, 50]], 1.0),
        ([[25, 25], [25, 25]], 0.0),
        # phi² = 0.36, less 1/99; both sides 2 - 1/99
        ([[40, 10], [10, 40]], np.sqrt((0.36 - 1 / 99) / (1 - 1 / 99))),
    ],
)
def test_cramers_v_is_corrected_for_bias(table, value):
    """By the formula of Bergsma, worked by hand."""
    assert cramers_v(np.array(table)) == pytest.approx(value)


def test_a_column_of_one_value_is_compared_with_nothing():
    """Neither as a number nor as a category."""
    found = related(x=[1.0, 1, 1, 1], y=[1.0, 2, 3, 4], z=["a"] * 4)
    assert found.pairs.empty


def test_a_number_is_compared_with_a_category_in_tenths():
    """The category that follows from the number is found."""
    x = np.arange(200.0)
    [pair] = (
        related(x=x, job=["low" if v < 100 else "high" for v in x])
        .of("cramers_v")
        .to_dict("records")
    )
    assert pair["value"] > 0.95


def test_missing_together_is_a_share_of_rows_where_either_is_missing():
    """Two of three here."""
    found = related(x=[NAN, NAN, NAN, 1.0], y=[NAN, NAN, 2.0, 3.0])
    [pair] = found.of("missing").to_dict("records")
    assert (pair["value"], pair["rows"]) == (pytest.approx(2 / 3), 3)


def test_relations_survive_json():
    """As the store keeps them."""
    found = related(x=[1.0, 2, 3, 5], y=[2.0, 1, 4, NAN], z=["a", "b", "a", "b"])
    again = Relations.from_json(json.loads(json.dumps(found.to_json())))
    pd.testing.assert_frame_equal(again.pairs, found.pairs)
    assert (again.rows, again.columns, again.of_columns) == (4, 3, 3)
