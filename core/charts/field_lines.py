"""Charts with one line per field: how they are laid out and how effects are written."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.charts.template import Theme, figure, palette

ROW_HEIGHT = 30
WIDE = 180
LABEL_LENGTH = {"narrow": 19, "wide": 25}


def by_field(
    labels: Sequence[str], x_title: str, theme: Theme, left: int = 150, row_height: int = ROW_HEIGHT
) -> go.Figure:
    """Return a figure with one line per label, the first on top."""
    height = row_height * len(labels) + 72
    return figure(theme, x_title, height=height, left=left, yaxis=field_axis(labels, theme, left))


def field_axis(labels: Sequence[str], theme: Theme, left: int) -> dict[str, Any]:
    """Return the vertical axis that names each line, the names cut to the room at the left."""
    most = LABEL_LENGTH["wide" if left > WIDE else "narrow"]
    return {
        "tickvals": lines(len(labels)),
        "ticktext": [escape(shortened(label, most)) for label in labels],
        "range": [-0.6, len(labels) - 0.4],
        "tickfont": {"color": palette(theme).text, "size": 13},
        "showgrid": False,
        "ticklabelstandoff": 8,
    }


def lines(count: int) -> np.ndarray:
    """Return the vertical places of `count` lines, the first on top."""
    return np.arange(count)[::-1]


def shortened(text: str, most: int) -> str:
    """Return the text, cut with an ellipsis where it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def signed(value: float, digits: int = 2, *, sign: bool = True) -> str:
    """Return a value with its sign as a typographer sets it.

    >>> signed(0.314), signed(-0.314), signed(0.001)
    ('+0.31', '−0.31', '0.00')
    """
    text = f"{abs(value):.{digits}f}"
    if not sign or float(text) == 0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def points_of_pd(change: float, *, sign: bool = True) -> str:
    """Return a change of a probability in percentage points.

    >>> points_of_pd(0.0412), points_of_pd(-0.2)
    ('+4.1 percentage points', '−20.0 percentage points')
    """
    return f"{signed(100 * change, 1, sign=sign)} percentage points"
