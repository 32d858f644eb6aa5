"""The small picture of a network that learns, for visitors who meet one for the first time."""

import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Theme, figure, note, palette


def learning(frame: pd.DataFrame, best_epoch: int, theme: Theme) -> go.Figure:
    """Draw the loss on applicants it learns from and on others, with the best epoch marked.

    Args:
        frame: Columns epoch (from 1), loss, val_loss; at least two finished epochs.
        best_epoch: Where the loss on others was lowest so far.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = figure(theme, "Epoch (one pass over all applicants)", "Loss (lower is better)")
    lines = (("loss", "Learns from", "solid"), ("val_loss", "Held aside", "dash"))
    for column, name, dash in lines:
        fig.add_scatter(
            x=frame["epoch"],
            y=frame[column],
            name=name,
            mode="lines",
            line={"color": colours.accent, "width": 2, "dash": dash},
            hovertemplate="Epoch %{x}: loss %{y:.3f} on applicants it " + _whom(column),
        )
    last = frame.iloc[-1]
    lower, higher = sorted(("loss", "val_loss"), key=lambda column: float(last[column]))
    words = {"loss": "Learns from", "val_loss": "Held aside"}
    for column, shift in ((higher, 12), (lower, -12)):
        place = {"x": last["epoch"], "y": last[column], "yshift": shift, "xanchor": "right"}
        note(fig, words[column], colours.text, **place)
    best = frame.loc[frame["epoch"] == best_epoch].iloc[0]
    fig.add_scatter(
        x=[best["epoch"]],
        y=[best["val_loss"]],
        mode="markers",
        marker={"color": colours.accent, "size": 11, "line": {"color": colours.text, "width": 1.5}},
        hovertemplate="Best epoch so far: %{x}<extra></extra>",
    )
    fig.update_xaxes(range=[1, max(int(last["epoch"]), 5) + 0.3], dtick=_step(int(last["epoch"])))
    return fig


def _whom(column: str) -> str:
    return ("learns from" if column == "loss" else "never learns from") + "<extra></extra>"


def _step(epochs: int) -> int:
    """Return a distance of ticks that leaves at most about eight of them."""
    return next((step for step in (1, 2, 5, 10, 20, 50, 100) if epochs / step <= 8), 500)
