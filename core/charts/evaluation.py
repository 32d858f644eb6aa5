"""Pictures of what a cut-off decides and how models compare; frames come from core.evaluation.

Shares and probabilities arrive in [0, 1] and are drawn as percentages. Good is always blue and
bad always vermillion, each with its word beside it.
"""

import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Palette, Theme, faded, figure, note, palette, rows_of
from core.formatting import count, interval, metric, percent


def score_distribution(frame: pd.DataFrame, cut_off: float, theme: Theme) -> go.Figure:
    """Draw goods upwards and bads downwards over the scores, with the cut-off between.

    Args:
        frame: As `curves.score_distribution`.
        cut_off: Applicants from here on are declined.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = figure(
        theme,
        "Default probability given by the network",
        "Share of goods · of bads",
        x_percent=True,
    )
    middle = 50 * (frame["low"] + frame["high"])
    for kind, outcome, sign in (("good", "repaid", 1), ("bad", "defaulted", -1)):
        fig.add_bar(
            x=middle,
            y=100 * sign * frame[f"{kind}_share"],
            width=100 * (frame["high"] - frame["low"]) * 0.9,
            marker_color=_split_at(frame, cut_off, getattr(colours, kind)),
            marker_line_width=0,
            name=f"{kind.capitalize()}s ({outcome})",
            customdata=[
                f"{percent(row.low)} to {percent(row.high)}: "
                f"{count(getattr(row, f'{kind}s'))} {kind}s, "
                f"{percent(getattr(row, f'{kind}_share'))} of all who {outcome}"
                for row in rows_of(frame)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    most = 100 * max(frame["good_share"].max(), frame["bad_share"].max(), 0.01) * 1.12
    ticks = _round_ticks(most)
    fig.update_yaxes(
        range=[-most, most],
        tickvals=[*(-tick for tick in reversed(ticks)), 0, *ticks],
        ticktext=[f"{abs(tick):g} %" for tick in (*reversed(ticks), 0, *ticks)],
    )
    fig.update_xaxes(range=[0, 100], dtick=20)
    fig.update_layout(barmode="relative")
    corner = {"x": 1, "xref": "paper", "yref": "paper", "xanchor": "right"}
    note(fig, "Goods (repaid)", colours.text, y=1, yanchor="top", **corner)
    note(fig, "Bads (defaulted)", colours.text, y=0, yanchor="bottom", **corner)
    return _with_cut_off(fig, cut_off, colours)


def _split_at(frame: pd.DataFrame, cut_off: float, colour: str) -> list[str]:
    """Fade the bars of the approved, so that the declined stand out."""
    return [faded(colour, 1 if high > cut_off else 0.45) for high in frame["high"]]


def _round_ticks(most: float) -> list[float]:
    step = next((s for s in (1, 2, 5, 10, 20, 50) if most / s <= 3.5), 50)
    return [step * k for k in range(1, int(most / step) + 1)]


def _with_cut_off(fig: go.Figure, cut_off: float, colours: Palette) -> go.Figure:
    """Mark the cut-off by a line with its number, on the side where there is room."""
    to_right = cut_off < 0.6
    fig.add_vline(x=100 * cut_off, line={"color": colours.text, "width": 1.5, "dash": "dot"})
    note(
        fig,
        f"Cut-off {percent(cut_off)}",
        colours.text,
        x=100 * cut_off,
        xanchor="left" if to_right else "right",
        xshift=5 if to_right else -5,
        y=0.86 if to_right else 1,
        yref="paper",
        yanchor="top",
    )
    return fig


def confusion_matrix(frame: pd.DataFrame, theme: Theme) -> go.Figure:
    """Draw decisions against outcomes as four tiles; wrong decisions are bordered in vermillion.

    Args:
        frame: Four rows with outcome ("Good", "Bad"), decision ("Approved", "Declined"), rows,
            share (of the outcome) and right (whether the decision was).
        theme: Which palette.
    """
    colours = palette(theme)
    fig = figure(theme, left=72)
    for row in rows_of(frame):
        column, line = (
            ["Approved", "Declined"].index(row.decision),
            ["Bad", "Good"].index(row.outcome),
        )
        hue = colours.accent if row.right else colours.bad
        fig.add_shape(
            type="rect",
            x0=column - 0.48,
            x1=column + 0.48,
            y0=line - 0.47,
            y1=line + 0.47,
            fillcolor=faded(hue, 0.08 + 0.3 * row.share),
            line={"color": hue, "width": 1.5},
        )
        verdict = "Right" if row.right else "Wrong"
        text = (
            f"<b>{count(row.rows)}</b><br>{verdict}: {percent(row.share)} of {row.outcome.lower()}s"
        )
        note(fig, text, colours.text, x=column, y=line, font={"color": colours.text, "size": 14})
    fig.update_xaxes(
        range=[-0.5, 1.5],
        tickvals=[0, 1],
        ticktext=["Approved", "Declined"],
        showgrid=False,
        side="top",
        tickfont={"size": 13, "color": colours.text},
    )
    fig.update_yaxes(
        range=[-0.5, 1.5],
        tickvals=[0, 1],
        ticktext=["Bad", "Good"],
        showgrid=False,
        tickfont={"size": 13, "color": colours.text},
    )
    fig.update_layout(margin={"t": 32, "b": 12})
    return fig


def trade_off(frame: pd.DataFrame, cut_off: float, theme: Theme) -> go.Figure:
    """Draw approval rate and bad rate among the approved over all cut-offs.

    Args:
        frame: As `CutOffTable.frame`.
        cut_off: The one in view.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = figure(theme, "Cut-off", "Share of applicants", x_percent=True, y_percent=True)
    last = frame.dropna().iloc[-1]
    high, low = {"y": 100, "yanchor": "bottom"}, {"y": 100 * last["approved_bad_rate"]}
    lines = (
        ("approval_rate", "Approved", colours.accent, "solid", high | {"xanchor": "right"}),
        ("approved_bad_rate", "Bad among approved", colours.bad, "dash", low),
        ("recall", "Bads declined", colours.good, "dot", high | {"x": 0, "xanchor": "left"}),
    )
    for name, label, colour, dash, place in lines:
        fig.add_scatter(
            x=100 * frame["cut_off"],
            y=100 * frame[name],
            mode="lines",
            name=label,
            line={"color": colour, "dash": dash, "width": 2.25},
            hovertemplate=f"Cut-off %{{x:.1f}} %<br>{label}: %{{y:.1f}} %<extra></extra>",
        )
        corner = {"x": 100, "xanchor": "right", "yanchor": "bottom"}
        note(fig, label, colours.text, **corner | place)
    fig.add_vline(x=100 * cut_off, line={"color": colours.text, "width": 1.5, "dash": "dot"})
    fig.update_xaxes(range=[-1, 101], dtick=20)
    fig.update_yaxes(range=[-1, 112], dtick=20)
    return fig


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
    fig = figure(theme, title, left=164, height=72 + 44 * len(rows))
    fig.add_scatter(
        x=rows["value"],
        y=rows["label"],
        error_x={
            "type": "data",
            "array": rows["high"] - rows["value"],
            "arrayminus": rows["value"] - rows["low"],
            "thickness": 2,
            "width": 0,
            "color": colours.muted,
        },
        mode="markers",
        marker={
            "size": 11,
            "color": [colours.accent if m == "network" else colours.muted for m in rows["model"]],
            "symbol": ["diamond" if m == "network" else "circle" for m in rows["model"]],
        },
        customdata=[
            f"{row.label}: {metric(row.value)} {interval(row.low, row.high)}"
            for row in rows_of(rows)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    if chance is not None:
        fig.add_vline(x=chance, line={"color": colours.border, "width": 1.5}, layer="below")
    fig.update_yaxes(showgrid=False, tickfont={"size": 13, "color": colours.text})
    return fig
