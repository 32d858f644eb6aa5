"""Which columns belong together: found in the background, kept, and drawn when it is opened."""

from functools import lru_cache

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.charts.relations import matrix
from core.data import catalog
from core.data.relations import Measure, Relations
from core.formatting import count, of, percent
from core.jobs.relate import last_relating, start_relating
from ui import theme
from ui.components.figure import draw
from ui.components.jobs import job_progress
from ui.components.shelf import shelf
from ui.data_draft import Draft, View
from ui.session import workspace

_MEASURES: dict[Measure, str] = {
    "correlation": "Numbers",
    "cramers_v": "Categories",
    "missing": "Missing together",
}
_WORDS: dict[Measure, str] = {
    "correlation": "Rank correlation",
    "cramers_v": "Cramér's V",
    "missing": "Both missing",
}
_HELP = (
    "Numbers: rank correlation, from -1 to 1; 0 means that one says nothing of the other. "
    "Categories: Cramér's V, from 0 to 1, between a category and any other column, numbers in "
    "tenths. Missing together: of the rows where either is missing, the share where both are."
)
_DRAWN = 20


def relations(draft: Draft, view: View) -> None:
    """Draw a closed section; once it is open, the comparison, or its progress."""
    shelf("Which columns belong together", lambda: _compared(draft, view), key="relations")


def _compared(draft: Draft, view: View) -> None:
    found = catalog.relations(workspace(), draft.digest)
    if found is None:
        _under_way(draft)
    else:
        _shown(found, view)


def _under_way(draft: Draft) -> None:
    job = last_relating(workspace(), draft.digest)
    ended = job is not None and not job.active
    again = ended and st.button("Compare the columns again", key="relate-again")
    if job is None or again:
        asked = (draft.source.id, draft.schema, draft.recipe, draft.digest)
        job = start_relating(workspace(), *asked)
    job_progress(job.id)


def _shown(found: Relations, view: View) -> None:
    measure: Measure = st.segmented_control(
        "Compare", list(_MEASURES), default="correlation", format_func=_MEASURES.__getitem__,
        required=True, key="measure", help=_HELP,
    )  # fmt: skip
    pairs = found.of(measure)
    columns = f"{of(found.columns, found.of_columns)} columns" if found.left_out else ""
    st.caption(" · ".join(filter(None, [f"All {count(found.rows)} rows", columns])))
    if pairs.empty:
        st.info("There is no such pair of columns in this file.", icon=":material/info:")
        return
    labels = {column.name: column.label for column in view.schema.columns}
    draw(
        _figure(found, measure, view, theme.current()),
        _finding(pairs, labels, measure),
        _readable(pairs, labels, measure),
        key="column-pairs",
        alt=f"{_WORDS[measure]} of every two columns",
    )


def _finding(pairs: pd.DataFrame, labels: dict[str, str], measure: Measure) -> str:
    first = pairs.iloc[0]
    left, right, value = labels[first["left"]], labels[first["right"]], first["value"]
    if measure == "missing":
        return f"{left} and {right} are missing together in {percent(value)} of such rows"
    if abs(value) < 0.3:
        return "No two columns say much of each other"
    if measure == "cramers_v":
        return f"{left} and {right} say most of each other ({value:.2f} of 1)"
    way = "rise together" if value > 0 else "move against each other"
    return f"{left} and {right} {way} most ({value:.2f})"


@lru_cache(maxsize=16)
def _figure(found: Relations, measure: Measure, view: View, current: theme.Theme) -> go.Figure:
    pairs = found.of(measure)
    strongest = dict.fromkeys(pairs[["left", "right"]].to_numpy().ravel().tolist())
    drawn = set(list(strongest)[:_DRAWN])
    labels = {c.name: c.label for c in view.schema.columns if c.name in drawn}
    return matrix(pairs, labels, current, _WORDS[measure])


def _readable(pairs: pd.DataFrame, labels: dict[str, str], measure: Measure) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Column": pairs["left"].map(labels),
            "And": pairs["right"].map(labels),
            _WORDS[measure]: pairs["value"].round(3),
            "Rows": pairs["rows"],
        }
    )
