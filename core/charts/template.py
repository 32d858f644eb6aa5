"""Colours, type and layout of every chart, for the light and the dark theme.

Charts begin with `figure(...)`, which gives them this look. Draw them with
`st.plotly_chart(..., theme=None)`: Streamlit's own template would replace it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

Theme = Literal["light", "dark"]

Legend = Literal["none", "above", "top right", "bottom right", "bottom left"]

FONT = '"Source Sans", "Segoe UI", Roboto, sans-serif'


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as hex strings.

    `good`, `bad` and `refer` mean the same on every page and in both themes; use them for marks,
    with a word or an icon beside them. `series` is the order in which further lines are coloured.
    """

    background: str
    surface: str
    text: str
    muted: str
    border: str
    accent: str
    good: str = "#0072B2"
    bad: str = "#D55E00"
    refer: str = "#E69F00"
    others: tuple[str, ...] = ("#CC79A7", "#56B4E9", "#009E73", "#7A7A7A")

    @property
    def series(self) -> tuple[str, ...]:
        """The accent, then the further colours, neighbours chosen to be told apart."""
        return (self.accent, *self.others)


PALETTES: dict[Theme, Palette] = {
    "light": Palette("#FFFFFF", "#F6F8FA", "#17202B", "#5B6875", "#DFE5EB", "#0B6E75"),
    "dark": Palette("#0F151B", "#171F27", "#E8EDF2", "#9AA7B4", "#2A3540", "#3FB8BF"),
}


def palette(theme: Theme) -> Palette:
    """Return the colours of a theme."""
    return PALETTES[theme]


def css_variables(theme: Theme) -> str:
    """Return the colours of a theme for the style of an HTML element, as `--text:#17202B;…`."""
    return ";".join(f"--{name}:{colour}" for name, colour in _FLAT[theme].items())


_FLAT = {
    theme: {name: value for name, value in asdict(colours).items() if isinstance(value, str)}
    for theme, colours in PALETTES.items()
}


def faded(colour: str, opacity: float) -> str:
    """Return a hex colour with an opacity in [0, 1], for areas and intervals.

    >>> faded("#0072B2", 0.2)
    'rgba(0, 114, 178, 0.2)'
    """
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"


def figure(
    theme: Theme,
    x_title: str = "",
    y_title: str = "",
    *,
    height: int = 320,
    left: int = 64,
    legend: bool | Legend | Mapping[str, Any] = "none",
    x_percent: bool = False,
    y_percent: bool = False,
    data: Sequence[dict[str, Any]] = (),
    xaxis: Mapping[str, Any] = MappingProxyType({}),
    yaxis: Mapping[str, Any] = MappingProxyType({}),
    **layout: Any,
) -> go.Figure:
    """Return a figure that looks like all others, empty unless `data` is given.

    Args:
        theme: Which palette.
        x_title: What the horizontal axis shows, with its unit; shown as it is written.
        y_title: What the vertical axis shows, with its unit; shown as it is written.
        height: Of the whole figure in pixels.
        left: Room for the vertical axis in pixels; more where its ticks are words.
        legend: Where the legend goes; True means above. Inside the plot, in the corner that the
            data leave free, it has room on a phone too. For many or long names, what
            `core.charts.legend` says about it, which brings height and margin as well.
        x_percent: Whether the horizontal axis holds percentages (0 to 100), ticked as "20 %".
        y_percent: The same for the vertical axis.
        data: Traces, each a mapping with its `type`. What a slider redraws hands everything over
            here: Plotly checks the whole figure anew at each later change (20 ms instead of 5).
        xaxis: Further properties of the horizontal axis.
        yaxis: The same for the vertical axis.
        layout: Further properties of the layout, such as shapes and annotations.

    Margins are fixed, so that a chart does not jump when its numbers change.
    """
    place: Legend = legend if isinstance(legend, str) else ("above" if legend else "none")
    looks = legend if isinstance(legend, Mapping) else _LEGENDS[place]
    top = 48 if place == "above" else 12
    return go.Figure(
        data=list(data),
        layout={
            "template": _template(theme),
            "height": height,
            "margin": {"l": left, "r": 16, "t": top, "b": 52 if x_title else 28},
            "showlegend": place != "none",
            "legend": dict(looks),
            "colorway": list(palette(theme).series),
            "xaxis": {
                "title": {"text": escape(x_title)},
                "ticksuffix": _suffix(x_percent),
                **xaxis,
            },
            "yaxis": {
                "title": {"text": escape(y_title)},
                "ticksuffix": _suffix(y_percent),
                **yaxis,
            },
            **layout,
        },
    )


