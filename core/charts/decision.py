"""Where one applicant stands between the cut-offs."""

import math

import plotly.graph_objects as go

from core.charts.template import Theme, faded, figure, palette
from core.formatting import percent

ENDS = (0.005, 0.995)
TICKS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
BAND = 0.5


def cut_offs(
    default_probability: float, approve_below: float, decline_from: float, theme: Theme
) -> go.Figure:
    """Return the three bands and the applicant's mark on one line.

    The line is even in log-odds, so that 1 % and 5 % lie as far apart as their odds say, and so
    that cut-offs near 5 % are as readable as ones near 50 %. It ends at 0.5 % and 99.5 %.

    Args:
        default_probability: In [0, 1].
        approve_below: In [0, 1].
        decline_from: In [0, 1], at least `approve_below`.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = figure(theme, "Probability of default", height=150, left=16, legend=True)
    bands = (
        (f"Approve below {percent(approve_below)}", 0.0, approve_below, colours.good),
        ("Refer", approve_below, decline_from, colours.refer),
        (f"Decline from {percent(decline_from)}", decline_from, 1.0, colours.bad),
    )
    for name, low, high, colour in bands:
        if low < high:
            fig.add_trace(_band(name, low, high, colour))
    fig.add_trace(_mark(default_probability, colours.text))
    fig.update_xaxes(
        range=[_place(ENDS[0]), _place(ENDS[1])],
        tickvals=[_place(tick) for tick in TICKS],
        ticktext=[percent(tick, 0) for tick in TICKS],
        fixedrange=True,
        showgrid=False,
        zeroline=False,
    )
    fig.update_yaxes(visible=False, range=[0, 1], fixedrange=True)
    return fig


def _place(default_probability: float) -> float:
    """Return log-odds, held inside the line's ends."""
    held = min(max(default_probability, ENDS[0]), ENDS[1])
    return math.log(held / (1 - held))


def _band(name: str, low: float, high: float, colour: str) -> go.Scatter:
    left, right = _place(low), _place(high)
    return go.Scatter(
        x=[left, right, right, left],
        y=[0, 0, BAND, BAND],
        fill="toself",
        fillcolor=faded(colour, 0.35),
        line={"color": colour, "width": 1},
        mode="lines",
        name=name,
        hoverinfo="name",
        hoveron="fills",
    )


def _mark(default_probability: float, colour: str) -> go.Scatter:
    place = _place(default_probability)
    side = "right" if place < _place(0.05) else "left" if place > _place(0.95) else "center"
    return go.Scatter(
        x=[place, place],
        y=[0, BAND + 0.08],
        mode="lines+markers+text",
        line={"color": colour, "width": 3},
        marker={"color": colour, "size": [0, 12], "symbol": "triangle-down"},
        text=["", f"<b>{percent(default_probability)}</b>"],
        textposition=f"top {side}",
        textfont={"color": colour, "size": 14},
        hovertemplate=f"This applicant: {percent(default_probability)}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )
