"""Pictures of ranking and calibration; frames come from core.evaluation.curves.

Shares and probabilities arrive in [0, 1] and are drawn as percentages.
"""

import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Theme, faded, figure, note, palette, rows_of
from core.formatting import count, percent

LINES = {"network": ("solid", 2.5), "logistic": ("dash", 1.75), "trees": ("dot", 2)}
"""Dash and width per model, so that lines are told apart without colour."""


def roc(frame: pd.DataFrame, point: tuple[float, float], theme: Theme) -> go.Figure:
    """Draw the ROC curves of all models, with the network's cut-off marked.

    Args:
        frame: As `curves.roc_curve`, with model and label before each row.
        point: False alarms and recall of the network at the cut-off.
        theme: Which palette.
    """
    fig = figure(
        theme,
        "Goods declined",
        "Bads declined",
        legend="bottom right",
        x_percent=True,
        y_percent=True,
    )
    fig.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"color": palette(theme).border, "width": 1.5},
        hoverinfo="skip",
        showlegend=False,
    )
    return _curves(fig, frame, "false_alarms", "recall", "goods", "of bads declined", point, theme)


def precision_recall(
    frame: pd.DataFrame, bad_rate: float, point: tuple[float, float], theme: Theme
) -> go.Figure:
    """Draw the precision–recall curves of all models, with the network's cut-off marked.

    Args:
        frame: As `curves.precision_recall_curve`, with model and label before each row.
        bad_rate: What declining at random would reach.
        point: Recall and precision of the network at the cut-off.
        theme: Which palette.
    """
    fig = figure(
        theme,
        "Bads declined (recall)",
        "Bads among declined (precision)",
        legend="top right",
        x_percent=True,
        y_percent=True,
    )
    fig.add_hline(y=100 * bad_rate, line={"color": palette(theme).border, "width": 1.5})
    return _curves(fig, frame, "recall", "precision", "bads", "of declined were bad", point, theme)


def _curves(
    fig: go.Figure,
    frame: pd.DataFrame,
    x: str,
    y: str,
    what: str,
    reading: str,
    point: tuple[float, float],
    theme: Theme,
) -> go.Figure:
    colours = palette(theme)
    for place, (model, rows) in enumerate(frame.groupby("model", sort=False)):
        dash, width = LINES.get(str(model), ("dashdot", 1.75))
        fig.add_scatter(
            x=100 * rows[x],
            y=100 * rows[y],
            mode="lines",
            name=rows["label"].iloc[0],
            line={"color": colours.series[place % 5], "dash": dash, "width": width},
            customdata=[percent(one) if one <= 1 else "above 100 %" for one in rows["cut_off"]],
            hovertemplate="<b>%{fullData.name}</b><br>Cut-off %{customdata}<br>"
            f"%{{x:.1f}} % of {what} declined<br>%{{y:.1f}} % {reading}<extra></extra>",
        )
    fig.add_scatter(
        x=[100 * point[0]],
        y=[100 * point[1]],
        mode="markers",
        name="Cut-off",
        marker={
            "color": colours.background,
            "size": 11,
            "line": {"color": colours.text, "width": 2},
        },
        hovertemplate=f"At the cut-off<br>%{{x:.1f}} % of {what} declined<br>"
        f"%{{y:.1f}} % {reading}<extra></extra>",
    )
    fig.update_xaxes(range=[-1, 101], dtick=20)
    fig.update_yaxes(range=[-1, 103], dtick=20)
    return fig


