"""How one column is spread, and how often its values turn bad."""

from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Theme, faded, figure, palette
from core.formatting import percent, shortened, typeset

_MISSING = "missing"
_ROWS_FOR_SCALE = 10
"""Bins with fewer rows have intervals so wide that they would set the scale."""
_LONGEST = 18
"""Characters of a tick; the whole name is in the hover."""


def distribution(
    bins: pd.DataFrame, axis: str, theme: Theme, *, average: float | None = None
) -> go.Figure:
    """Return rows per bin and, where known, the bad rate of each bin below.

    Args:
        bins: bin, share, rows and optionally bad_rate, low, high, as `core.data.profiling` makes.
        axis: What the column is, with its unit.
        theme: Light or dark.
        average: Bad rate of all rows, drawn as a line to compare with.
    """
    rated = "bad_rate" in bins
    fig = figure(theme, axis, "Rows", height=420 if rated else 300, y_percent=True)
    bins = bins.assign(shown=[escape(str(name)) for name in bins["bin"]])
    fig.add_trace(_rows(bins, theme))
    if rated:
        fig.add_trace(_bad_rates(bins, theme))
    ticks = [shortened(str(name), _LONGEST) for name in bins["bin"]]
    crowded = sum(map(len, ticks)) > 30
    # One update for all: each costs more than everything else here together.
    layout: dict[str, Any] = {
        "margin_b": 44 + 4 * max(map(len, ticks)) if crowded else 56,
        "xaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(bins["shown"]),
            "tickvals": list(bins["shown"]),
            "ticktext": [escape(typeset(tick)) for tick in ticks],
            "tickangle": -40 if crowded else 0,
        },
    }
    if rated:
        layout["xaxis"]["anchor"] = "y2"
        layout |= _second_panel(bins, theme, average)
    fig.update_layout(layout)
    return fig


def _rows(bins: pd.DataFrame, theme: Theme) -> go.Bar:
    colours = palette(theme)
    marks = [
        colours.border if name == _MISSING else faded(colours.accent, 0.75) for name in bins["bin"]
    ]
    return go.Bar(
        x=bins["shown"],
        y=100 * bins["share"],
        customdata=bins["rows"],
        marker_color=marks,
        name="Rows",
        hovertemplate="%{x}<br>%{customdata:,} rows, %{y:.1f} % of all<extra></extra>",
    )


def _bad_rates(bins: pd.DataFrame, theme: Theme) -> go.Scatter:
    """Return points with their interval; bins without a row have none."""
    colours = palette(theme)
    filled = bins[bins["rows"] > 0]
    rate, low, high = (100 * filled[name] for name in ("bad_rate", "low", "high"))
    return go.Scatter(
        x=filled["shown"],
        y=rate,
        yaxis="y2",
        mode="markers",
        name="Bad rate",
        marker={"color": colours.bad, "size": 8},
        error_y={
            "array": high - rate,
            "arrayminus": rate - low,
            "color": faded(colours.bad, 0.55),
            "thickness": 1.5,
            "width": 0,
        },
        customdata=pd.concat([low, high, filled[["bads", "rows"]]], axis=1),
        hovertemplate=(
            "%{x}<br>%{y:.1f} % turned bad [%{customdata[0]:.1f}, %{customdata[1]:.1f}]"
            "<br>%{customdata[2]:,} of %{customdata[3]:,} rows<extra></extra>"
        ),
    )


def _second_panel(bins: pd.DataFrame, theme: Theme, average: float | None) -> dict[str, Any]:
    """Return the layout of the bad rates, below the rows on the same horizontal axis."""
    colours = palette(theme)
    top = 100 * float(bins["high"].where(bins["rows"] >= _ROWS_FOR_SCALE).max())
    layout: dict[str, Any] = {
        "yaxis": {"domain": [0.62, 1]},
        "yaxis2": {
            "domain": [0, 0.5],
            "anchor": "x",
            "title_text": "Bad rate",
            "ticksuffix": " %",
            "range": [0, min(102, 1.08 * top if top == top else 100)],
        },
    }
    if average is None:
        return layout
    at = {"y0": 100 * average, "y1": 100 * average, "yref": "y2"}
    line = {"color": colours.muted, "width": 1, "dash": "dot"}
    note = {
        # Between the panels, where no point can be.
        "text": f"dotted: all rows, {percent(average)}",
        "y": 0.5,
        "yref": "paper",
        "yanchor": "bottom",
        "x": 1,
        "xref": "paper",
        "xanchor": "right",
        "showarrow": False,
        "font": {"color": colours.muted, "size": 12},
    }
    shape = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "line": line} | at
    return layout | {"shapes": [shape], "annotations": [note]}
