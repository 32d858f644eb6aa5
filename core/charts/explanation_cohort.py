"""How much each field matters for a cohort, beside everyone."""

from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.charts.field_lines import by_field, lines, signed
from core.charts.template import Theme, palette, rows_of

APART = 0.17


def beside_everyone(frame: pd.DataFrame, cohort: str, theme: Theme) -> go.Figure:
    """Draw two dots per field with their 95 % intervals.

    Args:
        frame: As `core.explanation.by_cohort.beside_everyone`, the weightiest first.
        cohort: Its name.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = by_field(list(frame["label"]), "Mean effect on log-odds (up or down)", theme)
    places = lines(len(frame))
    look: tuple[tuple[str, str, str, str, float, dict[str, Any]], ...] = (
        (cohort, "cohort", "cohort_low", "cohort_high", APART, {"color": colours.accent}),
        (
            "Everyone",
            "everyone",
            "low",
            "high",
            -APART,
            {
                "color": colours.background,
                "symbol": "diamond",
                "line": {"color": colours.muted, "width": 1.5},
            },
        ),
    )
    for name, middle, low, high, shift, marker in look:
        fig.add_scatter(
            x=frame[middle],
            y=places + shift,
            mode="markers",
            name=escape(name),
            marker={"size": 9, **marker},
            error_x={
                "array": frame[high] - frame[middle],
                "arrayminus": frame[middle] - frame[low],
                "color": colours.accent if middle == "cohort" else colours.muted,
                "thickness": 1.5,
                "width": 3,
            },
            customdata=[
                f"<b>{escape(row.label)}, {escape(name)}</b><br>"
                f"{signed(getattr(row, middle), sign=False)} log-odds (95 % interval "
                f"{getattr(row, low):.2f} to {getattr(row, high):.2f})"
                for row in rows_of(frame)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    top = max(float(frame[["cohort_high", "high"]].max().max()), 1e-6)
    fig.update_xaxes(range=[0, 1.06 * top])
    fig.update_layout(
        showlegend=True,
        height=fig.layout.height + 36,
        margin={"t": 48},
        legend={"orientation": "h", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"},
    )
    return fig
