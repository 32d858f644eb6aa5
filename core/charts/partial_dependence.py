"""The default probability over one field: the mean of all, single applicants, and how frequent."""

from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.shapes import panels
from core.charts.template import Theme, faded, palette, rows_of
from core.formatting import number, percent, typeset

TITLE = "Default probability"


def curve(
    mean: pd.DataFrame, lines: pd.DataFrame, axis: str, theme: Theme, density: pd.DataFrame
) -> go.Figure:
    """Draw a number.

    Args:
        mean: As `core.explanation.partial_dependence.PartialDependence.mean`; a missing value has
            no place on the axis.
        lines: As its `lines`.
        axis: What the field is, with its unit.
        theme: Which palette.
        density: As `core.explanation.shapes.density`.
    """
    colours = palette(theme)
    fig = panels(axis, theme, TITLE, percentages=True)
    known = mean["value"].notna().to_numpy()
    frame = mean[known]
    x = frame["value"].astype(float).to_numpy()
    single = 100 * lines.loc[:, known].to_numpy()
    # One trace for all single applicants: lines are parted by gaps.
    gaps = np.full((len(single), 1), np.nan)
    fig.add_scatter(
        x=np.tile(np.append(x, np.nan), len(single)),
        y=np.hstack([single, gaps]).ravel(),
        mode="lines",
        line={"color": faded(colours.muted, 0.35), "width": 1},
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=np.concatenate([x, x[::-1]]),
        y=100 * np.concatenate([frame["high"], frame["low"][::-1]]),
        fill="toself",
        fillcolor=faded(colours.accent, 0.2),
        line={"width": 0},
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=x,
        y=100 * frame["pd"],
        mode="lines",
        line={"color": colours.accent, "width": 3},
        customdata=[_mean_text(typeset(number(row.value)), row) for row in rows_of(frame)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    fig.add_bar(
        x=(density["low"] + density["high"]) / 2,
        y=density["rows"],
        width=density["high"] - density["low"],
        yaxis="y2",
        marker={"color": faded(colours.muted, 0.5), "line": {"width": 0}},
        customdata=[
            typeset(f"{number(row.low)} to {number(row.high)}: {row.rows:,} applicants")
            for row in rows_of(density)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return fig


def bars(
    mean: pd.DataFrame, lines: pd.DataFrame, axis: str, theme: Theme, counts: pd.Series
) -> go.Figure:
    """Draw a category: the mean with its interval, single applicants as dots, and how frequent.

    Args:
        mean: As for `curve`.
        lines: As for `curve`.
        axis: What the field is.
        theme: Which palette.
        counts: Applicants by value; missing is "not given".
    """
    colours = palette(theme)
    fig = panels(axis, theme, TITLE, percentages=True)
    values = ["not given" if pd.isna(value) else str(value) for value in mean["value"]]
    names = [escape(value) for value in values]
    places = np.arange(len(names))
    spread = (np.arange(len(lines)) * 0.618034) % 1 - 0.5
    fig.add_scatter(
        x=(places[np.newaxis] + 0.5 * spread[:, np.newaxis]).ravel(),
        y=100 * lines.to_numpy().ravel(),
        mode="markers",
        marker={"color": faded(colours.muted, 0.35), "size": 4},
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=places,
        y=100 * mean["pd"],
        mode="markers",
        marker={"color": colours.accent, "size": 11},
        error_y={
            "array": 100 * (mean["high"] - mean["pd"]),
            "arrayminus": 100 * (mean["pd"] - mean["low"]),
            "color": colours.accent,
            "thickness": 2,
            "width": 5,
        },
        customdata=[_mean_text(name, row) for name, row in zip(names, rows_of(mean), strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    fig.add_bar(
        x=places,
        y=[int(counts.get(value, 0)) for value in values],
        yaxis="y2",
        marker={"color": faded(colours.muted, 0.5), "line": {"width": 0}},
        hovertemplate="%{y:,} applicants<extra></extra>",
    )
    fig.update_xaxes(tickvals=places, ticktext=names)
    return fig


def _mean_text(value: str, row: object) -> str:
    pd_hat, low, high = (float(getattr(row, name)) for name in ("pd", "low", "high"))
    return (
        f"<b>{value}</b><br>{percent(pd_hat)} on average "
        f"(95 % interval {percent(low)} to {percent(high)})"
    )
