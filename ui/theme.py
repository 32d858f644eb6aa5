"""The theme in view, and the one place where CSS is injected.

from ui import theme

draw(roc_curve(points, theme.current()), "The network ranks better than chance")
"""

from typing import Literal

import streamlit as st

from core.config import ROOT

Theme = Literal["light", "dark"]

ICON = ROOT / "ui" / "assets" / "icon.svg"

CSS = """
/* Figures keep their place when they change. */
[data-testid="stMetricValue"], [data-testid="stMetricDelta"], [data-testid="stHeading"], table {
  font-variant-numeric: tabular-nums;
}
/* The second line of a metric is words (interval, n), not a change: no pill, and it wraps. */
[data-testid="stMetricDelta"] { background: none; padding: 0; white-space: normal; }
[data-testid="stMetricDelta"] p { white-space: normal; }
/* Streamlit's 0.6 leaves less than 4.5 : 1 between small text and background. */
[data-testid="stCaptionContainer"] { opacity: 0.78; }
/* White on the dark theme's accent has 2.4 : 1; the page's own background has 7 : 1. */
[data-testid^="stBaseButton-primary"],
[data-testid="stMultiSelectTagsContainer"] [data-tag] { color: light-dark(#FFFFFF, #0F151B); }
/* The data behind a chart: room for a table, where the screen has it. */
[data-testid="stPopoverBody"]:has([class*="st-key-shelf-"]) { width: min(40rem, 92vw); }
/* A table's own export writes cells as they are, and a spreadsheet would run those that begin with
   "="; ui.components.table.csv_download neutralises them. */
[data-testid="stElementToolbarButton"]:has(button[aria-label^="Download"]) { display: none; }
/* The browser shows what it has saved; Plotly's grey boxes would cover the page. */
.plotly-notifier { display: none; }
/* An instrument is wide, not endless; on a phone every pixel counts. */
[data-testid="stMainBlockContainer"] { max-width: 80rem; }
[data-testid="stSidebarUserContent"] { padding-top: 0.5rem; }
/* The champion's name may be long; a link would cut it off. */
[data-testid="stSidebarUserContent"] [data-testid="stPageLink-NavLink"] {
  height: auto; align-items: flex-start; padding-block: 0.3rem;
}
[data-testid="stSidebarUserContent"] [data-testid="stPageLink-NavLink"] :is(span, p) {
  white-space: normal; overflow: visible; overflow-wrap: anywhere; line-height: 1.4;
}
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 3.5rem 1rem 4rem; }
  [data-testid="stHorizontalBlock"]:has(
    > [data-testid="stColumn"] > [data-testid="stVerticalBlock"]
    > [data-testid="stElementContainer"] > [data-testid="stMetric"]
  ) > [data-testid="stColumn"] { min-width: calc(50% - 0.5rem); }
  [data-testid="stColumn"]:not(:has([data-testid="stElementContainer"])) { display: none; }
  /* What stands one below the other is no further apart than the rest of the page. */
  [data-testid="stHorizontalBlock"] { row-gap: 1rem; }
}
/* Long forms scroll; the answer to what is typed stays in sight where there is room. */
@media (min-width: 900px) and (min-height: 700px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-scoring-answer) {
    position: sticky; top: 3.25rem; z-index: 10; padding-bottom: 0.75rem;
    background: light-dark(#FFFFFF, #0F151B);
  }
}
/* On paper: the page without what can be clicked; of a decision, the notice alone. */
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stButton"],
  [data-testid="stDownloadButton"], [data-testid="stPopover"] { display: none !important; }
  [data-testid="stApp"], [data-testid="stAppViewContainer"], [data-testid="stMain"] {
    position: static; overflow: visible; height: auto;
  }
  [data-testid="stMain"]:has(.st-key-notice) * { visibility: hidden; }
  .st-key-notice, .st-key-notice * { visibility: visible !important; }
  .st-key-notice { position: absolute !important; top: 0; left: 0; border: none !important; }
}
"""


def current() -> Theme:
    """Return the theme the visitor sees; light until the browser has told."""
    return "dark" if st.context.theme.type == "dark" else "light"


def wordmark() -> str:
    """Return the name beside its sign as SVG, in the colour of the theme's text."""
    colour = {"light": "#17202B", "dark": "#E8EDF2"}[current()]
    sign = ICON.read_text(encoding="utf-8").replace("<svg ", '<svg width="64" height="64" ', 1)
    name = (
        f'<text x="80" y="45" font-family="system-ui, Roboto, Helvetica, Arial, sans-serif" '
        f'font-size="36" font-weight="600" textLength="168" fill="{colour}">Lendlens</text>'
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 254 64">{sign}{name}</svg>'


def apply() -> None:
    """Add the few rules Streamlit's theme cannot express; called once by the shell."""
    scheme = f":root {{ color-scheme: {current()}; }}"  # dialogs and menus hang outside the app
    st.html(f"<style>{scheme}{CSS}</style>")