def reliability(frame: pd.DataFrame, theme: Theme) -> go.Figure:
    """Draw predicted against observed risk, with the interval of each band.

    Args:
        frame: As `curves.reliability`.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = figure(
        theme, "Mean default probability", "Share that defaulted", x_percent=True, y_percent=True
    )
    most = 100 * min(1.0, max(frame["high"].max(), frame["predicted"].max()) * 1.06)
    fig.add_scatter(
        x=[0, most],
        y=[0, most],
        mode="lines",
        line={"color": colours.muted, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=100 * frame["predicted"],
        y=100 * frame["observed"],
        error_y={
            "type": "data",
            "array": 100 * (frame["high"] - frame["observed"]),
            "arrayminus": 100 * (frame["observed"] - frame["low"]),
            "color": faded(colours.accent, 0.55),
            "thickness": 1.5,
            "width": 0,
        },
        mode="markers+lines",
        marker={"color": colours.accent, "size": 8},
        line={"color": faded(colours.accent, 0.5), "width": 1.5},
        customdata=[
            f"Band {row.band}: {count(row.rows)} rows<br>Expected {percent(row.predicted)}<br>"
            f"Defaulted {percent(row.observed)} ({percent(row.low)} to {percent(row.high)})"
            for row in rows_of(frame)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    note(
        fig,
        "as expected",
        colours.muted,
        x=most,
        y=most,
        xanchor="right",
        yanchor="bottom",
        xshift=-14,
    )
    fig.update_xaxes(range=[-most * 0.02, most])
    fig.update_yaxes(range=[-most * 0.02, most * 1.05])
    return fig


def deciles(frame: pd.DataFrame, cut_off: float, theme: Theme) -> go.Figure:
    """Draw the bad rate of each band, riskiest first, coloured by what the cut-off decides.

    Args:
        frame: As `curves.decile_table`.
        cut_off: Applicants from here on are declined.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = figure(
        theme, "Band, riskiest first", "Share that defaulted", legend="top right", y_percent=True
    )
    declined = frame["score_low"] >= cut_off
    approved = frame["score_high"] < cut_off
    groups = (
        ("All declined", colours.bad, declined),
        ("Cut-off within", colours.refer, ~declined & ~approved),
        ("All approved", colours.good, approved),
    )
    for name, colour, chosen in groups:
        rows = frame[chosen]
        fig.add_bar(
            x=rows["band"],
            y=100 * rows["observed"],
            name=name,
            marker_color=colour,
            showlegend=True,
            customdata=[
                f"Band {row.band}: default probability {percent(row.score_low)} to "
                f"{percent(row.score_high)}<br>{count(row.bads)} of {count(row.rows)} defaulted "
                f"({percent(row.observed)}), {row.lift:.1f} times the average<br>"
                f"This band and riskier hold {percent(row.capture)} of all bads"
                for row in rows_of(rows)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    average = frame["bads"].sum() / frame["rows"].sum()
    fig.add_hline(y=100 * average, line={"color": colours.text, "width": 1, "dash": "dot"})
    note(
        fig,
        f"Average {percent(average)}",
        colours.text,
        x=1,
        xref="paper",
        y=100 * average,
        xanchor="right",
        yanchor="bottom",
    )
    fig.update_xaxes(tickvals=frame["band"], showgrid=False)
    fig.update_yaxes(rangemode="tozero")
    return fig


def gains(frame: pd.DataFrame, theme: Theme) -> go.Figure:
    """Draw how many of all bads are caught when the riskiest share of applicants is declined.

    Args:
        frame: As `curves.decile_table`.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = figure(
        theme, "Riskiest share of applicants", "Share of all bads", x_percent=True, y_percent=True
    )
    fig.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        hoverinfo="skip",
        line={"color": colours.border, "width": 1.5},
    )
    fig.add_scatter(
        x=[0, *(100 * frame["cumulative_rows"])],
        y=[0, *(100 * frame["capture"])],
        mode="lines+markers",
        line={"color": colours.accent, "width": 2.5},
        marker={"size": 7},
        hovertemplate="The riskiest %{x:.0f} % hold %{y:.1f} % of all bads<extra></extra>",
    )
    fig.update_xaxes(range=[-1, 101], dtick=20)
    fig.update_yaxes(range=[-1, 103], dtick=20)
    return fig
