"""One applicant's way from the reference population to the score."""

import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.field_lines import field_axis, lines, signed
from core.charts.template import Palette, Theme, figure, palette, rows_of
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
    ends = [frame["start"].iloc[0], *frame["end"]]
    xaxis = _pd_axis(ends)
    places = lines(len(frame) + 2)
    names = _names(frame, base_name)
    yaxis = field_axis(names, theme, LEFT)
    yaxis["ticktext"] = _with_shares(yaxis["ticktext"], frame, colours)
    return figure(
        theme,
        "Probability of default (PD)",
        height=ROW_HEIGHT * len(names) + 72,
        left=LEFT,
        xaxis=xaxis,
        yaxis=yaxis,
        data=[
            _connectors(ends, places, colours),
            *_bars(frame, places[1:-1], colours),
            _step_labels(frame, places[1:-1], colours),
            *_end_marks((ends[0], ends[-1]), places, xaxis["range"], colours),
        ],
    )


def _names(frame: pd.DataFrame, base_name: str) -> list[str]:
    return [
        base_name[:1].upper() + base_name[1:],
        *(
            f"{row.label}: {typeset(row.value)}" if row.value else row.label
            for row in rows_of(frame)
        ),
        "This applicant",
    ]


def _with_shares(names: Sequence[str], frame: pd.DataFrame, colours: Palette) -> list[str]:
    """Return the names of the lines, those of steps with what they add."""
    small = f"font-size:11px;color:{colours.muted}"
    shares = [
        f"{name}<br><span style='{small}'>{signed(share)} log-odds</span>"
        for name, share in zip(names[1:-1], frame["log_odds"], strict=True)
    ]
    return [names[0], *shares, names[-1]]


def _bars(frame: pd.DataFrame, places: np.ndarray, colours: Palette) -> Iterator[dict[str, Any]]:
    for raises, colour, word in ((True, colours.bad, "Raises"), (False, colours.good, "Lowers")):
        chosen = (frame["log_odds"] > 0).to_numpy() == raises
        yield {
            "type": "bar",
            "base": frame.loc[chosen, "start"].tolist(),
            "x": frame.loc[chosen, "log_odds"].tolist(),
            "y": places[chosen].tolist(),
            "orientation": "h",
            "width": 0.66,
            "marker": {"color": colour, "line": {"width": 0}},
            "name": f"{word} the risk",
            "customdata": [_step_text(row) for row in rows_of(frame[chosen])],
            "hovertemplate": "%{customdata}<extra></extra>",
        }


def _step_text(row: Any) -> str:
    word = "Raises" if row.log_odds > 0 else "Lowers"
    value = f": {escape(typeset(row.value))}" if row.value else ""
    unsure = f" ± {row.error_bar:.3f}" if row.error_bar else ""
    return (
        f"<b>{escape(row.label)}{value}</b><br>"
        f"{word} the risk by {signed(row.log_odds, sign=False)}{unsure} log-odds,<br>"
        f"PD from {percent(row.pd_start)} to {percent(row.pd_end)}"
    )


def _connectors(ends: Sequence[float], places: np.ndarray, colours: Palette) -> dict[str, Any]:
    """Join the end of each bar to the start of the next by a thin line behind the bars."""
    gaps = np.full(len(ends), np.nan)  # a missing point ends a line
    return {
        "type": "scatter",
        "x": np.column_stack([ends, ends, gaps]).ravel(),
        "y": np.column_stack([places[:-1], places[1:], gaps]).ravel(),
        "mode": "lines",
        "line": {"color": colours.muted, "width": 1},
        "hoverinfo": "skip",
    }


def _step_labels(frame: pd.DataFrame, places: np.ndarray, colours: Palette) -> dict[str, Any]:
    texts = [percent(reached) for reached in frame["pd_end"]]
    sides = np.where(frame["log_odds"] > 0, "middle right", "middle left")
    return _labels(texts, frame["end"], places, sides, {"color": colours.muted, "size": 12})


def _end_marks(
    log_odds: tuple[float, float], places: np.ndarray, shown: list[float], colours: Palette
) -> Iterator[dict[str, Any]]:
    yield {
        "type": "scatter",
        "x": list(log_odds),
        "y": places[[0, -1]].tolist(),
        "mode": "markers",
        "marker": {"color": colours.text, "size": 11, "symbol": "diamond"},
        "customdata": [f"PD {percent(_pd(end))}, log-odds {signed(end)}" for end in log_odds],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    texts = [f"\u2009<b>{percent(_pd(end))}</b>\u2009" for end in log_odds]
    left_half = np.array(log_odds) < sum(shown) / 2
    sides = np.where(left_half, "middle right", "middle left")  # a mark is alone on its line
    yield _labels(texts, log_odds, places[[0, -1]], sides, {"color": colours.text, "size": 14})


def _labels(
    texts: Sequence[str],
    ends: Iterable[float],
    places: np.ndarray,
    sides: np.ndarray,
    font: dict[str, Any],
) -> dict[str, Any]:
    """Write beside the ends of bars; one trace for all, since single annotations take long."""
    return {
        "type": "scatter",
        "x": list(ends),
        "y": places.tolist(),
        "mode": "text",
        "text": [f"\u2002{text}\u2002" for text in texts],
        "textposition": sides.tolist(),
        "textfont": font,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _pd_axis(log_odds: Sequence[float]) -> dict[str, Any]:
    """Read the log-odds axis as PD: ticks at round probabilities, no two of them too close."""
    room = max(max(log_odds) - min(log_odds), 0.2)
    low, high = min(log_odds) - ROOM_FOR_LABELS * room, max(log_odds) + ROOM_FOR_LABELS * room
    ticks = _ticks(low, high)
    return {
        "range": [low, high],
        "tickangle": 0,
        "tickvals": [_place(tick) for tick in ticks],
        "ticktext": [percent(tick, 0 if round(100 * tick, 6) % 1 == 0 else 1) for tick in ticks],
    }


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
