"""Work by column: in order, one or many, and memory given back after long ones alone."""

import pyarrow as pa
import pytest

from core.data import by_column as module
from core.data.by_column import by_column


@pytest.mark.parametrize("columns", [[], ["a"], ["a", "bb", "ccc"]])
def test_results_stand_in_the_order_of_the_columns(columns):
    """However many there are."""
    assert by_column(len, columns) == [len(column) for column in columns]


def test_an_error_in_one_column_is_raised():
    """Not swallowed by the thread it came up in."""
    with pytest.raises(ValueError, match="invalid literal"):
        by_column(int, ["1", "x", "3"])


@pytest.mark.parametrize(("rows", "times"), [(99_999, 0), (100_000, 3)])
def test_memory_is_given_back_after_long_columns(monkeypatch, rows, times):
    """Once for each of them, where there is something to give back."""
    given = []

    class Pool:
        def release_unused(self):
            given.append(1)

    monkeypatch.setattr(module.pa, "system_memory_pool", Pool)
    assert pa.system_memory_pool is Pool
    by_column(str, [1, 2, 3], rows)
    assert len(given) == times
