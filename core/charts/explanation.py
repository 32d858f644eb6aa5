"""Pictures of what moves the risk over many applicants: overall, and by one field.

High values of a field are not bad in themselves, so the dots' colours are neutral.
"""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.field_lines import by_field, lines, points_of_pd, signed
from core.charts.template import Palette, Theme, faded, figure, note, palette, rows_of
from core.formatting import number

MOST_GROUPS = 5
JITTER = 0.6


def importance(frame: pd.DataFrame, theme: Theme) -> go.Figure:
    """Draw how much each field moves the log-odds on average, with its interval over rows.

    Args:
        frame: As `core.explanation.global_.importance`, the weightiest first.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = by_field(list(frame["label"]), "Mean effect on log-odds, up or down", theme)
    fig.add_bar(
        x=frame["log_odds"],
        y=lines(len(frame)),
        orientation="h",
        width=0.62,
        marker={"color": colours.accent, "line": {"width": 0}},
        error_x={
            "array": frame["high"] - frame["log_odds"],
            "arrayminus": frame["log_odds"] - frame["low"],
            "color": colours.muted,
            "thickness": 1.5,
            "width": 3,
        },
        customdata=[
            f"<b>{row.label}</b><br>{signed(row.log_odds, sign=False)} log-odds "
            f"(95 % interval {row.low:.2f} to {row.high:.2f})<br>"
            f"{points_of_pd(row.pd, sign=False)} of PD on average"
            for row in rows_of(frame)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    most = max(float(frame["high"].max()), 1e-6)
    for line, row in zip(lines(len(frame)), rows_of(frame), strict=True):
        note(
            fig,
            f"{points_of_pd(row.pd, sign=False)}",
            colours.muted,
            x=row.high,
            y=line,
            xanchor="left",
            xshift=6,
        )
    fig.update_xaxes(range=[0, most * 1.28])
    return fig


def beeswarm(frame: pd.DataFrame, labels: list[str], theme: Theme) -> go.Figure:
    """Draw every applicant as a dot in each field's line; colour is the field's own value.

    Args:
        frame: One row per dot: line (place in `labels`), offset in [-0.5, 0.5], log_odds,
            rank of the field's value in [0, 1] (NaN for categories and missing values), text.
        labels: Fields, the weightiest first.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = by_field(labels, "Effect on log-odds: left lowers, right raises the risk", theme)
    ranked = frame[frame["rank"].notna()]
    for part, look in (
        (frame[frame["rank"].isna()], {"color": faded(colours.muted, 0.55)}),
        (ranked, {"color": ranked["rank"], **_scale(colours, "low", "high")}),
    ):
        fig.add_scatter(
            x=part["log_odds"],
            y=len(labels) - 1 - part["line"] + 0.8 * part["offset"],
            mode="markers",
            marker={"size": 5, "opacity": 0.8, "line": {"width": 0}, **look},
            customdata=part["text"],
            hovertemplate="%{customdata}<extra></extra>",
        )
    fig.add_vline(x=0, line={"color": colours.muted, "width": 1})
    fig.update_layout(margin={"r": 64})
    return fig


def dependence(
    frame: pd.DataFrame, label: str, other: str, theme: Theme, *, other_is_number: bool
) -> go.Figure:
    """Draw a field's effect over its value, coloured by a second field.

    Args:
        frame: One row per applicant: value (number, or text for a category), log_odds, other
            (number or text; missing allowed), text.
        label: The field with its unit.
        other: The second field.
        other_is_number: Whether a colour scale or a legend tells it.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = figure(theme, label, "Effect on log-odds", height=400, legend=not other_is_number)
    places = _places(frame["value"], fig)
    if other_is_number:
        known = frame["other"].notna()
        _dots(fig, frame[~known], places[~known], {"color": faded(colours.muted, 0.5)}, "")
        ranks = frame.loc[known, "other"].rank(pct=True)
        ends = [number(frame["other"].min()), number(frame["other"].max())]
        look = {"color": ranks, **_scale(colours, ends[0], ends[1], title=other)}
        _dots(fig, frame[known], places[known], look, "")
        fig.update_layout(margin={"r": 96})
    else:
        groups, names = _grouped(frame["other"])
        for name, colour in zip(names, _hues(colours), strict=False):
            mine = groups == name
            _dots(fig, frame[mine], places[mine], {"color": colour}, f"{other}: {name}")
    fig.add_hline(y=0, line={"color": colours.muted, "width": 1})
    return fig


def swarm(values: np.ndarray, bins: int = 80) -> np.ndarray:
    """Return (n,) offsets in [-0.5, 0.5] that spread equal values apart, the densest the widest.

    >>> swarm(np.array([0.0, 0.0, 0.0, 1.0])).tolist()
    [0.0, 0.5, -0.5, 0.0]
    """
    low, high = values.min(), values.max()
    place = np.zeros(len(values), int)
    if high > low:
        place = np.minimum((values - low) / (high - low) * bins, bins - 1).astype(int)
    counts = np.bincount(place, minlength=bins)
    order = np.argsort(place, kind="stable")
    first = np.concatenate([[0], counts.cumsum()[:-1]])
    rank = np.empty(len(values), int)
    rank[order] = np.arange(len(values)) - first[place[order]]
    side = np.where(rank % 2 == 1, 1, -1) * ((rank + 1) // 2)
    return np.asarray(side / max(counts.max() - 1, 2))


def _scale(colours: Palette, low: str, high: str, title: str = "Value") -> dict[str, Any]:
    """Return a colour scale for ranks in [0, 1]: neutral colours, since high is not bad."""
    return {
        "cmin": 0,
        "cmax": 1,
        "colorscale": [[0, "#56B4E9"], [0.5, colours.muted], [1, "#CC79A7"]],
        "showscale": True,
        "colorbar": {
            "thickness": 8,
            "len": 0.8,
            "outlinewidth": 0,
            "tickvals": [0.02, 0.98],
            "ticktext": [low, high],
            "tickfont": {"color": colours.muted, "size": 12},
            "title": {"text": title, "side": "top", "font": {"color": colours.muted, "size": 12}},
        },
    }


def _dots(
    fig: go.Figure, frame: pd.DataFrame, places: np.ndarray, look: dict[str, Any], name: str
) -> None:
    fig.add_scatter(
        x=places,
        y=frame["log_odds"],
        mode="markers",
        marker={"size": 6, "opacity": 0.75, "line": {"width": 0}, **look},
        customdata=frame["text"],
        hovertemplate="%{customdata}<extra></extra>",
        name=name,
        showlegend=bool(name),
    )


def _places(values: pd.Series, fig: go.Figure) -> np.ndarray:
    """Return where dots stand on the horizontal axis; categories get a place each, spread out."""
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(float)
    groups = list(values.value_counts().index)
    fig.update_xaxes(tickvals=list(range(len(groups))), ticktext=groups, showgrid=False)
    spread = (np.arange(len(values)) * 0.618034) % 1 - 0.5  # even, and the same every time
    return np.asarray(pd.Index(groups).get_indexer(pd.Index(values)) + JITTER * spread)


def _grouped(values: pd.Series) -> tuple[pd.Series, list[str]]:
    """Return each value's group and the groups: the most frequent values, then all others."""
    filled = values.fillna("not given")
    frequent = list(filled.value_counts().index[:MOST_GROUPS])
    groups = filled.where(filled.isin(frequent), "all others")
    return groups, [*frequent, *(["all others"] if (groups == "all others").any() else [])]


def _hues(colours: Palette) -> tuple[str, ...]:
    return (*colours.series, colours.muted)
