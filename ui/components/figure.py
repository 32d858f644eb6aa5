"""A chart with the finding as its title; its data and its picture are one click away.

draw(
    roc_curve(points, theme.current()),
    "The network ranks 78 of 100 pairs of a bad and a good applicant correctly",
    points,
    key="roc",
    alt="ROC curve of the network and its challengers",
)
"""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ui.components.table import csv_download, table
from ui.components.words import literal

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "displayModeBar": "hover",
    "modeBarButtons": [["toImage"]],
    "responsive": True,
    "scrollZoom": False,
}
ROW, TALLEST = 35, 280
"""Pixels of a row, and of a table above which its downloads would be out of sight."""
FORMAT = "picture-format"
FORMATS = {"png": "PNG", "svg": "SVG"}


def draw(
    fig: go.Figure,
    finding: str,
    data: pd.DataFrame | None = None,
    *,
    key: str,
    alt: str,
    polled: bool = False,
) -> None:
    """Draw a chart.

    Args:
        fig: Made by `core.charts` with its own template.
        finding: The sentence the chart shows, as its title.
        data: The rows behind the chart; None where there is nothing to show as a table.
        key: Unique on the page; also the CSS class `st-key-figure-<key>`.
        alt: What the chart shows, for those who cannot see it.
        polled: Whether a fragment draws it that begins anew by a timer or by itself. Where it does
            so before a busy server sent what it said last, Streamlit takes that back, but not what
            a fragment inside it said; a browser without a place for that shows a white page.
    """
    with st.container(key=f"figure-{key}"):
        st.subheader(literal(finding), anchor=False)
        st.plotly_chart(fig, theme=None, config=_config(key), key=key, alt=alt)
        if data is not None:
            show = _data if polled else st.fragment(_data)
            show(data, key, alt)


def _config(key: str) -> dict[str, Any]:
    """Return the configuration with a camera button that saves the picture as it is seen."""
    picture = {"format": picture_format(), "filename": f"lendlens-{key}", "scale": 2}
    return {**CONFIG, "toImageButtonOptions": picture}


def picture_format() -> str:
    """Return how this visitor wants pictures to be saved."""
    return str(st.session_state.get(FORMAT, "png"))


def _data(data: pd.DataFrame, key: str, alt: str) -> None:
    """The table is sent to the browser only once it is opened."""
    shelf = st.popover(
        "Data", icon=":material/table_rows:", type="tertiary", key=f"data-{key}", on_change="rerun"
    )
    if shelf.open:
        with shelf, st.container(key=f"shelf-{key}"):
            height = min(ROW * (len(data) + 1) + 2, TALLEST)
            table(data, alt=f"Data of the chart: {alt}", height=height)
            csv_download(data, f"{key}.csv", key=key)
            _ask_format(key)


def _ask_format(key: str) -> None:
    """Let the visitor choose what the camera button of every chart saves."""
    chosen = st.segmented_control(
        "Picture",
        list(FORMATS),
        default=picture_format(),
        required=True,
        format_func=FORMATS.__getitem__,
        key=f"picture-{key}",
        help="The camera button at the top right of each chart saves it. PNG suits documents; SVG "
        "stays sharp at any size.",
    )
    if chosen != picture_format():
        st.session_state[FORMAT] = chosen
        st.rerun()
