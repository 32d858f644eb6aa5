"""Pictures of ranking and calibration; frames come from core.evaluation.curves.

Shares and probabilities arrive in [0, 1] and are drawn as percentages.
"""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Legend, Theme, faded, figure, label, line_at, palette, rows_of
from core.formatting import count, counted, percent

LINES = {
    "network": ("solid", 2.5),
    "logistic": ("dash", 1.75),
    "trees": ("dot", 2),
    "scorecard": ("longdash", 1.75),
    "lightgbm": ("dashdot", 1.75),
    "xgboost": ("longdashdot", 1.75),
    "catboost": ("2px 6px", 2),
}
"""Dash and width per model, so that lines are told apart without colour."""

_WHOLE_X = {"range": [-1, 101], "dtick": 20}
_WHOLE_Y = {"range": [-1, 103], "dtick": 20}


def roc(frame: pd.DataFrame, point: tuple[float, float], theme: Theme) -> go.Figure:
    """Draw the ROC curves of all models, with the network's cut-off marked.

    Args:
        frame: As `curves.roc_curve`, with model and label before each row.
        point: False alarms and recall of the network at the cut-off.
        theme: Which palette.
    """
    reading = "of goods declined<br>", "of bads declined"
    return figure(
        theme,
        "Goods declined",
        "Bads declined",
        legend="bottom right",
        x_percent=True,
        y_percent=True,
        data=[
            _diagonal(100, palette(theme).border),
            *_curves(frame, ("false_alarms", "recall"), reading, theme),
            _cut_off_point(point, reading, theme),
        ],
        xaxis=_WHOLE_X,
        yaxis=_WHOLE_Y,
    )


def precision_recall(
    frame: pd.DataFrame, bad_rate: float, point: tuple[float, float], theme: Theme
) -> go.Figure:
    """Draw the precision–recall curves of all models, with the network's cut-off marked.

    Args:
        frame: As `curves.precision_recall_curve`, with model and label before each row.
        bad_rate: What declining at random would reach.
        point: Recall and precision of the network at the cut-off.
        theme: Which palette.
    """
    reading = "of bads declined<br>", "of the declined are bad"
    return figure(
        theme,
        "Bads declined (recall)",
        "Bads among declined (precision)",
        legend=_free_corner(frame),
        x_percent=True,
        y_percent=True,
        data=[
            *_curves(frame, ("recall", "precision"), reading, theme),
            _cut_off_point(point, reading, theme),
        ],
        shapes=[line_at(palette(theme).border, y=100 * bad_rate)],
        xaxis=_WHOLE_X,
        yaxis=_WHOLE_Y,
    )


def _free_corner(frame: pd.DataFrame) -> Legend:
    """Return where precision–recall curves leave room for the names of the models.

    A phone gives them the left half of the plot and two fifths of its height. Where half of the
    bads are found by declining few goods, the curves pass above that; else they stay low.
    """
    left = frame.loc[frame["recall"].between(0.02, 0.55), "precision"]
    return "bottom left" if len(left) and left.quantile(0.05) > 0.42 else "top right"


