"""Pictures of a search for better settings: the losses of its trials, and what mattered."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from core.charts.field_lines import by_field, lines
from core.charts.template import Theme, faded, figure, note, palette, rows_of
from core.formatting import metric, percent

COMPLETE, GIVEN_UP, BEYOND = "Complete", "Given up early", "Beyond the axis"
ROOM = 3.0
"""The vertical axis reaches so many times as far above the middle trial as that is above the best;
trials beyond stand at its upper edge, so that a few bad ones do not flatten all others."""
LEAST_HEIGHT = 0.002
"""Of the vertical axis in log-loss: smaller differences are none."""


def history(points: pd.DataFrame, theme: Theme) -> go.Figure:
    """Draw each trial as a mark and the lowest loss so far as a line.

    Args:
        points: At least one row; columns number (from 1), loss, state (COMPLETE or GIVEN_UP) and
            best (the lowest loss of complete trials so far; NaN before there is one).
        theme: Which palette.
    """
    colours = palette(theme)
    fig = figure(theme, "Trial", "Log-loss, rows left out", height=340, left=72, legend=True)
    top = _top(points)
    is_beyond = points["loss"] > top
    for name, rows, symbol, colour in (
        (COMPLETE, points[(points["state"] == COMPLETE) & ~is_beyond], "circle", colours.accent),
        (GIVEN_UP, points[(points["state"] == GIVEN_UP) & ~is_beyond], "x-thin", colours.muted),
        (BEYOND, points[is_beyond], "triangle-up", colours.muted),
    ):
        fig.add_scatter(
            x=rows["number"],
            y=rows["loss"].clip(upper=top),
            name=name,
            mode="markers",
            marker={
                "size": 9,
                "color": faded(colour, 0.75),
                "symbol": symbol,
                "line": {"width": 2 if symbol == "x-thin" else 0, "color": colour},
            },
            showlegend=len(rows) > 0,
            customdata=[_hover(row) for row in rows_of(rows)],
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
    so_far = points.dropna(subset="best")
    fig.add_scatter(
        x=so_far["number"],
        y=so_far["best"],
        name="Best so far",
        mode="lines",
        line={"color": colours.text, "width": 2, "shape": "hv"},
        hoverinfo="skip",
    )
    last = int(points["number"].max())
    fig.update_xaxes(range=[0.3, max(5, last) + 0.7], tickformat="d", nticks=8)
    low = float(points["loss"].min())
    fig.update_yaxes(range=[low - 0.14 * (top - low), top + 0.06 * (top - low)])
    _mark_best(fig, so_far, theme, last)
    return fig


def importances(frame: pd.DataFrame, theme: Theme) -> go.Figure:
    """Draw how much of the differences in loss each setting accounts for.

    Args:
        frame: Columns label and share (they sum to 1), the weightiest first.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = by_field(list(frame["label"]), "Share of the differences", theme, left=184)
    fig.add_bar(
        x=100 * frame["share"],
        y=lines(len(frame)),
        orientation="h",
        width=0.62,
        marker={"color": colours.accent, "line": {"width": 0}},
        text=[f"\u2002{percent(share, 0)}" for share in frame["share"]],
        textposition="outside",
        textfont={"color": colours.muted, "size": 12},
        cliponaxis=False,
        customdata=[
            f"<b>{escape(row.label)}</b><br>{percent(row.share)} of the differences"
            for row in rows_of(frame)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    most = 100 * float(frame["share"].max()) if len(frame) else 100
    fig.update_xaxes(range=[0, 1.2 * max(most, 1)], ticksuffix=" %")
    return fig


def _top(points: pd.DataFrame) -> float:
    """Return where the vertical axis ends; all trials are below it unless a few are far off."""
    losses = points["loss"]
    low, middle = float(losses.min()), float(losses.median())
    return max(min(float(losses.max()), low + ROOM * (middle - low)), low + LEAST_HEIGHT)


def _hover(row: object) -> str:
    number, loss, state = row.number, row.loss, row.state  # type: ignore[attr-defined]
    return f"<b>Trial {number}</b><br>log-loss {metric(loss, 4)}<br>{state.lower()}"


def _mark_best(fig: go.Figure, so_far: pd.DataFrame, theme: Theme, last: int) -> None:
    if so_far.empty:
        return
    best = float(so_far["best"].iloc[-1])
    number = int(so_far[so_far["best"] == best]["number"].iloc[0])
    late = number > last / 2
    note(
        fig,
        f"trial {number} · {metric(best, 4)}",
        palette(theme).text,
        x=number,
        y=best,
        xanchor="right" if late else "left",
        yanchor="top",
        yshift=-6,
    )
