"""How strongly columns belong together, as a table of shaded cells."""

from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.template import Theme, figure, palette
from core.formatting import count, typeset

_LABEL = 16
_ROW = 30


def matrix(pairs: pd.DataFrame, labels: dict[str, str], theme: Theme, words: str) -> go.Figure:
    """Draw every pair of the columns that occur, each in both places.

    Args:
        pairs: left, right, value in [-1, 1] and rows, as `core.data.relations` makes them.
        labels: Column to what users see; those drawn, in order.
        theme: Which palette.
        words: What the value is, for the hover.
    """
    place = {name: number for number, name in enumerate(labels)}
    values = np.full((len(place), len(place)), np.nan)
    hovers = np.full(values.shape, "", object)
    for row in pairs.to_dict("records"):
        if row["left"] in place and row["right"] in place:
            both = f"{escape(labels[row['left']])} and {escape(labels[row['right']])}"
            value = typeset(f"{row['value']:.2f}")
            text = f"<b>{both}</b><br>{words} {value}<br>{count(row['rows'])} rows"
            ends = place[row["left"]], place[row["right"]]
            for high, low in (ends, ends[::-1]):
                values[high, low], hovers[high, low] = row["value"], text
    names = [escape(_short(label)) for label in labels.values()]
    fig = figure(theme, "", "", height=_ROW * len(names) + 118)
    fig.add_trace(_cells(values, hovers, theme))
    ticks = {"tickvals": list(range(len(names))), "ticktext": names, "showgrid": False}
    fig.update_xaxes(**ticks, tickangle=-90 if len(names) > 8 else -45, title=None)
    fig.update_yaxes(**ticks, autorange="reversed", title=None)
    fig.update_layout(margin={"l": 130, "b": 110, "t": 8, "r": 8})
    return fig


def _cells(values: np.ndarray, hovers: np.ndarray, theme: Theme) -> go.Heatmap:
    colours = palette(theme)
    texts = np.where(np.isnan(values), "", [[_brief(v) for v in row] for row in values])
    return go.Heatmap(
        z=values,
        text=texts if len(values) <= 14 else None,
        texttemplate="%{text}" if len(values) <= 14 else None,
        customdata=hovers,
        hovertemplate="%{customdata}<extra></extra>",
        textfont={"size": 11},
        hoverongaps=False,
        zmin=-1,
        zmax=1,
        colorscale=[(0, colours.others[0]), (0.5, colours.background), (1, colours.accent)],
        showscale=False,
        xgap=1,
        ygap=1,
    )


def _brief(value: float) -> str:
    """Return a value in [-1, 1] so short that ten of them fit a phone.

    >>> _brief(0.453), _brief(-0.041), _brief(-0.001), _brief(1.0)
    ('.45', '−.04', '0', '1')
    """
    text = typeset(f"{value:.2f}").replace("0.", ".", 1).removesuffix(".00")
    return "0" if text in ("", "\N{MINUS SIGN}") else text


def _short(label: str) -> str:
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
