"""Pictures of what moves the risk over many applicants: overall, and by one field.

High values of a field are not bad in themselves, so the dots' colours are neutral.
"""

from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.field_lines import by_field, lines, points_of_pd, shortened, signed
from core.charts.legend import entry, legend
from core.charts.template import Palette, Theme, faded, figure, palette, rows_of
from core.formatting import number, percent, typeset

MOST_GROUPS = 5
JITTER = 0.6
LOW, HIGH = "#56B4E9", "#CC79A7"


def importance(frame: pd.DataFrame, theme: Theme) -> go.Figure:
    """Draw how much each field moves the log-odds on average, with its interval over rows.

    Args:
        frame: As `core.explanation.global_.importance`, the weightiest first.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = by_field(list(frame["label"]), "Mean effect on log-odds (up or down)", theme)
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
            f"<b>{escape(row.label)}</b><br>{signed(row.log_odds, sign=False)} log-odds "
            f"(95 % interval {row.low:.2f} to {row.high:.2f})<br>"
            f"{points_of_pd(row.pd, sign=False)} of PD on average"
            for row in rows_of(frame)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    fig.add_scatter(
        x=frame["high"],
        y=lines(len(frame)),
        mode="text",
        text=[f"\u2002{percent(change)}" for change in frame["pd"]],
        textposition="middle right",
        textfont={"color": colours.muted, "size": 12},
        hoverinfo="skip",
        cliponaxis=False,
    )
    fig.update_xaxes(range=[0, 1.3 * max(float(frame["high"].max()), 1e-6)])
    return fig


def beeswarm(frame: pd.DataFrame, labels: list[str], theme: Theme) -> go.Figure:
    """Draw every applicant in a dot of each field's line; colour is the field's own value.

    Args:
        frame: As `core.explanation.dots.beeswarm`.
        labels: Fields, the weightiest first.
        theme: Which palette.
    """
    colours = palette(theme)
    fig = by_field(labels, "Effect on log-odds (right raises the risk)", theme)
    is_ranked = frame["rank"].notna()
    for dots, look in (
        (frame[~is_ranked], {"color": faded(colours.muted, 0.6)}),
        (frame[is_ranked], {"color": frame.loc[is_ranked, "rank"], **_scale(colours)}),
    ):
        fig.add_scatter(
            x=dots["log_odds"],
            y=len(labels) - 1 - dots["line"] + 0.8 * dots["offset"],
            mode="markers",
            marker={"size": 5, "opacity": 0.8, "line": {"width": 0}, **look},
            customdata=[_dot_text(row) for row in rows_of(dots)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    fig.add_vline(x=0, line={"color": colours.muted, "width": 1})
    fig.update_layout(margin={"r": 72})
    return fig


def dependence(frame: pd.DataFrame, label: str, other: str, theme: Theme) -> go.Figure:
    """Draw a field's effect over its value, coloured by a second field.

    Args:
        frame: As `core.explanation.dots.dependence`.
        label: The field, with its unit.
        other: The second field.
        theme: Which palette.
    """
    colours = palette(theme)
    other_is_number = pd.api.types.is_numeric_dtype(frame["other"])
    names: list[str] = []
    parts: dict[str, Any] = {"height": 400}
    if not other_is_number:
        groups, names = _grouped(frame["other"])
        parts = legend(names, other, height=352)
    fig = figure(theme, label, "Effect on log-odds", **parts)
    places = _places(frame["place"], fig)
    if other_is_number:
        _dots_on_scale(fig, frame, places, other, colours)
    else:
        for name, colour in zip(names, (*colours.series, colours.refer), strict=False):
            mine = groups == name
            _dots(
                fig,
                frame[mine],
                places[mine],
                {"color": colour},
                entry(name),
            )
    fig.add_hline(y=0, line={"color": colours.muted, "width": 1})
    return fig


def _dots_on_scale(
    fig: go.Figure, frame: pd.DataFrame, places: np.ndarray, other: str, colours: Palette
) -> None:
    known = frame["other"].notna()
    _dots(fig, frame[~known], places[~known], {"color": faded(colours.muted, 0.5)})
    low, high = (typeset(number(frame["other"].agg(end))) for end in ("min", "max"))
    look = {
        "color": frame.loc[known, "other"].rank(pct=True),
        **_scale(colours, (low, high), other),
    }
    _dots(fig, frame[known], places[known], look)
    fig.update_layout(margin={"r": 96})


def _dot_text(row: Any) -> str:
    second = f" · {escape(row.other_value)}" if "other_value" in row._fields else ""
    return (
        f"<b>{escape(row.label)}: {escape(row.value)}</b>{second}<br>"
        f"{signed(row.log_odds)} log-odds, {points_of_pd(row.pd)} of PD<br>{_who(row)}"
    )


def _who(row: Any) -> str:
    alike = getattr(row, "applicants", 1)
    return f"Row {row.row}" if alike == 1 else f"{alike:,} applicants with nearly this effect"


def _scale(
    colours: Palette, ends: tuple[str, str] = ("low", "high"), title: str = "Value"
) -> dict[str, Any]:
    """Return a colour scale for ranks in [0, 1]."""
    words = {"color": colours.muted, "size": 12}
    return {
        "cmin": 0,
        "cmax": 1,
        "colorscale": [[0, LOW], [0.5, colours.muted], [1, HIGH]],
        "showscale": True,
        "colorbar": {
            "thickness": 8,
            "len": 0.9,
            "outlinewidth": 0,
            "tickvals": [0.02, 0.98],
            "ticktext": list(ends),
            "tickfont": words,
            "title": {"text": escape(shortened(title, 40)), "side": "right", "font": words},
        },
    }


def _dots(
    fig: go.Figure,
    frame: pd.DataFrame,
    places: np.ndarray,
    look: dict[str, Any],
    name: str = "",
) -> None:
    fig.add_scatter(
        x=places,
        y=frame["log_odds"],
        mode="markers",
        marker={"size": 6, "opacity": 0.75, "line": {"width": 0}, **look},
        customdata=[_dot_text(row) for row in rows_of(frame)],
        hovertemplate="%{customdata}<extra></extra>",
        name=name,
        showlegend=bool(name),
    )


def _places(values: pd.Series, fig: go.Figure) -> np.ndarray:
    """Return where dots stand on the horizontal axis; categories get a place each, spread out."""
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(float)
    groups = list(values.value_counts().index)
    fig.update_xaxes(
        tickvals=list(range(len(groups))),
        ticktext=[escape(str(group)) for group in groups],
        showgrid=False,
    )
    spread = (np.arange(len(values)) * 0.618034) % 1 - 0.5  # even, and the same every time
    return np.asarray(pd.Index(groups).get_indexer(pd.Index(values)) + JITTER * spread)


def _grouped(values: pd.Series) -> tuple[pd.Series, list[str]]:
    """Return each value's group and the groups: the most frequent values, then all others."""
    filled = values.fillna("not given")
    frequent = list(filled.value_counts().index[:MOST_GROUPS])
    groups = filled.where(filled.isin(frequent), "all others")
    return groups, [*frequent, *(["all others"] if (groups == "all others").any() else [])]
