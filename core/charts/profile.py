"""How one column is spread, and how often its values turn bad."""

import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Theme, faded, figure, palette
from core.formatting import percent

_MISSING = "missing"
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
    fig.add_trace(_rows(bins, theme))
    names = [str(name) for name in bins["bin"]]
    ticks = [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…" for name in names]
    crowded = sum(map(len, ticks)) > 30
    fig.update_xaxes(
        type="category",
        categoryorder="array",
        categoryarray=names,
        tickvals=names,
        ticktext=ticks,
        tickangle=-40 if crowded else 0,
    )
    fig.update_layout(margin_b=24 + 5 * max(map(len, ticks)) + 24 if crowded else 56)
    if rated:
        _add_bad_rates(fig, bins, theme, average)
    return fig


def _rows(bins: pd.DataFrame, theme: Theme) -> go.Bar:
    colours = palette(theme)
    marks = [
        colours.border if name == _MISSING else faded(colours.accent, 0.75) for name in bins["bin"]
    ]
    return go.Bar(
        x=bins["bin"],
        y=100 * bins["share"],
        customdata=bins["rows"],
        marker_color=marks,
        name="Rows",
        hovertemplate="%{x}<br>%{customdata:,} rows, %{y:.1f} % of all<extra></extra>",
    )


def _add_bad_rates(fig: go.Figure, bins: pd.DataFrame, theme: Theme, average: float | None) -> None:
    """Draw points with their interval on a second panel that shares the horizontal axis."""
    colours = palette(theme)
    filled = bins[bins["rows"] > 0]
    rate, low, high = (100 * filled[name] for name in ("bad_rate", "low", "high"))
    fig.add_trace(
        go.Scatter(
            x=filled["bin"],
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
    )
    top = float(high.where(filled["rows"] >= 10).max())
    fig.update_layout(
        yaxis={"domain": [0.62, 1]},
        yaxis2={
            "domain": [0, 0.5],
            "anchor": "x",
            "title_text": "Bad rate",
            "ticksuffix": " %",
            "range": [0, min(102, 1.08 * top if top == top else 100)],
        },
        xaxis={"anchor": "y2"},
    )
    if average is not None:
        fig.add_hline(
            y=100 * average,
            yref="y2",
            line={"color": colours.muted, "width": 1, "dash": "dot"},
            annotation_text=f"all rows {percent(average)}",
            annotation_bgcolor=faded(colours.background, 0.8),
            annotation_font={"color": colours.muted, "size": 12},
            annotation_position="top right",
        )
