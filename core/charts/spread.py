"""How far a field's share in one applicant's score moves when the applicant changes a little."""

from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.field_lines import by_field, lines, signed
from core.charts.template import Theme, palette, rows_of


def spread(frame: pd.DataFrame, theme: Theme) -> go.Figure:
    """Draw each field's share as a dot within its range.

    Args:
        frame: Columns label, now, low, high in log-odds, the weightiest first.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = by_field(list(frame["label"]), "Effect on log-odds (right raises the risk)", theme)
    places = lines(len(frame))
    gaps = np.full(len(frame), np.nan)  # a missing point ends a line
    fig.add_scatter(
        x=np.column_stack([frame["low"], frame["high"], gaps]).ravel(),
        y=np.column_stack([places, places, gaps]).ravel(),
        mode="lines",
        line={"color": colours.muted, "width": 7},
        opacity=0.5,
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=frame["now"],
        y=places,
        mode="markers",
        marker={
            "color": np.where(frame["now"] > 0, colours.bad, colours.good),
            "size": 9,
        },
        customdata=[
            f"<b>{escape(row.label)}</b><br>{signed(row.now)} log-odds,<br>"
            f"{signed(row.low)} to {signed(row.high)} after small changes"
            for row in rows_of(frame)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    fig.add_vline(x=0, line_width=1, line_color=colours.muted)
    return fig
