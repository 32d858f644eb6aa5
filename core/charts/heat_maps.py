"""Tables whose cells are shaded: which fields work together, and their ranks by model."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.field_lines import shortened
from core.charts.template import Theme, faded, figure, note, palette
from core.formatting import percent

ROW = 34
LABEL = 16


def interactions(
    pairs: pd.DataFrame, fields: Sequence[str], labels: Mapping[str, str], theme: Theme
) -> go.Figure:
    """Draw the strength of every pair of these fields, each once.

    Args:
        pairs: As `core.explanation.interactions.Interactions.pairs`.
        fields: Rows and columns, in order.
        labels: Field to what users see.
        theme: Which palette.
    """
    place = {field: number for number, field in enumerate(fields)}
    values = np.full((len(fields), len(fields)), np.nan)
    texts = np.full(values.shape, "", object)
    hovers = np.full(values.shape, "", object)
    for row in _among(pairs, fields).to_dict("records"):
        high, low = sorted((place[row["field"]], place[row["other"]]))[::-1]
        values[high, low] = row["strength"]
        texts[high, low] = f"{row['strength']:.2f}".lstrip("0") if row["low"] > 0 else "–"
        hovers[high, low] = _pair_text(row, labels)
    names = [escape(shortened(labels[field], LABEL)) for field in fields]
    fig = _heat_map(values[1:, :-1], texts[1:, :-1], hovers[1:, :-1], names[1:], theme)
    # Each column is named where it begins, on the empty side of the diagonal.
    for number, name in enumerate(names[:-1]):
        note(fig, name, palette(theme).text, x=number - 0.45, y=number - 1, xanchor="left")
    fig.update_yaxes(range=[len(fields) - 1.5, -1.5], autorange=False)
    fig.update_layout(height=ROW * len(fields) + 20, margin={"r": 64})
    return fig


def _among(pairs: pd.DataFrame, fields: Sequence[str]) -> pd.DataFrame:
    return pairs[pairs["field"].isin(fields) & pairs["other"].isin(fields)]


def _pair_text(row: Mapping[Any, Any], labels: Mapping[str, str]) -> str:
    both = f"<b>{escape(labels[row['field']])} and {escape(labels[row['other']])}</b>"
    ends = f"{row['strength']:.3f} log-odds (95 % interval {row['low']:.3f} to {row['high']:.3f})"
    chance = "" if row["low"] > 0 else "<br>Not told apart from chance"
    return f"{both}<br>{ends}{chance}"


def ranks(frame: pd.DataFrame, fields: list[str], theme: Theme) -> go.Figure:
    """Draw the rank of each field for the network and its challengers, shaded by its share.

    Args:
        frame: As `core.explanation.challenger_figures.ranks`.
        fields: Rows, in order.
        theme: Which palette.
    """
    mine = frame[frame["field"].isin(fields)]
    models = list(dict.fromkeys(mine["name"]))
    labels = dict(zip(mine["field"], mine["label"], strict=True))
    share = mine.pivot(index="field", columns="name", values="share").reindex(fields)[models]
    rank = mine.pivot(index="field", columns="name", values="rank").reindex(fields)[models]
    texts = [["" if np.isnan(one) else f"{one:.0f}" for one in row] for row in rank.to_numpy()]
    hovers = [
        [
            f"<b>{escape(labels[field])}, {escape(model)}</b><br>"
            f"Rank {rank.loc[field, model]:.0f}, "
            f"{percent(float(share[model].loc[field]))} of the total effect"
            for model in models
        ]
        for field in fields
    ]
    names = [escape(shortened(labels[field], LABEL)) for field in fields]
    fig = _heat_map(share.to_numpy(), np.array(texts), np.array(hovers), names, theme)
    fig.update_xaxes(
        showticklabels=True,
        tickvals=list(range(len(models))),
        ticktext=[escape(name).replace(" ", "<br>") for name in models],
        tickangle=0,
        tickfont={"size": 11},
    )
    fig.update_layout(height=ROW * len(names) + 64, margin={"b": 52})
    return fig


def _heat_map(
    values: np.ndarray,
    texts: np.ndarray,
    hovers: np.ndarray,
    rows: Sequence[str],
    theme: Theme,
) -> go.Figure:
    colours = palette(theme)
    fig = figure(theme, height=ROW * len(rows) + 20, left=128)
    x, y = np.arange(values.shape[1]), np.arange(len(rows))
    fig.add_heatmap(
        x=x,
        y=y,
        z=values,
        customdata=hovers,
        text=texts,
        texttemplate="%{text}",
        textfont={"size": 12, "color": colours.text},
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        showscale=False,
        xgap=2,
        ygap=2,
        zmin=0,
        colorscale=[[0, faded(colours.accent, 0.04)], [1, faded(colours.accent, 0.62)]],
    )
    fig.update_xaxes(showgrid=False, showticklabels=False)
    fig.update_yaxes(
        tickvals=y,
        ticktext=list(rows),
        autorange="reversed",
        showgrid=False,
        tickfont={"color": colours.text, "size": 13},
    )
    fig.update_layout(margin={"b": 8})
    return fig
