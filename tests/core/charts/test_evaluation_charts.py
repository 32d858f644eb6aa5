"""Pictures of decisions, ranking and calibration."""

import numpy as np
import pandas as pd
import pytest

from core.charts import evaluation as charts
from core.charts import evaluation_curves as curve_charts
from core.charts.template import faded, palette

DECILES = pd.DataFrame(
    {
        "band": [1, 2, 3],
        "rows": [10, 10, 10],
        "bads": [6, 3, 0],
        "observed": [0.6, 0.3, 0.0],
        "predicted": [0.5, 0.3, 0.1],
        "score_low": [0.4, 0.2, 0.0],
        "score_high": [0.9, 0.39, 0.19],
        "lift": [2.0, 1.0, 0.0],
        "cumulative_rows": [1 / 3, 2 / 3, 1],
        "capture": [2 / 3, 1, 1],
    }
)
CURVE = pd.DataFrame(
    {
        "cut_off": [np.inf, 0.5, 0.1] * 2,
        "false_alarms": [0, 0.2, 1] * 2,
        "recall": [0, 0.8, 1] * 2,
        "precision": [1, 0.7, 0.3] * 2,
        "model": ["network"] * 3 + ["trees"] * 3,
        "label": ["Network"] * 3 + ["Boosted trees"] * 3,
    }
)
DISTRIBUTION = pd.DataFrame(
    {
        "low": [0.0, 0.25, 0.5, 0.75],
        "high": [0.25, 0.5, 0.75, 1.0],
        "goods": [5, 3, 2, 0],
        "bads": [1, 1, 1, 2],
        "good_share": [0.5, 0.3, 0.2, 0.0],
        "bad_share": [0.2, 0.2, 0.2, 0.4],
    }
)


def test_goods_point_up_and_bads_down():
    """The two outcomes are told apart by direction and word, not by colour alone."""
    goods, bads = charts.score_distribution(DISTRIBUTION, 0.5, "light").data
    assert list(goods.y) == [50, 30, 20, 0]
    assert list(bads.y) == [-20, -20, -20, -40]
    assert (goods.name, bads.name) == ("Goods (repaid)", "Bads (defaulted)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_declined_bars_stand_out(theme):
    """Bars above the cut-off have the full colour of their outcome, the others are faded."""
    goods, bads = charts.score_distribution(DISTRIBUTION, 0.5, theme).data
    colours = palette(theme)
    assert list(goods.marker.color) == [faded(colours.good, s) for s in (0.45, 0.45, 1, 1)]
    assert bads.marker.color[-1] == faded(colours.bad, 1)


@pytest.mark.parametrize(("cut_off", "anchor"), [(0.2, "left"), (0.9, "right")])
def test_cut_off_is_named_where_there_is_room(cut_off, anchor):
    """The label stands on the side that does not leave the picture."""
    fig = charts.score_distribution(DISTRIBUTION, cut_off, "light")
    (label,) = (note for note in fig.layout.annotations if note.text.startswith("Cut-off"))
    assert label.xanchor == anchor
    assert label.text == f"Cut-off {100 * cut_off:.1f}\xa0%"


def test_hover_speaks_in_full_words():
    """A visitor who points at a bar reads a sentence."""
    goods = charts.score_distribution(DISTRIBUTION, 0.5, "light").data[0]
    assert goods.customdata[1] == "25.0\xa0% to 50.0\xa0%: 3 goods, 30.0\xa0% of all who repaid"


def test_roc_marks_the_cut_off():
    """Each model has its own dash, and the cut-off is a point on the network's curve."""
    fig = curve_charts.roc(CURVE, (0.2, 0.8), "light")
    _, network, trees, point = fig.data
    assert (network.line.dash, trees.line.dash) == ("solid", "dot")
    assert (point.x[0], point.y[0]) == (20, 80)
    assert list(network.customdata) == ["above 100 %", "50.0\xa0%", "10.0\xa0%"]


def test_precision_recall_shows_chance():
    """The bad rate is what declining at random would reach."""
    fig = curve_charts.precision_recall(CURVE, 0.3, (0.8, 0.7), "light")
    assert fig.layout.shapes[0].y0 == 30


@pytest.mark.parametrize(
    ("precision", "corner"),
    [(0.9, ("left", "bottom")), (0.2, ("right", "top"))],
)
def test_the_legend_leaves_the_curves_free(precision: float, corner: tuple[str, str]) -> None:
    """Where curves stand high on the left, names go below them; where they stay low, above."""
    curve = CURVE.assign(recall=[0.1, 0.5, 1] * 2, precision=[precision, precision, 0.1] * 2)
    at = curve_charts.precision_recall(curve, 0.1, (0.5, precision), "light").layout.legend
    assert (at.xanchor, at.yanchor) == corner


@pytest.mark.parametrize(
    ("cut_off", "groups"),
    [(0.3, [[1], [2], [3]]), (0.4, [[1], [], [2, 3]]), (0, [[1, 2, 3], [], []])],
)
def test_deciles_are_coloured_by_decision(cut_off, groups):
    """Bands are declined, cut, or approved; a cut-off between two bands cuts neither."""
    bars = curve_charts.deciles(DECILES, cut_off, "light").data
    assert [list(bar.x) for bar in bars] == groups


def test_reliability_has_an_interval_per_band():
    """Error bars reach from the low to the high end of the bad rate."""
    frame = DECILES.assign(low=[0.3, 0.1, 0.0], high=[0.85, 0.6, 0.25])
    points = curve_charts.reliability(frame, "dark").data[1]
    assert list(points.error_y.array) == pytest.approx([25, 30, 25])
    assert list(points.error_y.arrayminus) == pytest.approx([30, 20, 0])


def test_gains_begin_at_nothing():
    """Declining nobody catches nobody."""
    line = curve_charts.gains(DECILES, "light").data[1]
    assert (line.x[0], line.y[0]) == (0, 0)
    assert (line.x[-1], line.y[-1]) == (100, 100)


def test_trade_off_survives_cut_offs_that_approve_nobody():
    """The bad rate among nobody is missing, and the line begins where somebody is approved."""
    frame = pd.DataFrame(
        {
            "cut_off": [0, 0.5, 1],
            "approval_rate": [0, 0.5, 1],
            "approved_bad_rate": [np.nan, 0.1, 0.2],
            "recall": [1, 0.6, 0],
        }
    )
    fig = charts.trade_off(frame, 0.5, "light")
    assert [note.text for note in fig.layout.annotations] == [
        "Approved",
        "Bad among approved",
        "Bads declined",
    ]


def test_comparison_puts_the_network_on_top():
    """Rows read from top to bottom as in the table, the network with its own mark."""
    frame = pd.DataFrame(
        {
            "model": ["network", "trees"],
            "label": ["Network", "Trees"],
            "value": [0.8, 0.7],
            "low": [0.75, 0.6],
            "high": [0.83, 0.8],
        }
    )
    (dots,) = charts.comparison(frame, "ROC-AUC", 0.5, "light").data
    assert list(dots.y) == ["Trees", "Network"]
    assert list(dots.marker.symbol) == ["circle", "diamond"]
    assert dots.customdata[1] == "Network: 0.800 [0.750, 0.830]"
