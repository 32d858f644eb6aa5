"""Training curves: loss and AUC by epoch, of one run or of several laid over each other."""

import math
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Theme, faded, figure, note, palette
from core.formatting import metric

TRAINING, VALIDATION, EACH = "Training", "Validation", "Each network"
MOST_POINTS = 400
MOST_NETWORK_POINTS = 4000
ROOM = 1.08
"""The horizontal axis ends a little beyond the last epoch: the curve has somewhere to go."""
DASHES = ("solid", "dash", "dot", "dashdot")
SIDES = ("center", "right", "left", "center")
"""Where a run's letter stands beside its point: runs may have kept the same one."""

NO_VALUES = {"range": [0, 1], "showticklabels": False}
"""Of an axis before the first value; Plotly would make up figures from -1 to 4."""


def curves(
    points: pd.DataFrame,
    theme: Theme,
    y_title: str,
    best_epoch: int | None = None,
    networks: pd.DataFrame | None = None,
) -> go.Figure:
    """Return one figure of a training: the part is told by line and words, not by colour alone.

    Args:
        points: Columns epoch (a fraction while it runs), part (Training or Validation), value.
        theme: Which palette.
        y_title: What the values are.
        best_epoch: Marked if given.
        networks: Epoch as index and a column for each network of a team, drawn faintly behind.
    """
    nothing_yet = {} if points["value"].notna().any() else NO_VALUES
    fig = figure(theme, "Epoch", y_title, height=300, legend=True, yaxis=nothing_yet)
    if networks is not None:
        fig.add_scatter(**_each(networks, theme))
    for part, dash, colour in (
        (TRAINING, "solid", palette(theme).accent),
        (VALIDATION, "dash", palette(theme).text),
    ):
        rows = _thinned(points[points["part"] == part].dropna(subset="value"), MOST_POINTS)
        fig.add_scatter(
            x=rows["epoch"],
            y=rows["value"],
            name=part,
            mode="lines+markers" if len(rows) <= 30 else "lines",
            line={"dash": dash, "color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate=f"{part}, epoch %{{x:.4~g}}: %{{y:.4f}}<extra></extra>",
        )
    last = float(points["epoch"].max()) if len(points) else 1.0
    _horizontal(fig, last)
    if best_epoch is not None:
        _mark(fig, points, theme, best_epoch, last)
    return fig


def overlaid(points: pd.DataFrame, theme: Theme, y_title: str) -> go.Figure:
    """Return the curves of several runs in one figure, the kept epoch of each as a point.

    Args:
        points: Columns sign (one letter per run, for the legend), run (its name), epoch, value,
            kept (whether the weights of this epoch were kept).
        theme: Which palette.
        y_title: What the values are.
    """
    fig = figure(theme, "Epoch", y_title, height=300, legend=True)
    middle = (points["value"].max() + points["value"].min()) / 2
    places = enumerate(points.groupby("sign", sort=False))
    for (place, (sign, rows)), colour in zip(places, palette(theme).series, strict=False):
        kept = rows[rows["kept"]]
        run = escape(rows["run"].iloc[0]).replace("%{", "%&#123;")
        reading = f"<b>{sign}</b> · {run}<br>epoch %{{x}}: %{{y:.4f}}"
        drawn = _thinned(rows, MOST_POINTS)
        fig.add_scatter(
            x=drawn["epoch"],
            y=drawn["value"],
            name=str(sign),
            legendgroup=str(sign),
            mode="lines",
            line={"dash": DASHES[place % len(DASHES)], "color": colour, "width": 2},
            hovertemplate=f"{reading}<extra></extra>",
        )
        fig.add_scatter(
            x=kept["epoch"],
            y=kept["value"],
            legendgroup=str(sign),
            showlegend=False,
            mode="markers+text",
            text=[str(sign)] * len(kept),
            textposition=[f"{_inward(each, middle)} {SIDES[place % 4]}" for each in kept["value"]],
            textfont={"color": colour},
            marker={"size": 9, "color": colour},
            hovertemplate=f"{reading}, kept<extra></extra>",
        )
    _horizontal(fig, float(points["epoch"].max()) if len(points) else 1.0)
    return fig


def _inward(value: float, middle: float) -> str:
    """Return the side of a point on which the plot has room for a letter."""
    return "bottom" if value > middle else "top"


def _each(networks: pd.DataFrame, theme: Theme) -> dict[str, object]:
    """Return the curves of all networks as one trace: gaps are cheaper than sixteen traces."""
    shown = _thinned(networks, max(2, MOST_NETWORK_POINTS // networks.shape[1]))
    lines = np.vstack([shown.to_numpy(np.float32), np.full(shown.shape[1], np.nan, np.float32)])
    epochs = np.append(shown.index.to_numpy(np.float32), np.float32(np.nan))
    return {
        "x": np.tile(epochs, shown.shape[1]),
        "y": lines.T.ravel(),
        "name": EACH,
        "mode": "lines",
        "line": {"color": faded(palette(theme).muted, 0.35), "width": 1},
        "hoverinfo": "skip",
        "legendrank": 1001,  # behind the others, though drawn before them
    }


def _horizontal(fig: go.Figure, last: float) -> None:
    fig.update_xaxes(range=[0, max(3.0, last * ROOM)], rangemode="nonnegative")
    fig.update_layout(uirevision="training")


def _mark(fig: go.Figure, points: pd.DataFrame, theme: Theme, epoch: int, last: float) -> None:
    """Draw a line at the best epoch; its words go where the curves leave room."""
    colours = palette(theme)
    fig.add_vline(x=epoch, line={"color": colours.muted, "width": 1, "dash": "dot"})
    values = points[points["part"] == VALIDATION].set_index("epoch")["value"]
    value = f" · {metric(float(values[epoch]))}" if epoch in values.index else ""
    learnt = points[points["part"] == TRAINING]["value"].dropna()
    falls = len(learnt) > 1 and learnt.iloc[0] > learnt.iloc[-1]
    late = epoch > max(3.0, last) / 2
    note(
        fig,
        f"best epoch {epoch}{value}",
        colours.muted,
        x=epoch,
        y=1 if falls else 0,
        yref="paper",
        xanchor="right" if late else "left",
        yanchor="top" if falls else "bottom",
        xshift=-4 if late else 4,
    )


def _thinned(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return at most about so many rows, the last one included: a screen shows no more."""
    step = max(1, math.ceil(len(rows) / most))
    return rows[::-1][::step][::-1]
