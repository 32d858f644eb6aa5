"""One applicant's way from the reference population to the score."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.field_lines import by_field, lines, signed
from core.charts.template import Palette, Theme, note, palette, rows_of
from core.formatting import percent

ROUND = (
    (0.01, 0.1, 0.5, 0.9, 0.99),
    (0.001, 0.05, 0.2, 0.3, 0.7, 0.8, 0.95, 0.999),
    (0.002, 0.005, 0.02, 0.15, 0.25, 0.4, 0.6, 0.75, 0.85, 0.98, 0.995, 0.998),
    tuple(hundredth / 100 for hundredth in range(1, 100)),
    tuple(thousandth / 1000 for thousandth in range(1, 1000)),
)
"""Probabilities to mark on an axis, the roundest first."""
LEAST_TICK_DISTANCE = 0.13
ROOM_FOR_LABELS = 0.3


def waterfall(frame: pd.DataFrame, base_name: str, theme: Theme) -> go.Figure:
    """Draw the way from the reference population's log-odds to the applicant's.

    Bars add up in log-odds; the axis reads them as PD, and each bar is labelled with both.

    Args:
        frame: As `core.explanation.local.path`.
        base_name: Who the path starts from, such as "applicants who just pass".
        theme: Which palette.
    """
    colours = palette(theme)
    names = [f"{row.label}: {row.value}" if row.value else row.label for row in rows_of(frame)]
    start, end = frame["start"].iloc[0], frame["end"].iloc[-1]
    ends = [f"Start: {base_name}", "This applicant"]
    fig = by_field([ends[0], *names, ends[1]], "Probability of default (PD)", theme, left=216)
    _pd_axis(fig, [start, *frame["end"]])
    places = lines(len(frame) + 2)
    for raises, colour, word in ((True, colours.bad, "Raises"), (False, colours.good, "Lowers")):
        chosen = (frame["log_odds"] > 0).to_numpy() == raises
        fig.add_bar(
            base=frame.loc[chosen, "start"],
            x=frame.loc[chosen, "log_odds"],
            y=places[1:-1][chosen],
            orientation="h",
            width=0.66,
            marker={"color": colour, "line": {"width": 0}},
            name=f"{word} the risk",
            customdata=[_step_text(row) for row in rows_of(frame[chosen])],
            hovertemplate="%{customdata}<extra></extra>",
        )
    _connectors(fig, frame, places, colours)
    _step_labels(fig, frame, places, colours)
    for place, log_odds in ((places[0], start), (places[-1], end)):
        _end_mark(fig, place, log_odds, colours)
    return fig


def _step_text(row: Any) -> str:
    word = "Raises" if row.log_odds > 0 else "Lowers"
    value = f": {escape(row.value)}" if row.value else ""
    return (
        f"<b>{escape(row.label)}{value}</b><br>"
        f"{word} the risk by {signed(row.log_odds, sign=False)} log-odds,<br>"
        f"PD from {percent(row.pd_start)} to {percent(row.pd_end)}"
    )


def _connectors(fig: go.Figure, frame: pd.DataFrame, places: np.ndarray, colours: Palette) -> None:
    """Join the end of each bar to the start of the next by a thin line."""
    ends = [frame["start"].iloc[0], *frame["end"]]
    for place, below, end in zip(places, places[1:], ends, strict=False):
        fig.add_shape(
            type="line",
            x0=end,
            x1=end,
            y0=place + (0 if place == places[0] else 0.33),
            y1=below - (0 if below == places[-1] else 0.33),
            line={"color": colours.muted, "width": 1},
            layer="below",
        )


def _step_labels(fig: go.Figure, frame: pd.DataFrame, places: np.ndarray, colours: Palette) -> None:
    for place, row in zip(places[1:-1], rows_of(frame), strict=True):
        _label(
            fig,
            f"{signed(row.log_odds)} → {percent(row.pd_end)}",
            (min(row.start, row.end), max(row.start, row.end)),
            place,
            {"color": colours.muted, "size": 12},
        )


def _end_mark(fig: go.Figure, place: float, log_odds: float, colours: Palette) -> None:
    fig.add_scatter(
        x=[log_odds],
        y=[place],
        mode="markers",
        marker={"color": colours.text, "size": 11, "symbol": "diamond"},
        hovertemplate=f"PD {percent(_pd(log_odds))}, log-odds {signed(log_odds)}<extra></extra>",
        cliponaxis=False,
    )
    font = {"color": colours.text, "size": 14}
    _label(fig, f"<b>{percent(_pd(log_odds))}</b>", (log_odds, log_odds), place, font, away=10)


def _label(
    fig: go.Figure,
    text: str,
    span: tuple[float, float],
    place: float,
    font: dict[str, Any],
    away: int = 6,
) -> None:
    """Write beside a bar, on the side where there is room."""
    low, high = fig.layout.xaxis.range
    on_the_left = span[0] - low > high - span[1]
    note(
        fig,
        text,
        font["color"],
        font=font,
        x=span[0] if on_the_left else span[1],
        y=place,
        xanchor="right" if on_the_left else "left",
        xshift=-away if on_the_left else away,
    )


def _pd_axis(fig: go.Figure, log_odds: Sequence[float]) -> None:
    """Read the log-odds axis as PD: ticks at round probabilities, no two of them too close."""
    room = max(max(log_odds) - min(log_odds), 0.2)
    low, high = min(log_odds) - 0.1 * room, max(log_odds) + ROOM_FOR_LABELS * room
    ticks: list[float] = []
    for tick in (tick for ticks in ROUND for tick in ticks):
        inside = low <= _place(tick) <= high
        gaps = (abs(_place(tick) - _place(other)) for other in ticks)
        if inside and min(gaps, default=np.inf) > LEAST_TICK_DISTANCE * (high - low):
            ticks.append(tick)
    fig.update_xaxes(
        range=[low, high],
        tickvals=[_place(tick) for tick in ticks],
        ticktext=[percent(tick, 0 if round(100 * tick, 6) % 1 == 0 else 1) for tick in ticks],
    )


def _place(default_probability: float) -> float:
    return math.log(default_probability / (1 - default_probability))


def _pd(log_odds: float) -> float:
    return 0.5 * (1 + math.tanh(log_odds / 2))
