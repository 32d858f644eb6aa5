"""Figures as one piece of HTML that looks like rows of metrics.

Streamlit goes through everything on a page at every rerun. Eleven `st.metric` with their help
take a browser 20 ms of that; two pieces take two.
"""

from collections.abc import Sequence
from dataclasses import fields
from html import escape

import streamlit as st

from core.charts.template import css_variables
from ui import theme
from ui.components.metrics import Figure

_STYLE = """
.figures { display: grid; grid-template-columns: repeat(var(--columns), 1fr); gap: 1rem;
  color: var(--text); font-variant-numeric: tabular-nums; }
.figures div { position: relative; padding: 1rem; border: 1px solid var(--border);
  border-radius: 8px; }
.figures, .stHtml .figures { margin: 0; padding: 0; }
.figures dt { font-size: 0.875rem; font-weight: 400; line-height: 1.5; margin: 0; }
.figures dd { margin: 0; font-size: 0.875rem; line-height: 1.5; color: var(--muted); }
.figures dd.value { font-size: 1.625rem; color: inherit; }
.figures i { display: inline-block; width: 15px; height: 15px; margin-left: 6px; cursor: help;
  border: 1.5px solid var(--muted); border-radius: 50%; color: var(--muted);
  font: 600 10.5px/12.5px sans-serif; text-align: center; vertical-align: 1px; }
.figures i:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.figures q { display: none; position: absolute; z-index: 5; left: 0.5rem; right: 0.5rem;
  top: calc(100% - 0.75rem); padding: 0.5rem 0.75rem; quotes: none; background: var(--surface);
  border: 1px solid var(--border); border-radius: 8px; font-size: 0.875rem;
  line-height: 1.45; color: var(--text); box-shadow: 0 4px 16px rgba(0, 0, 0, 0.16); }
.figures i:hover + q, .figures i:focus + q { display: block; }
@media (max-width: 640px) {
  .figures { grid-template-columns: repeat(2, 1fr); }
  .figures div:last-child:nth-child(odd) { grid-column: 1 / -1; }
}
"""


def figure_grid(figures: Sequence[Figure]) -> None:
    """Draw three to five figures in a row, six in two, and two in a row on a phone."""
    st.html(grid([_escaped(figure) for figure in figures]))


def grid(figures: Sequence[Figure]) -> str:
    """Return the same as HTML, of figures that are HTML themselves."""
    columns = 3 if len(figures) == 6 else len(figures)
    style = f"{css_variables(theme.current())};--columns:{columns}"
    cards = "".join(_card(figure) for figure in figures)
    return f'<style>{_STYLE}</style><dl class="figures" style="{style}">{cards}</dl>'


def _escaped(figure: Figure) -> Figure:
    return Figure(*(escape(getattr(figure, each.name)) for each in fields(figure)))


def _card(figure: Figure) -> str:
    return (
        f"<div><dt>{figure.label}{help_mark(figure.help)}</dt>"
        f'<dd class="value">{figure.value}</dd><dd>{figure.detail}</dd></div>'
    )


def help_mark(help: str) -> str:
    """Return the question mark that shows its explanation, which is HTML, to whoever points."""
    return f'<i tabindex="0" role="note" aria-label="{help}">?</i><q>{help}</q>'
