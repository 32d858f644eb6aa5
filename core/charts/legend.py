"""Where a legend of many or long names goes, so that none is cut off on a phone."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from core.charts.field_lines import shortened

NARROW = 300.0
"""Pixels that a phone leaves for a legend beside a vertical axis."""

SIGN, LETTER, LINE = 42.0, 6.4, 19
"""Pixels: the sign before a name with what is around it, a letter, a line of the legend."""

MOST_ABOVE = 3
LONGEST = 40


def legend(
    names: Sequence[str], title: str = "", *, height: int, bottom: int = 52
) -> dict[str, Any]:
    """Return the layout of a figure whose legend has these names, for `figure(**layout)`.

    The legend stands above the plot where a phone has room for it in three lines, else one name a
    line below the plot. The plot itself is as high either way.

    Args:
        names: Of the traces, as people call them.
        title: What the names are values of, in a line of its own; "" for none.
        height: Of the figure in pixels without a legend, its axes included.
        bottom: Pixels that the horizontal axis takes of it.
    """
    titled: dict[str, Any] = {}
    if title:
        text = escape(shortened(title, LONGEST))
        titled = {"title": {"text": text, "side": "top", "font": {"size": 12}}}
    above = _lines_across(names) + bool(title)
    if above <= MOST_ABOVE:
        top = LINE * above + 10
        return {
            "height": height + top,
            "margin": {"l": 64, "r": 16, "t": top, "b": bottom},
            "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", **titled},
        }
    below = LINE * (len(names) + bool(title)) + 10
    return {
        "height": height + below,
        "margin": {"l": 64, "r": 16, "t": 12, "b": bottom + below},
        "legend": {
            "orientation": "v",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            **titled,
        },
    }


def entry(name: str) -> str:
    """Return a name as a legend shows it: as it is written, and no longer than a line."""
    return escape(shortened(name, LONGEST))


def _lines_across(names: Sequence[str]) -> int:
    """Return how many lines a legend takes across a phone; its columns are of one width."""
    widest = SIGN + LETTER * max((len(shortened(name, LONGEST)) for name in names), default=0)
    columns = max(1, int(NARROW // widest))
    return math.ceil(len(names) / columns)