def _diagonal(most: float, colour: str, dash: str = "solid") -> dict[str, Any]:
    """Return the line on which nothing is gained, or everything is as expected."""
    return {
        "type": "scatter",
        "x": [0, most],
        "y": [0, most],
        "mode": "lines",
        "line": {"color": colour, "width": 1.5, "dash": dash},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _curves(
    frame: pd.DataFrame, columns: tuple[str, str], reading: tuple[str, str], theme: Theme
) -> Iterator[dict[str, Any]]:
    x, y = columns
    series = palette(theme).series
    for place, (model, rows) in enumerate(frame.groupby("model", sort=False)):
        dash, width = LINES.get(str(model), ("dashdot", 1.75))
        yield {
            "type": "scatter",
            "x": 100 * rows[x],
            "y": 100 * rows[y],
            "mode": "lines",
            "name": rows["label"].iloc[0],
            "line": {"color": series[place % len(series)], "dash": dash, "width": width},
            "customdata": [percent(one) if one <= 1 else "above 100 %" for one in rows["cut_off"]],
            "hovertemplate": "<b>%{fullData.name}</b><br>Cut-off %{customdata}<br>"
            f"%{{x:.1f}} % {reading[0]}%{{y:.1f}} % {reading[1]}<extra></extra>",
        }


def _cut_off_point(
    point: tuple[float, float], reading: tuple[str, str], theme: Theme
) -> dict[str, Any]:
    colours = palette(theme)
    line = {"color": colours.text, "width": 2}
    return {
        "type": "scatter",
        "x": [100 * point[0]],
        "y": [100 * point[1]],
        "mode": "markers",
        "name": "Cut-off",
        "marker": {"color": colours.background, "size": 11, "line": line},
        "hovertemplate": "The network at the cut-off<br>"
        f"%{{x:.1f}} % {reading[0]}%{{y:.1f}} % {reading[1]}<extra></extra>",
    }


def reliability(frame: pd.DataFrame, theme: Theme) -> go.Figure:
    """Draw predicted against observed risk, with the interval of each band.

    Args:
        frame: As `curves.reliability`.
        theme: Which palette.
    """
    colours = palette(theme)
    most = 100 * min(1.0, max(frame["high"].max(), frame["predicted"].max()) * 1.06)
    bands = {
        "type": "scatter",
        "x": 100 * frame["predicted"],
        "y": 100 * frame["observed"],
        "error_y": {
            "type": "data",
            "array": 100 * (frame["high"] - frame["observed"]),
            "arrayminus": 100 * (frame["observed"] - frame["low"]),
            "color": faded(colours.accent, 0.55),
            "thickness": 1.5,
            "width": 0,
        },
        "mode": "markers+lines",
        "marker": {"color": colours.accent, "size": 8},
        "line": {"color": faded(colours.accent, 0.5), "width": 1.5},
        "customdata": [
            f"Band {row.band}: {counted(row.rows, 'row')}<br>Expected {percent(row.predicted)}<br>"
            f"Defaulted {percent(row.observed)} ({percent(row.low)} to {percent(row.high)})"
            for row in rows_of(frame)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    end = {"x": most, "y": most, "xanchor": "right", "yanchor": "bottom", "xshift": -14}
    return figure(
        theme,
        "Mean default probability",
        "Share that defaulted",
        x_percent=True,
        y_percent=True,
        data=[_diagonal(most, colours.muted, "dot"), bands],
        annotations=[label("as expected", colours.muted, **end)],
        xaxis={"range": [-most * 0.02, most]},
        yaxis={"range": [-most * 0.02, most * 1.05]},
    )


def deciles(frame: pd.DataFrame, cut_off: float, theme: Theme) -> go.Figure:
    """Draw the bad rate of each band, riskiest first, coloured by what the cut-off decides.

    Args:
        frame: As `curves.decile_table`.
        cut_off: Applicants from here on are declined.
        theme: Which palette.
    """
    colours = palette(theme)
    declined = frame["score_low"] >= cut_off
    approved = frame["score_high"] < cut_off
    average = frame["bads"].sum() / frame["rows"].sum()
    place = {"x": 1, "xref": "paper", "xanchor": "right", "y": 100 * average, "yanchor": "bottom"}
    return figure(
        theme,
        "Band, riskiest first",
        "Share that defaulted",
        legend="top right",
        y_percent=True,
        data=[
            _bands(frame[declined], "All declined", colours.bad),
            _bands(frame[~declined & ~approved], "Cut-off within", colours.refer),
            _bands(frame[approved], "All approved", colours.good),
        ],
        shapes=[line_at(colours.text, y=100 * average, dash="dot") | {"layer": "above"}],
        annotations=[label(f"Average {percent(average)}", colours.text, **place)],
        xaxis={"tickvals": frame["band"].tolist(), "showgrid": False},
        yaxis={"rangemode": "tozero"},
    )


def _bands(rows: pd.DataFrame, name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": rows["band"],
        "y": 100 * rows["observed"],
        "name": name,
        "marker": {"color": colour},
        "showlegend": True,
        "customdata": [
            f"Band {row.band}: default probability {percent(row.score_low)} to "
            f"{percent(row.score_high)}<br>{count(row.bads)} of {count(row.rows)} defaulted "
            f"({percent(row.observed)}), {row.lift:.1f} times the average<br>"
            f"This band and riskier hold {percent(row.capture)} of all bads"
            for row in rows_of(rows)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def gains(frame: pd.DataFrame, theme: Theme) -> go.Figure:
    """Draw how many of all bads are caught when the riskiest share of applicants is declined.

    Args:
        frame: As `curves.decile_table`.
        theme: Which palette.
    """
    colours = palette(theme)
    line = {
        "type": "scatter",
        "x": [0, *(100 * frame["cumulative_rows"])],
        "y": [0, *(100 * frame["capture"])],
        "mode": "lines+markers",
        "line": {"color": colours.accent, "width": 2.5},
        "marker": {"size": 7},
        "hovertemplate": "The riskiest %{x:.0f} % hold %{y:.1f} % of all bads<extra></extra>",
    }
    return figure(
        theme,
        "Riskiest share of applicants",
        "Share of all bads",
        x_percent=True,
        y_percent=True,
        data=[_diagonal(100, colours.border), line],
        xaxis=_WHOLE_X,
        yaxis=_WHOLE_Y,
    )
