"""Training curves: loss and AUC of training and validation rows by epoch."""

import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Theme, figure, note, palette
from core.formatting import metric

TRAINING, VALIDATION = "Training", "Validation"
MOST_POINTS = 400
ROOM = 1.08
"""The horizontal axis ends a little beyond the last epoch: the curve has somewhere to go."""


def curves(
    points: pd.DataFrame, theme: Theme, y_title: str, best_epoch: int | None = None
) -> go.Figure:
    """Return one figure of a training: the part is told by line and words, not by colour alone.

    Args:
        points: Columns epoch (a fraction while it runs), part (Training or Validation), value.
        theme: Which palette.
        y_title: What the values are.
        best_epoch: Marked if given.
    """
    fig = figure(theme, "Epoch", y_title, height=300, legend=True)
    for part, dash, colour in (
        (TRAINING, "solid", palette(theme).accent),
        (VALIDATION, "dash", palette(theme).text),
    ):
        rows = _thinned(points[points["part"] == part].dropna(subset="value"))
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
    fig.update_xaxes(range=[0, max(3.0, last * ROOM)], rangemode="nonnegative")
    fig.update_layout(uirevision="training")
    if best_epoch is not None:
        _mark(fig, points, theme, best_epoch, last)
    return fig


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


def _thinned(rows: pd.DataFrame) -> pd.DataFrame:
    """Return at most about 400 rows, the last one included: a screen shows no more."""
    step = max(1, len(rows) // MOST_POINTS)
    return rows[::-1][::step][::-1]
