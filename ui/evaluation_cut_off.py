"""What a cut-off would decide: a slider, and everything that moves with it.

The whole is a fragment: moving the slider looks four counts up in a sorted table, moves a line,
rewrites figures and tiles, redraws whatever is open below, and leaves the rest of the page alone.
Nothing that is in sight by itself is a Plotly chart: each takes a browser 50 ms and more to redraw.
"""

from collections.abc import Sequence
from functools import lru_cache

import pandas as pd
import streamlit as st

from core.charts import cut_off as charts
from core.evaluation.intervals import Estimate, confusion_intervals
from core.evaluation.metrics import Confusion
from core.formatting import percent
from ui import theme
from ui.components.table import csv_download, table
from ui.components.words import quoted
from ui.evaluation_depth import depth
from ui.evaluation_evidence import Evidence
from ui.evaluation_figures import figure_grid
from ui.evaluation_view import figure

_URL = "cut_off"


@st.fragment
def cut_off_section(evidence: Evidence, proposed: float, whose: str) -> None:
    """Draw the slider and everything it drives.

    Args:
        evidence: Of the run in view.
        proposed: The cut-off shown until the visitor or the address chooses another, in [0, 1].
        whose: Where the proposal comes from, as in "the policy of version 1".
    """
    st.header("At a cut-off", anchor=False)
    cut_off = slider(proposed, whose)
    confusion = evidence.cut_offs.at(cut_off)
    figures = confusion_intervals(confusion)
    st.markdown(sentence(cut_off, confusion))
    _figures(figures, evidence.report.bad_rate)
    left, right = st.columns(2, gap="large")
    with left:
        _distribution(evidence, cut_off, confusion)
    with right:
        _confusion(confusion)
    depth(evidence, cut_off, confusion)


def slider(proposed: float, whose: str) -> float:
    """Return the cut-off in [0, 1]; it is in the address as a percentage, `?cut_off=30`."""
    key = "slide-cut-off"
    asked = _asked()
    st.session_state[key] = round(100 * proposed, 1) if asked is None else asked

    def write_url() -> None:
        st.query_params[_URL] = f"{st.session_state[key]:g}"

    def forget() -> None:
        st.query_params.pop(_URL, None)

    track, back = st.columns([4, 1], vertical_alignment="bottom", gap="medium")
    chosen = track.slider(
        "Decline from a default probability of",
        0.0,
        100.0,
        step=0.1,
        format="%.1f %%",
        key=key,
        on_change=write_url,
        help=f"Applicants with this default probability or more are declined. It starts at {whose}"
        f" ({percent(proposed)}); moving it here changes no policy.",
    )
    back.button(
        f"Back to {percent(proposed)}",
        key="cut-off-back",
        on_click=forget,
        disabled=asked is None,
        help=f"The cut-off of {whose}.",
        width="stretch",
    )
    return float(chosen) / 100


def _asked() -> float | None:
    """Return the percentage in the address, or None if there is none that can be used."""
    text = st.query_params.get(_URL)
    if text is None:
        return None
    try:
        asked = float(text)
    except ValueError:
        asked = float("nan")
    if 0 <= asked <= 100:
        return round(asked, 1)
    st.warning(
        f"The address asks for the cut-off “{quoted(text)}”, which is no percentage from 0 "
        "to 100. Showing the proposed one."
    )
    return None


def sentence(cut_off: float, confusion: Confusion) -> str:
    """Return what the cut-off would do, in plain words."""
    approved, n = confusion.fn + confusion.tn, confusion.n
    beginning = f"Declining from **{percent(cut_off)}** on"
    if not approved:
        return f"{beginning} would approve nobody."
    if approved == n:
        return (
            f"{beginning} would approve everybody, of whom **{percent(confusion.fn / n)}** default."
        )
    return (
        f"{beginning} would approve **{percent(approved / n)}** of applicants, of whom "
        f"**{percent(confusion.fn / approved)}** default, and decline "
        f"**{percent(confusion.tp / (confusion.tp + confusion.fn))}** of all who default."
    )


def _figures(figures: dict[str, Estimate], bad_rate: float) -> None:
    baseline = f"Approving everybody would be right in {percent(1 - bad_rate)}."
    names = ("approval_rate", "approved_bad_rate", "recall", "precision", "accuracy", "f1")
    figure_grid(
        [figure(name, figures[name], baseline if name == "accuracy" else "") for name in names]
    )


def _distribution(evidence: Evidence, cut_off: float, confusion: Confusion) -> None:
    bads, goods = confusion.tp + confusion.fn, confusion.fp + confusion.tn
    finding = (
        f"{100 * confusion.tp / bads:.0f} of 100 bads and {100 * confusion.fp / goods:.0f} "
        "of 100 goods would be declined"
    )
    alt = "Distribution of default probabilities, goods upwards and bads downwards"
    bars = _bars(evidence, alt, theme.current())
    line = charts.cut_off_line(cut_off, theme.current())
    _picture((bars, line), finding, evidence.distribution, "distribution", alt)


@lru_cache(maxsize=16)
def _bars(evidence: Evidence, alt: str, which: theme.Theme) -> str:
    """Return the bars, the same at every cut-off."""
    return charts.score_bars(evidence.distribution, alt, which)


def _confusion(confusion: Confusion) -> None:
    right = (confusion.tp + confusion.tn) / confusion.n
    frame = confusion_frame(confusion)
    alt = "Confusion matrix: decisions against outcomes"
    tiles = charts.confusion_table(frame, alt, theme.current())
    _picture(
        (tiles,), f"{100 * right:.0f} of 100 decisions would be right", frame, "confusion", alt
    )


def _picture(layers: Sequence[str], finding: str, data: pd.DataFrame, key: str, alt: str) -> None:
    """Draw HTML as `ui.components.figure.draw` draws a chart; a layer lies over those before it."""
    with st.container(key=f"figure-{key}"):
        st.subheader(finding, anchor=False)
        with st.container(gap=None):
            for layer in layers:
                st.html(layer)
        shelf = st.popover(
            "Data",
            icon=":material/table_rows:",
            type="tertiary",
            key=f"data-{key}",
            on_change="rerun",
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
