"""Drift: how far rows moved, and what became of columns."""

import numpy as np
import pandas as pd
import pytest

from core.data.drift import compare, psi
from core.data.schema import Column, Schema


def texts(*values):
    """Return texts, missing where None."""
    return pd.Series(values, dtype="str")


def test_the_same_rows_have_not_moved():
    """Numbers, texts and dates, also with values missing."""
    numbers = pd.Series([1.0, 2.0, np.nan, 4.0])
    dates = pd.Series(pd.to_datetime(["2024-01-01", None, "2024-03-01"]))
    assert [psi(each, each) for each in (numbers, texts("a", None, "b"), dates)] == [0, 0, 0]


def test_the_index_is_that_of_the_formula():
    """Shares 1/2, 1/2 become 1/4, 3/4: (-1/4) ln(1/2) + (1/4) ln(3/2)."""
    moved = psi(texts("a", "b"), texts("a", "b", "b", "b"))
    assert moved == pytest.approx(-0.25 * np.log(0.5) + 0.25 * np.log(1.5))


def test_values_that_went_missing_count():
    """Half of the values gone is far beyond the bound to act."""
    before = pd.Series(np.arange(1000.0))
    assert psi(before, before.where(before % 2 == 0)) > 0.25
    assert psi(texts(*"ab" * 50), texts(*["a", None] * 50)) > 0.25


def test_a_shifted_number_moves_and_noise_does_not():
    """Two samples of one distribution stay far below the bound to watch."""
    random = np.random.default_rng(0)
    first, second = (pd.Series(random.normal(size=5000)) for _ in range(2))
    assert psi(first, second) < 0.02
    assert psi(first, second + 1) > 0.25


def test_columns_come_go_and_change():
    """Each says what happened to it; only what is alike has an index."""
    before = Schema((Column("a", "number", "feature"), Column("b", "category", "feature")))
    after = Schema((Column("a", "category", "ignore"), Column("c", "number", "feature")))
    frames = (
        pd.DataFrame({"a": [1.0], "b": texts("x")}),
        pd.DataFrame({"a": texts("1"), "c": [1.0]}),
    )
    found = compare(frames[0], before, frames[1], after)
    assert [(each.name, each.change, each.said, each.psi) for each in found] == [
        ("a", "changed", "type: number → category, role: feature → ignore", None),
        ("c", "added", "", None),
        ("b", "removed", "", None),
    ]


@pytest.mark.parametrize(("moved", "verdict"), [(0.09, "stable"), (0.1, "watch"), (0.25, "act")])
def test_the_verdict_follows_the_usual_bounds(moved, verdict):
    """0.10 watch, 0.25 act."""
    from core.data.drift import ColumnDrift

    assert ColumnDrift("a", "same", "", moved).verdict == verdict
