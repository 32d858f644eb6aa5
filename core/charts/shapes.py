"""The curve of one field of an additive network, with how frequent its values are beneath."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Theme, faded, figure, palette, rows_of
from core.formatting import percent

SHARE_OF_HEIGHT = 0.24


def curve(frame: pd.DataFrame, axis: str, theme: Theme, density: pd.DataFrame) -> go.Figure:
    """Draw a number's curve.

    Args:
        frame: As `core.explanation.shapes.shape` returns; a missing value is named in a note.
        axis: What the field is, with its unit.
        theme: Which palette.
        density: As `core.explanation.shapes.density`.
    """
    colours = palette(theme)
    fig = panels(axis, theme)
    known = frame.dropna(subset="value")
    fig.add_scatter(
        x=known["value"],
        y=known["log_odds"],
        mode="lines",
        line={"color": colours.accent, "width": 2.5},
        hovertemplate="%{x:,.4~g}<br>%{y:+.3f} log-odds<extra></extra>",
    )
    fig.add_bar(
        x=(density["low"] + density["high"]) / 2,
        y=density["rows"],
        width=density["high"] - density["low"],
        yaxis="y2",
        marker={"color": faded(colours.muted, 0.5), "line": {"width": 0}},
        customdata=[
            f"{row.low:,.4g} to {row.high:,.4g}: {row.rows:,} applicants"
            for row in rows_of(density)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return fig


def bars(frame: pd.DataFrame, axis: str, theme: Theme) -> go.Figure:
    """Draw a category's effect, one bar per value, and how frequent each is."""
    colours = palette(theme)
    fig = panels(axis, theme)
    names = ["missing" if value is None else escape(str(value)) for value in frame["value"]]
    share = frame["rows"] / max(1, frame["rows"].sum())
    fig.update_xaxes(type="category")
    fig.add_bar(
        x=names,
        y=frame["log_odds"],
        marker={"color": colours.accent, "line": {"width": 0}},
        hovertemplate="%{x}<br>%{y:+.3f} log-odds<extra></extra>",
    )
    fig.add_bar(
        x=names,
        y=frame["rows"],
        yaxis="y2",
        marker={"color": faded(colours.muted, 0.5), "line": {"width": 0}},
        customdata=[percent(each) for each in share],
        hovertemplate="%{x}<br>%{y:,} applicants, %{customdata}<extra></extra>",
    )
    return fig


def panels(
    axis: str, theme: Theme, title: str = "Effect on log-odds", *, percentages: bool = False
) -> go.Figure:
    """Return two empty panels, one above the other: for effects, and for how frequent values are.

    Args:
        axis: What the field is, with its unit.
        theme: Which palette.
        title: Of the upper vertical axis.
        percentages: Whether it holds percentages, from 0.
    """
    colours = palette(theme)
    fig = figure(theme, axis, title, height=380, y_percent=percentages)
    fig.update_layout(
        {
            "yaxis": {"domain": [SHARE_OF_HEIGHT + 0.06, 1], "zeroline": True},
            "yaxis2": {
                "domain": [0, SHARE_OF_HEIGHT],
                "title": {"text": "Applicants", "font": {"color": colours.muted, "size": 12}},
                "showgrid": False,
                "nticks": 3,
                "tickfont": {"color": colours.muted},
            },
            "xaxis": {"anchor": "y2"},
            "showlegend": False,
            "bargap": 0.25,
        }
    )
    if percentages:
        fig.update_layout(yaxis={"rangemode": "tozero"})
    fig.update_yaxes(zerolinecolor=colours.border, zerolinewidth=1)
    return fig
