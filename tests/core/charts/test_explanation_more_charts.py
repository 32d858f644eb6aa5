"""Heat maps, cohorts beside everyone, and the PD over one field."""

import numpy as np
import pandas as pd

from core.charts import heat_maps
from core.charts.explanation_cohort import beside_everyone
from core.charts.partial_dependence import bars, curve

LABELS = {"a": "Age", "b": "<b>Debt", "c": "Home"}
PAIRS = pd.DataFrame(
    {
        "field": ["a", "a", "b"],
        "other": ["b", "c", "c"],
        "strength": [0.3, 0.1, 0.2],
        "low": [0.2, 0.0, 0.1],
        "high": [0.4, 0.2, 0.3],
    }
)


def test_each_pair_is_drawn_once():
    """Below the diagonal, in the order of the fields; a dash where chance could explain it."""
    fig = heat_maps.interactions(PAIRS, ["c", "a", "b"], LABELS, "light")
    (map_,) = fig.data
    assert np.array(map_.text).tolist() == [["–", ""], [".20", ".30"]]
    assert np.isnan(np.array(map_.z)[0, 1])
    assert "Not told apart from chance" in map_.customdata[0][0]
    assert [each.text for each in fig.layout.annotations] == ["Home", "Age"]
    assert "&lt;b&gt;Debt" in map_.customdata[1][0]


def test_ranks_stand_side_by_side():
    """One column per model, the network first, shaded by share."""
    frame = pd.DataFrame(
        {
            "field": ["a", "a", "b", "b"],
            "label": ["Age", "Age", "Debt", "Debt"],
            "name": ["Network", "Boosted trees"] * 2,
            "share": [0.7, 0.4, 0.3, 0.6],
            "rank": [1, 2, 2, 1],
        }
    )
    fig = heat_maps.ranks(frame, ["a", "b"], "dark")
    assert np.array(fig.data[0].text).tolist() == [["1", "2"], ["2", "1"]]
    assert list(fig.layout.xaxis.ticktext) == ["Network", "Boosted<br>trees"]
    assert "40.0\xa0% of the total effect" in fig.data[0].customdata[0][1]


def test_a_cohort_stands_beside_everyone():
    """Two marks of different shape for each field, with their intervals."""
    frame = pd.DataFrame(
        {
            "label": ["Age"], "cohort": [0.4], "cohort_low": [0.3], "cohort_high": [0.5],
            "everyone": [0.2], "low": [0.1], "high": [0.3],
        }
    )  # fmt: skip
    cohort, everyone = beside_everyone(frame, "Renters <i>", "light").data
    assert (cohort.name, everyone.name) == ("Renters &lt;i&gt;", "Everyone")
    assert cohort.error_x.array[0] == np.float64(0.5) - 0.4
    assert everyone.marker.symbol == "diamond"


def test_single_applicants_lie_behind_the_mean():
    """All of them are one trace with gaps; the missing value has no place among numbers."""
    mean = pd.DataFrame(
        {"value": [1.0, 2.0, None], "pd": [0.1, 0.2, 0.3], "low": [0.0, 0.1, 0.2],
         "high": [0.2, 0.3, 0.4]}
    ).astype({"value": "object"})  # fmt: skip
    lines = pd.DataFrame([[0.1, 0.2, 0.9], [0.2, 0.3, 0.9]])
    density = pd.DataFrame({"low": [1.0], "high": [2.0], "rows": [7]})
    single, _, middle, below = curve(mean, lines, "Age", "light", density).data
    assert len(single.x) == 6
    assert np.isnan(single.x[2])
    assert list(middle.y) == [10, 20]
    assert below.customdata[0] == "1 to 2: 7 applicants"
    counts = pd.Series({"1.0": 3, "not given": 4})
    dots, marks, below = bars(
        mean.assign(value=["1.0", "2.0", None]), lines, "Age", "light", counts
    ).data
    assert len(dots.x) == 6
    assert list(marks.error_y.array) == list(100 * (mean["high"] - mean["pd"]))
    assert list(below.y) == [3, 0, 4]
