import numpy as np
import pandas as pd
import pytest

from core.charts.relations import matrix

PAIRS = pd.DataFrame({"left": ["x"], "right": ["y"], "value": [0.8], "rows": [1200]})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_pair_is_drawn_in_both_places(theme):
    """The diagonal is blank; the hover names both in full words."""
    [cells] = matrix(PAIRS, {"x": "Income <net>", "y": "Debt"}, theme, "Rank correlation").data
    np.testing.assert_array_equal(cells.z, [[np.nan, 0.8], [0.8, np.nan]])
    assert cells.text[0][1] == ".80"
    assert "Income &lt;net&gt; and Debt" in cells.customdata[0][1]
    assert "Rank correlation 0.80" in cells.customdata[0][1]
    assert "1,200 rows" in cells.customdata[0][1]


def test_pairs_of_columns_that_are_not_drawn_are_left_out():
    """Only the labelled ones have a place."""
    [cells] = matrix(PAIRS, {"x": "Income"}, "light", "").data
    assert cells.z.shape == (1, 1)
