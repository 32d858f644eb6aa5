"""One applicant's way from the reference population to the score."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.field_lines import by_field, lines, signed
from core.charts.template import Palette, Theme, palette, rows_of
from core.formatting import percent, typeset

ROUND = (
    (0.01, 0.1, 0.5, 0.9, 0.99),
    (0.001, 0.05, 0.2, 0.3, 0.7, 0.8, 0.95, 0.999),
    (0.002, 0.005, 0.02, 0.15, 0.25, 0.4, 0.6, 0.75, 0.85, 0.98, 0.995, 0.998),
    tuple(hundredth / 100 for hundredth in range(1, 100)),
    tuple(thousandth / 1000 for thousandth in range(1, 1000)),
)
"""Probabilities to mark on an axis, the roundest first."""
ENOUGH_TICKS = 4
LEAST_GAP = 0.15
LEFT, ROW_HEIGHT = 196, 38
ROOM_FOR_LABELS = 0.32


def waterfall(frame: pd.DataFrame, base_name: str, theme: Theme) -> go.Figure:
    """Draw the way from the reference population's log-odds to the applicant's.

    Bars add up in log-odds; the axis reads them as PD, and so does the label of each bar's end.

    Args:
        frame: As `core.explanation.local.path`.
        base_name: Who the path starts from, such as "applicants who just pass".
        theme: Which palette.
    """
    colours = palette(theme)
    start, end = frame["start"].iloc[0], frame["end"].iloc[-1]
    fig = _lined(frame, base_name, theme)
    _pd_axis(fig, [start, *frame["end"]])
    places = lines(len(frame) + 2)
    _connectors(fig, frame, places, colours)
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
    _step_labels(fig, frame, places, colours)
    _end_marks(fig, (start, end), places, colours)
    return fig


def _lined(frame: pd.DataFrame, base_name: str, theme: Theme) -> go.Figure:
    """Return a figure with a line per step, which names the field, its value and its share."""
    fig = by_field(
        [
            base_name[:1].upper() + base_name[1:],
            *(
                f"{row.label}: {typeset(row.value)}" if row.value else row.label
                for row in rows_of(frame)
            ),
            "This applicant",
        ],
        "Probability of default (PD)",
        theme,
        left=LEFT,
        row_height=ROW_HEIGHT,
    )
    names = fig.layout.yaxis.ticktext
    small = f"font-size:11px;color:{palette(theme).muted}"
    shares = [
        f"{name}<br><span style='{small}'>{signed(share)} log-odds</span>"
        for name, share in zip(names[1:-1], frame["log_odds"], strict=True)
    ]
    fig.update_yaxes(ticktext=[names[0], *shares, names[-1]])
    return fig


def _step_text(row: Any) -> str:
    word = "Raises" if row.log_odds > 0 else "Lowers"
    value = f": {escape(typeset(row.value))}" if row.value else ""
    unsure = f" ± {row.error_bar:.3f}" if row.error_bar else ""
    return (
        f"<b>{escape(row.label)}{value}</b><br>"
        f"{word} the risk by {signed(row.log_odds, sign=False)}{unsure} log-odds,<br>"
        f"PD from {percent(row.pd_start)} to {percent(row.pd_end)}"
    )


def _connectors(fig: go.Figure, frame: pd.DataFrame, places: np.ndarray, colours: Palette) -> None:
    """Join the end of each bar to the start of the next by a thin line behind the bars."""
    ends = np.array([frame["start"].iloc[0], *frame["end"]])
    gaps = np.full(len(ends), np.nan)  # a missing point ends a line
    fig.add_scatter(
        x=np.column_stack([ends, ends, gaps]).ravel(),
        y=np.column_stack([places[:-1], places[1:], gaps]).ravel(),
        mode="lines",
        line={"color": colours.muted, "width": 1},
        hoverinfo="skip",
    )


def _step_labels(fig: go.Figure, frame: pd.DataFrame, places: np.ndarray, colours: Palette) -> None:
    texts = [percent(reached) for reached in frame["pd_end"]]
    sides = np.where(frame["log_odds"] > 0, "middle right", "middle left")
    font = {"color": colours.muted, "size": 12}
    _labels(fig, texts, frame["end"].to_numpy(), places[1:-1], sides, font)


def _end_marks(
    fig: go.Figure, log_odds: tuple[float, float], places: np.ndarray, colours: Palette
) -> None:
    fig.add_scatter(
        x=log_odds,
        y=places[[0, -1]],
        mode="markers",
        marker={"color": colours.text, "size": 11, "symbol": "diamond"},
        customdata=[f"PD {percent(_pd(end))}, log-odds {signed(end)}" for end in log_odds],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )
    texts = [f"\u2009<b>{percent(_pd(end))}</b>\u2009" for end in log_odds]
    left_half = np.array(log_odds) < sum(fig.layout.xaxis.range) / 2
    sides = np.where(left_half, "middle right", "middle left")  # a mark is alone on its line
    font = {"color": colours.text, "size": 14}
    _labels(fig, texts, np.array(log_odds), places[[0, -1]], sides, font)


def _labels(
    fig: go.Figure,
    texts: list[str],
    ends: np.ndarray,
    places: np.ndarray,
    sides: np.ndarray,
    font: dict[str, Any],
) -> None:
    """Write beside the ends of bars; one trace for all, since single annotations take long."""
    fig.add_scatter(
        x=ends,
        y=places,
        mode="text",
        text=[f"\u2002{text}\u2002" for text in texts],
        textposition=sides,
        textfont=font,
        hoverinfo="skip",
        cliponaxis=False,
    )


def _pd_axis(fig: go.Figure, log_odds: Sequence[float]) -> None:
    """Read the log-odds axis as PD: ticks at round probabilities, no two of them too close."""
    room = max(max(log_odds) - min(log_odds), 0.2)
    low, high = min(log_odds) - ROOM_FOR_LABELS * room, max(log_odds) + ROOM_FOR_LABELS * room
    ticks = _ticks(low, high)
    fig.update_xaxes(
        range=[low, high],
        tickangle=0,
        tickvals=[_place(tick) for tick in ticks],
        ticktext=[percent(tick, 0 if round(100 * tick, 6) % 1 == 0 else 1) for tick in ticks],
    )


def _ticks(low: float, high: float) -> list[float]:
    """Return probabilities between two log-odds, the roundest first, until there are enough."""
    ticks: list[float] = []
    for level in ROUND:
        for tick in level if len(ticks) < ENOUGH_TICKS else ():
            place = _place(tick)
            gaps = (abs(place - _place(other)) for other in ticks)
            if low <= place <= high and min(gaps, default=np.inf) > LEAST_GAP * (high - low):
                ticks.append(tick)
    return ticks


def _place(default_probability: float) -> float:
    return math.log(default_probability / (1 - default_probability))


def _pd(log_odds: float) -> float:
    return 0.5 * (1 + math.tanh(log_odds / 2))
