"""A picture of every column, small in a table, and of the one in view, large."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.charts.profile import distribution
from core.data.personal_data import masked_frame
from core.data.profile_words import finding
from core.data.profiling import ColumnProfile
from core.formatting import MISSING, percent, typeset
from ui import theme
from ui.components.asked import asked_for
from ui.components.figure import draw
from ui.components.table import table
from ui.components.words import literal
from ui.data_draft import Draft, View
from ui.data_relations import relations

_WORDS = {"bin": "Values", "rows": "Rows", "share": "Share", "bads": "Bads",
          "bad_rate": "Bad rate", "low": "Bad rate, 95 % from", "high": "to"}  # fmt: skip
_FIRST = 10


def profiles(draft: Draft, view: View) -> None:
    """Draw the table of all columns and the picture of the one that is chosen in it."""
    if view.survey is None:
        _first_rows(view)
        return
    rows, picture = st.columns([7, 5], gap="medium")
    with rows:
        chosen = _choose(view)
    with picture:
        _picture(chosen, view)
    relations(draft, view)


def _first_rows(view: View) -> None:
    """Draw rows while the profiles are still being made."""
    rows = masked_frame(view.frame.head(_FIRST), view.schema.personal)
    st.caption(f"The first {len(rows)} rows after all steps, until the profiles are made")
    table(rows, alt="First rows after all steps", key="rows-meanwhile", height="content")


def _choose(view: View) -> ColumnProfile:
    names = [about.name for about in view.profiles]
    first = next((p.name for p in view.profiles if p.role == "feature"), names[0])
    position = names.index(asked_for("column", names, "column") or first)
    state = table(
        _overview(view),
        alt="Profile of every column; select a row to see it large",
        key="profiles",
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [position]}},
        column_config=_columns(),
        height=35 * min(len(names) + 1, 17) + 3,
    )
    rows: list[int] = [row for row in state.selection.rows if row < len(names)] or [position]
    about = view.profiles[rows[0]]
    if st.query_params.get("column", first) != about.name:
        st.query_params["column"] = about.name
    return about


@lru_cache(maxsize=16)
def _overview(view: View) -> pd.DataFrame:
    return pd.DataFrame([_row(about) for about in view.profiles])


def _row(about: ColumnProfile) -> dict[str, Any]:
    rated = "bad_rate" in about.bins and about.role != "identifier"
    return {
        "Column": about.label,
        "Role": about.role,
        "Missing": _missing(about),
        "Distribution": about.known["share"].tolist(),
        "Bad rate": about.known["bad_rate"].tolist() if rated else None,
        "Tells": about.information if rated else None,
        "Distinct": about.distinct,
        "Typical": about.typical,
        "Smallest": about.low,
        "Largest": about.high,
    }


def _missing(about: ColumnProfile) -> str:
    share = about.missing / max(1, about.rows)
    if not about.missing:
        return MISSING
    return percent(share) if share >= 0.0005 else "< 0.1 %"


def _columns() -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "Column": text(pinned=True, width=120),
        "Role": text(width=75),
        "Missing": text(alignment="right", width=66),
        "Distinct": number(format="localized", width=72, help="Different values"),
        "Distribution": st.column_config.BarChartColumn(
            width=88, help="Share of rows in each bin", y_min=0
        ),
        "Bad rate": st.column_config.LineChartColumn(
            width=85, help="Bad rate from the first to the last bin; every line on its own scale"
        ),
        "Tells": number(
            format="%.2f",
            width=62,
            help="Information value: how well the bins of the column tell good from bad. Below "
            "0.02 next to nothing, 0.1 to 0.3 medium, above 0.5 suspiciously well.",
        ),
        "Typical": text(help="Median of numbers, most frequent category", width=100),
        "Smallest": text(alignment="right", width=90),
        "Largest": text(alignment="right", width=90),
    }


def _picture(about: ColumnProfile, view: View) -> None:
    picture = _drawn(view, about.name, theme.current())
    draw(
        picture.figure,
        picture.finding,
        picture.bins,
        key="profile",
        alt=f"Rows and bad rate for each range of {about.label}. {picture.finding}.",
    )
    if description := view.schema[about.name].description:
        st.caption(literal(description))


@dataclass(frozen=True, slots=True)
class _Picture:
    figure: go.Figure
    finding: str
    bins: pd.DataFrame


@lru_cache(maxsize=64)
def _drawn(view: View, name: str, current: theme.Theme) -> _Picture:
    about = next(about for about in view.profiles if about.name == name)
    axis = f"{about.label}, {about.unit}" if about.unit else about.label
    bins = _shown_bins(about)
    figure = distribution(bins, axis, current, average=view.bad_rate)
    return _Picture(figure, typeset(finding(about)), _readable(bins))


def _shown_bins(about: ColumnProfile) -> pd.DataFrame:
    """Return the bins; the bad rate of an identifier means nothing."""
    return about.bins[["bin", "rows", "share"]] if about.role == "identifier" else about.bins


def _readable(bins: pd.DataFrame) -> pd.DataFrame:
    words = bins.rename(columns=_WORDS)
    shares = [_WORDS[name] for name in ("share", "bad_rate", "low", "high") if name in bins]
    return words.assign(**{name: words[name].map(percent) for name in shares})
