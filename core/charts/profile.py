"""How one column is spread, and how often its values turn bad."""

import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Theme, faded, figure, palette

_MISSING = "missing"


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
    names = list(bins["bin"])
    fig.update_xaxes(type="category", categoryorder="array", categoryarray=names)
    fig.update_xaxes(tickangle=-40 if sum(map(len, names)) > 70 else 0)
    fig.update_layout(margin_b=112 if sum(map(len, names)) > 70 else 56)
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
        y=bins["share"],
        customdata=bins["rows"],
        marker_color=marks,
        name="Rows",
        hovertemplate="%{x}<br>%{customdata:,} rows, %{y:.1%} of all<extra></extra>",
    )


def _add_bad_rates(fig: go.Figure, bins: pd.DataFrame, theme: Theme, average: float | None) -> None:
    """Draw points with their interval on a second panel that shares the horizontal axis."""
    colours = palette(theme)
    filled = bins[bins["rows"] > 0]
    fig.add_trace(
        go.Scatter(
            x=filled["bin"],
            y=filled["bad_rate"],
            yaxis="y2",
            mode="markers",
            name="Bad rate",
            marker={"color": colours.bad, "size": 8},
            error_y={
                "array": filled["high"] - filled["bad_rate"],
                "arrayminus": filled["bad_rate"] - filled["low"],
                "color": faded(colours.bad, 0.55),
                "thickness": 1.5,
                "width": 0,
            },
            customdata=filled[["low", "high", "bads", "rows"]],
            hovertemplate=(
                "%{x}<br>%{y:.1%} turned bad [%{customdata[0]:.1%}, %{customdata[1]:.1%}]"
                "<br>%{customdata[2]:,} of %{customdata[3]:,} rows<extra></extra>"
            ),
        )
    )
    top = float(filled["high"].where(filled["rows"] >= 10).max())
    fig.update_layout(
        yaxis={"domain": [0.62, 1]},
        yaxis2={
            "domain": [0, 0.5],
            "anchor": "x",
            "title_text": "Bad rate",
            "tickformat": ".0%",
            "range": [0, min(1.02, 1.08 * top if top == top else 1.0)],
        },
        xaxis={"anchor": "y2"},
    )
    if average is not None:
        fig.add_hline(
            y=average,
            yref="y2",
            line={"color": colours.muted, "width": 1, "dash": "dot"},
            annotation_text=f"all rows {average:.1%}",
            annotation_font={"color": colours.muted, "size": 12},
            annotation_position="top right",
        )