def _suffix(is_percent: bool) -> str:
    return " %" if is_percent else ""


_LEGENDS: dict[Legend, dict[str, Any]] = {
    "none": {},
    "above": {"orientation": "h", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"},
    "top right": {"x": 1, "y": 1, "xanchor": "right", "yanchor": "top"},
    "bottom right": {"x": 1, "y": 0.03, "xanchor": "right", "yanchor": "bottom"},
    "bottom left": {"x": 0.01, "y": 0.03, "xanchor": "left", "yanchor": "bottom"},
}


def note(fig: go.Figure, text: str, colour: str, **place: Any) -> None:
    """Write words into a figure: a direct label instead of a legend.

    `place` goes to Plotly (x, y, xref, yref, xanchor, yanchor, xshift …).
    """
    fig.add_annotation(label(text, colour, **place))


def label(text: str, colour: str, **place: Any) -> dict[str, Any]:
    """Return words as an annotation for `figure(annotations=[…])`."""
    return {"text": text, "showarrow": False, "font": {"color": colour, "size": 12}} | place


def line_at(
    colour: str, *, x: float | None = None, y: float | None = None, dash: str = "solid"
) -> dict[str, Any]:
    """Return a line across the whole plot as a shape for `figure(shapes=[…])`; give x or y."""
    across = (
        {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain"}
        if x is not None
        else {"x0": 0, "x1": 1, "y0": y, "y1": y, "xref": "x domain"}
    )
    line = {"color": colour, "width": 1.5, "dash": dash}
    return {"type": "line", "line": line, "layer": "below", **across}


def rows_of(frame: pd.DataFrame) -> Iterable[Any]:
    """Return the rows as records with attributes, for composing hover texts."""
    return frame.itertuples(index=False)


@cache
def _template(theme: Theme) -> go.layout.Template:
    colours = palette(theme)
    return go.layout.Template(
        layout={
            "colorway": list(colours.series),
            "font": {"family": FONT, "size": 13, "color": colours.text},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"autoexpand": False},
            "xaxis": _axis(colours),
            "yaxis": _axis(colours),
            "legend": {
                "font": {"color": colours.text, "size": 12},
                "bgcolor": faded(colours.background, 0.7),
                "itemclick": "toggle",
                "itemdoubleclick": False,
            },
            "hoverlabel": {
                "bgcolor": colours.surface,
                "bordercolor": colours.border,
                "font": {"family": FONT, "size": 13, "color": colours.text},
                "align": "left",
                "namelength": -1,
            },
            "modebar": {
                "bgcolor": "rgba(0,0,0,0)",
                "color": colours.muted,
                "activecolor": colours.accent,
            },
            "hovermode": "closest",
            "dragmode": False,
            "uirevision": "keep",
            "bargap": 0.15,
            "colorscale": {
                "sequential": [[0, colours.surface], [1, colours.accent]],
                "diverging": [[0, colours.good], [0.5, colours.border], [1, colours.bad]],
            },
        }
    )


def _axis(colours: Palette) -> dict[str, object]:
    return {
        "gridcolor": colours.border,
        "gridwidth": 1,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "tickfont": {"color": colours.muted, "size": 12},
        "title": {"font": {"color": colours.muted, "size": 13}, "standoff": 12},
        "automargin": False,
        "fixedrange": True,
    }
