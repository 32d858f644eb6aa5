"""A chart with the finding as its title and its data one click away.

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

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
}


def draw(
    fig: go.Figure, finding: str, data: pd.DataFrame | None = None, *, key: str, alt: str
) -> None:
    """Draw a chart.

    Args:
        fig: Made by `core.charts` with its own template.
        finding: The sentence the chart shows, as its title.
        data: The rows behind the chart; None where there is nothing to show as a table.
        key: Unique on the page; also the CSS class `st-key-figure-<key>`.
        alt: What the chart shows, for those who cannot see it.
    """
    with st.container(key=f"figure-{key}"):
        st.subheader(finding, anchor=False)
        st.plotly_chart(fig, theme=None, config=CONFIG, key=key, alt=alt)
        if data is not None:
            _data(data, key, alt)


@st.fragment
def _data(data: pd.DataFrame, key: str, alt: str) -> None:
    """The table is sent to the browser only once it is opened."""
    shelf = st.popover(
        "Data", icon=":material/table_rows:", type="tertiary", key=f"data-{key}", on_change="rerun"
    )
    if shelf.open:
        with shelf, st.container(key=f"shelf-{key}"):
            table(data, alt=f"Data of the chart: {alt}")
            csv_download(data, f"{key}.csv", key=key)
