"""What a cut-off would decide: a slider, and everything that moves with it.

What is in sight moves in the browser alone. When the slider comes to rest, this fragment reruns:
it writes the address and redraws whatever is open below, and leaves the rest of the page alone.
"""

from functools import lru_cache

import pandas as pd
import streamlit as st

from core.charts import cut_off as charts
from core.evaluation.cut_off import STEPS, step_of
from core.evaluation.metrics import Confusion
from ui import theme
from ui.components.table import csv_download, table
from ui.components.words import quoted
from ui.cut_off_board import ADDRESS, board, picture
from ui.evaluation_depth import depth
from ui.evaluation_evidence import Evidence


@st.fragment
def cut_off_section(evidence: Evidence, proposed: float, whose: str) -> None:
    """Draw the slider and everything it drives.

    Args:
        evidence: Of the run in view.
        proposed: The cut-off shown until the visitor or the address chooses another, in [0, 1].
        whose: Where the proposal comes from, as in "the policy of version 1".
    """
    st.header("At a cut-off", anchor=False)
    asked = _asked()
    step = step_of(proposed if asked is None else asked)
    board(evidence, step, step_of(proposed), whose)
    cut_off = step / STEPS
    confusion = evidence.cut_offs.at(cut_off)
    left, right = st.columns(2, gap="large")
    with left:
        _distribution(evidence)
    with right:
        _confusion(confusion)
    depth(evidence, cut_off, confusion)


def _asked() -> float | None:
    """Return the cut-off in the address, `?cut_off=30`, or None if there is none to be used."""
    text = st.query_params.get(ADDRESS)
    place = st.container()  # always there, so that what follows keeps its place
    if text is None:
        return None
    try:
        asked = float(text)
    except ValueError:
        asked = float("nan")
    if 0 <= asked <= 100:
        return asked / 100
    place.warning(
        f"The address asks for the cut-off “{quoted(text)}”, which is no percentage from 0 "
        "to 100. Showing the proposed one."
    )
    return None


def _distribution(evidence: Evidence) -> None:
    alt = "Distribution of default probabilities, goods upwards and bads downwards"
    bars = _bars(evidence, alt, theme.current())
    with st.container(key="figure-distribution"):
        picture(bars, "distribution", carries=evidence)
        _data(evidence.distribution, "distribution", alt)


@lru_cache(maxsize=16)
def _bars(evidence: Evidence, alt: str, which: theme.Theme) -> str:
    return charts.score_bars(evidence.distribution, alt, which)


def _confusion(confusion: Confusion) -> None:
    alt = "Confusion matrix: decisions against outcomes"
    tiles = charts.confusion_table(alt, theme.current())
    with st.container(key="figure-confusion"):
        picture(tiles, "confusion")
        _data(confusion_frame(confusion), "confusion", alt)


def _data(data: pd.DataFrame, key: str, alt: str) -> None:
    """Draw the table behind a picture, as `ui.components.figure.draw` does for a chart."""
    shelf = st.popover(
        "Data", icon=":material/table_rows:", type="tertiary", key=f"data-{key}", on_change="rerun"
    )
    if shelf.open:
        with shelf, st.container(key=f"shelf-{key}"):
            table(data, alt=f"Data of the chart: {alt}")
            csv_download(data, f"{key}.csv", key=key)


def confusion_frame(confusion: Confusion) -> pd.DataFrame:
    """Return the four cells, each with its share of its outcome."""
    goods, bads = confusion.fp + confusion.tn, confusion.tp + confusion.fn
    cells = (
        ("Good", "Approved", confusion.tn, goods, True),
        ("Good", "Declined", confusion.fp, goods, False),
        ("Bad", "Approved", confusion.fn, bads, False),
        ("Bad", "Declined", confusion.tp, bads, True),
    )
    return pd.DataFrame(
        [
            {"outcome": o, "decision": d, "rows": rows, "share": rows / whole, "right": right}
            for o, d, rows, whole, right in cells
        ]
    )
