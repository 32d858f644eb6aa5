"""Charts of explanations: what is drawn, from tidy frames."""

import numpy as np
import pandas as pd
import pytest

from core.charts import explanation
from core.charts.template import palette
from core.charts.waterfall import waterfall

FIELDS = pd.DataFrame(
    {
        "field": ["income", "home"],
        "label": ["Income", "<b>Home</b> with quite a long name"],
        "log_odds": [0.8, 0.4],
        "low": [0.7, 0.3],
        "high": [0.9, 0.5],
        "pd": [0.09, 0.031],
        "share": [2 / 3, 1 / 3],
        "direction": ["lowers", ""],
    }
)
DOTS = pd.DataFrame(
    {
        "row": [1, 2, 1, 2],
        "field": ["income", "income", "home", "home"],
        "label": ["Income", "Income", "Home", "Home"],
        "value": ["70", "90", "<i>rent", "own"],
        "log_odds": [0.5, -0.5, 0.1, 0.0],
        "pd": [0.08, -0.07, 0.01, 0.0],
        "rank": [0.0, 1.0, np.nan, np.nan],
        "line": [0, 0, 1, 1],
        "offset": [0.0, 0.0, 0.0, 0.5],
    }
)
STEPS = pd.DataFrame(
    {
        "field": ["income", "home", ""],
        "label": ["Income", "Home", "2 other fields"],
        "value": ["70", "rent", ""],
        "log_odds": [1.0, -0.5, 0.25],
        "error_bar": [0.01, 0.02, 0.0],
        "start": [-1.0, 0.0, -0.5],
        "end": [0.0, -0.5, -0.25],
        "pd_start": [0.269, 0.5, 0.378],
        "pd_end": [0.5, 0.378, 0.438],
    }
)


def words_in(fig):
    """Return all words written into a figure."""
    return " ".join(
        text.strip()
        for trace in fig.data
        if trace.type == "scatter" and trace.mode == "text"
        for text in trace.text
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_importance_bars_carry_interval_and_pd(theme):
    """The first field is on top; whiskers reach the interval's ends; labels read PD."""
    fig = explanation.importance(FIELDS, theme)
    bars, _ = fig.data
    assert list(bars.y) == [1, 0]
    assert np.allclose(bars.error_x.array, 0.1)
    assert words_in(fig) == "9.0\xa0% 3.1\xa0%"
    assert fig.layout.yaxis.ticktext[0] == "Income"
    assert bars.marker.color == palette(theme).accent


def test_names_are_shown_as_they_are():
    """Markup in a label or value is text, and long names are cut."""
    fig = explanation.importance(FIELDS, "light")
    assert fig.layout.yaxis.ticktext[1] == "&lt;b&gt;Home&lt;/b&gt; with q…"
    swarm = explanation.beeswarm(DOTS, ["Income", "Home"], "light")
    assert "&lt;i&gt;rent" in swarm.data[0].customdata[0]


def test_a_beeswarm_has_a_line_per_field():
    """Ranked numbers have a colour scale, categories are grey; hover says value and effect."""
    grey, ranked = explanation.beeswarm(DOTS, ["Income", "Home"], "light").data
    assert list(ranked.y) == [1, 1]
    assert list(grey.y) == [0, 0.4]
    assert list(ranked.marker.color) == [0, 1]
    assert ranked.customdata[0] == (
        "<b>Income: 70</b><br>+0.50 log-odds, +8.0 percentage points of PD<br>Row 1"
    )


def test_dependence_over_numbers_coloured_by_a_number():
    """One trace on a scale whose ends are the second field's values; missing ones are grey."""
    frame = DOTS.assign(
        place=[1.0, 2.0, 3.0, 4.0],
        other=[5.0, 7.0, 6.0, np.nan],
        other_value=["Age: 5", "Age: 7", "Age: 6", "Age: not given"],
    )
    missing, known = explanation.dependence(frame, "Income", "Age", "light").data
    assert len(missing.x) == 1
    assert list(known.x) == [1, 2, 3]
    assert list(known.marker.colorbar.ticktext) == ["5", "7"]
    assert "Age: 5" in known.customdata[0]


def test_dependence_over_categories_coloured_by_a_category():
    """Categories stand at places of their own; groups have a legend and a colour each."""
    frame = DOTS.assign(
        place=pd.Series(["rent", "own", "rent", "own"], dtype="str"),
        other=pd.Series(["a", "b", "a", np.nan], dtype="str"),
        other_value="",
    )
    fig = explanation.dependence(frame, "Home", "Job", "light")
    assert [trace.name for trace in fig.data] == ["a", "b", "not given"]
    assert fig.layout.legend.title.text == "Job"
    assert len({trace.marker.color for trace in fig.data}) == 3
    assert sorted(fig.layout.xaxis.ticktext) == ["own", "rent"]
    assert fig.layout.showlegend


def test_a_waterfall_adds_up_in_log_odds_and_reads_as_pd():
    """Raising is vermillion, lowering blue; lines name the step, bar ends the PD reached."""
    fig = waterfall(STEPS, "applicants who just pass", "light")
    _, raising, lowering, labels, marks, _ = fig.data
    assert (raising.marker.color, lowering.marker.color) == ("#D55E00", "#0072B2")
    assert list(raising.base) == [-1.0, -0.5]
    assert list(raising.x) == [1.0, 0.25]
    assert list(marks.x) == [-1.0, -0.25]
    text = words_in(fig)
    assert "50.0\xa0% 37.8\xa0% 43.8\xa0%" in text
    assert list(labels.x) == [0.0, -0.5, -0.25]
    assert list(labels.textposition) == ["middle right", "middle left", "middle right"]
    assert "<b>26.9\xa0%</b>" in text
    assert fig.layout.yaxis.ticktext[0] == "Applicants who just pass"
    assert fig.layout.yaxis.ticktext[1].startswith("Income: 70<br>")
    assert "+1.00 log-odds" in fig.layout.yaxis.ticktext[1]


@pytest.mark.parametrize(
    ("start", "end", "sides"),
    [(-2.0, 1.0, ["middle right", "middle left"]), (1.0, -2.0, ["middle left", "middle right"])],
)
def test_a_waterfalls_ends_are_labelled_towards_the_middle(start, end, sides):
    """On a phone there is no room beside the names of the fields."""
    steps = STEPS.iloc[:1].assign(start=start, end=end, log_odds=end - start)
    assert list(waterfall(steps, "all applicants", "light").data[-1].textposition) == sides


@pytest.mark.parametrize(("low", "high"), [(-7.0, 6.0), (-2.3, -1.4), (-0.01, 0.0), (4.0, 4.5)])
def test_a_waterfall_always_has_ticks_at_round_probabilities(low, high):
    """Wide or narrow, the axis has two to eight ticks in rising order, never crowded."""
    steps = STEPS.iloc[:1].assign(start=low, end=high, log_odds=high - low)
    axis = waterfall(steps, "all applicants", "dark").layout.xaxis
    ticks = sorted(axis.tickvals)
    assert 2 <= len(ticks) <= 8
    assert min(np.diff(ticks)) > 0.1 * (axis.range[1] - axis.range[0])
    assert axis.range[0] < low < high < axis.range[1]
