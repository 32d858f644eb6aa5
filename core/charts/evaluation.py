"""Pictures of what a cut-off decides and how models compare; frames come from core.evaluation.

Shares and probabilities arrive in [0, 1] and are drawn as percentages. Good is always blue and
bad always vermillion, each with its word beside it.
"""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Palette, Theme, faded, figure, label, line_at, palette, rows_of
from core.formatting import count, interval, metric, percent


def score_distribution(frame: pd.DataFrame, cut_off: float, theme: Theme) -> go.Figure:
    """Draw goods upwards and bads downwards over the scores, with the cut-off between.

    Args:
        frame: As `curves.score_distribution`.
        cut_off: Applicants from here on are declined.
        theme: Which palette.
    """
    colours = palette(theme)
    most = 100 * max(frame["good_share"].max(), frame["bad_share"].max(), 0.01) * 1.12
    ticks = _round_ticks(most)
    corner = {"x": 1, "xref": "paper", "yref": "paper", "xanchor": "right"}
    return figure(
        theme,
        "Default probability given by the network",
        "Share of goods · of bads",
        x_percent=True,
        data=[
            _bars(frame, "good", "repaid", 1, cut_off, colours.good),
            _bars(frame, "bad", "defaulted", -1, cut_off, colours.bad),
        ],
        xaxis={"range": [0, 100], "dtick": 20},
        yaxis={
            "range": [-most, most],
            "tickvals": [*(-tick for tick in reversed(ticks)), 0, *ticks],
            "ticktext": [f"{tick:g} %" for tick in (*reversed(ticks), 0, *ticks)],
        },
        shapes=[line_at(colours.text, x=100 * cut_off, dash="dot") | {"layer": "above"}],
        annotations=[
            label("Goods (repaid)", colours.text, y=1, yanchor="top", **corner),
            label("Bads (defaulted)", colours.text, y=0, yanchor="bottom", **corner),
            _cut_off_label(cut_off, colours),
        ],
        barmode="relative",
    )


def _bars(
    frame: pd.DataFrame, kind: str, outcome: str, sign: int, cut_off: float, colour: str
) -> dict[str, Any]:
    """Return the bars of one outcome; those of the approved are faded."""
    shares, counts = frame[f"{kind}_share"], frame[f"{kind}s"]
    return {
        "type": "bar",
        "name": f"{kind.capitalize()}s ({outcome})",
        "x": 50 * (frame["low"] + frame["high"]),
        "y": 100 * sign * shares,
        "width": 90 * (frame["high"] - frame["low"]),
        "marker": {
            "color": [faded(colour, 1 if high > cut_off else 0.45) for high in frame["high"]],
            "line": {"width": 0},
        },
        "customdata": [
            f"{percent(low)} to {percent(high)}: {count(rows)} {kind}s, "
            f"{percent(share)} of all who {outcome}"
            for low, high, rows, share in zip(
                frame["low"], frame["high"], counts, shares, strict=True
            )
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _round_ticks(most: float) -> list[float]:
    step = next((s for s in (1, 2, 5, 10, 20, 50) if most / s <= 3.5), 50)
    return [step * k for k in range(1, int(most / step) + 1)]


def _cut_off_label(cut_off: float, colours: Palette) -> dict[str, Any]:
    """Return the number at the line, on the side where there is room."""
    to_right = cut_off < 0.6
    return label(
        f"Cut-off {percent(cut_off)}",
        colours.text,
        x=100 * cut_off,
        xanchor="left" if to_right else "right",
        xshift=5 if to_right else -5,
        y=0.86 if to_right else 1,
        yref="paper",
        yanchor="top",
    )


def trade_off(frame: pd.DataFrame, cut_off: float, theme: Theme) -> go.Figure:
    """Draw approval rate and bad rate among the approved over all cut-offs.

    Args:
        frame: As `CutOffTable.frame`.
        cut_off: The one in view.
        theme: Which palette.
    """
    colours = palette(theme)
    bads_at_last = 100 * frame["approved_bad_rate"].dropna().iloc[-1]
    lines = (
        ("approval_rate", "Approved", colours.accent, "solid", 100, 100),
        ("approved_bad_rate", "Bad among approved", colours.bad, "dash", 100, bads_at_last),
        ("recall", "Bads declined", colours.good, "dot", 0, 100),
    )
    return figure(
        theme,
        "Cut-off",
        "Share of applicants",
        x_percent=True,
        y_percent=True,
        data=[
            {
                "type": "scatter",
                "x": 100 * frame["cut_off"],
                "y": 100 * frame[name],
                "mode": "lines",
                "name": words,
                "line": {"color": colour, "dash": dash, "width": 2.25},
                "hovertemplate": f"Cut-off %{{x:.1f}} %<br>{words}: %{{y:.1f}} %<extra></extra>",
            }
            for name, words, colour, dash, _, _ in lines
        ],
        xaxis={"range": [-1, 101], "dtick": 20},
        yaxis={"range": [-1, 112], "dtick": 20},
        shapes=[line_at(colours.text, x=100 * cut_off, dash="dot")],
        annotations=[
            label(
                words,
                colours.text,
                x=x,
                y=y,
                xanchor="right" if x else "left",
                yanchor="bottom",
            )
            for _, words, _, _, x, y in lines
        ],
    )


def comparison(frame: pd.DataFrame, title: str, chance: float | None, theme: Theme) -> go.Figure:
    """Draw one figure of every model with its interval, the network on top.

    Args:
        frame: Rows of `comparison.compare` of a single metric.
        title: What the metric is called.
        chance: Where a coin toss would lie; None where that is not defined.
        theme: Which palette.
    """
    colours = palette(theme)
    rows = frame.iloc[::-1]
    leads = rows["model"] == "network"
    dots = {
        "type": "scatter",
        "x": rows["value"],
        "y": rows["label"],
        "error_x": {
            "type": "data",
            "array": rows["high"] - rows["value"],
            "arrayminus": rows["value"] - rows["low"],
            "thickness": 2,
            "width": 0,
            "color": colours.muted,
        },
        "mode": "markers",
        "marker": {
            "size": 11,
            "color": [colours.accent if one else colours.muted for one in leads],
            "symbol": ["diamond" if one else "circle" for one in leads],
        },
        "customdata": [
            f"{row.label}: {metric(row.value)} {interval(row.low, row.high)}"
            for row in rows_of(rows)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return figure(
        theme,
        title,
        left=164,
        height=72 + 44 * len(rows),
        data=[dots],
        yaxis={"showgrid": False, "tickfont": {"size": 13, "color": colours.text}},
        shapes=[] if chance is None else [line_at(colours.border, x=chance)],
    )
