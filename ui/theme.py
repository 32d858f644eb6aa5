"""The theme in view, and the one place where CSS is injected.

from ui import theme

draw(roc_curve(points, theme.current()), "The network ranks better than chance")
"""

from typing import Literal

import streamlit as st

Theme = Literal["light", "dark"]

CSS = """
/* Figures keep their place when they change. */
[data-testid="stMetricValue"], [data-testid="stMetricDelta"], table {
  font-variant-numeric: tabular-nums;
}
/* The second line of a metric is words (interval, n), not a change: no pill, wraps. */
[data-testid="stMetricDelta"] { white-space: normal; }
[data-testid="stMetricDelta"] > div { white-space: normal; overflow: visible; }
/* A page's width suits an instrument, not an essay; on a phone nothing is cut off. */
[data-testid="stMainBlockContainer"] { max-width: 80rem; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; }
}
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], .stButton,
  .stDownloadButton, [data-testid="stPopover"] { display: none !important; }
  [data-testid="stMain"], [data-testid="stApp"] { position: static; overflow: visible; }
}
"""


def current() -> Theme:
    """Return the theme the visitor sees; light until the browser has told."""
    return "dark" if st.context.theme.type == "dark" else "light"


def apply() -> None:
    """Add the few rules Streamlit's theme cannot express; called once by the shell."""
    st.html(f"<style>{CSS}</style>")
