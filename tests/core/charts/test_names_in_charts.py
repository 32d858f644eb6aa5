"""Plotly reads texts as simple HTML; what a loan file holds is drawn as it is written."""

import numpy as np
import pandas as pd
import pytest

from core.charts import explanation, profile, shapes, training
from core.charts.template import figure

TAG, SHOWN = "<b>x</b> &lt;", "&lt;b&gt;x&lt;/b&gt; &amp;lt;"


def test_titles_of_axes():
    """A column's name is the title of an axis."""
    layout = figure("light", TAG, TAG).layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == (SHOWN, SHOWN)


def test_bins_of_a_profile():
    """Categories are ticks of the axis, and named in the hover."""
    bins = pd.DataFrame({"bin": [TAG, "b"], "share": [0.5, 0.5], "rows": [1, 1]})
    fig = profile.distribution(bins, "Job", "light")
    assert list(fig.layout.xaxis.ticktext) == [SHOWN, "b"]
    assert list(fig.layout.xaxis.categoryarray) == list(fig.data[0].x) == [SHOWN, "b"]


def test_a_long_category_is_cut_before_it_is_escaped():
    """Half an entity would be drawn as it is."""
    bins = pd.DataFrame({"bin": ["<" * 30], "share": [1.0], "rows": [1]})
    [tick] = profile.distribution(bins, "Job", "light").layout.xaxis.ticktext
    assert tick == "&lt;" * 17 + "…"


def test_bars_of_an_additive_network():
    """Also where categories are written in digits, they are no numbers."""
    frame = pd.DataFrame({"value": [TAG, "1"], "log_odds": [0.1, 0.2], "rows": [1, 2]})
    fig = shapes.bars(frame, "Job", "light")
    assert list(fig.data[0].x) == [SHOWN, "1"]
    assert fig.layout.xaxis.type == "category"


@pytest.mark.parametrize("numbers", [True, False])
def test_the_second_field_of_a_dependence(numbers):
    """It heads the colour scale, or the legend."""
    frame = pd.DataFrame(
        {
            **{"row": [1, 2], "label": TAG, "value": TAG, "place": [TAG, TAG]},
            **{"log_odds": [0.1, 0.2], "pd": [0.1, 0.2], "other_value": TAG},
            "other": [1.0, 2.0] if numbers else [TAG, TAG],
        }
    )
    fig = explanation.dependence(frame, "Job", TAG, "light")
    assert list(fig.layout.xaxis.ticktext) == [SHOWN]
    if numbers:
        assert fig.data[1].marker.colorbar.title.text == SHOWN
    else:
        assert (fig.layout.legend.title.text, fig.data[0].name) == (SHOWN, SHOWN)


def test_the_name_of_a_run_is_no_template():
    """%{y} in a name would be filled in by Plotly."""
    points = pd.DataFrame(
        {"sign": "A", "run": f"{TAG} %{{y}}", "epoch": [1, 2], "value": [1.0, 0.5], "kept": False}
    )
    fig = training.overlaid(points, "light", "Loss")
    assert f"{SHOWN} %&#123;y}}<br>epoch" in fig.data[0].hovertemplate
    assert np.isfinite(fig.data[0].y).all()
