"""The slider of the cut-off and what moves with it, drawn in the browser without asking the server.

The server sends every position once (`ui.cut_off_words`) and hears where the slider came to rest
(`docs/decisions/0012-positions-of-the-cut-off-are-sent-once.md`).
The parts of a board may stand anywhere on a page: the one with the slider fills the slots of all.
"""

from html import escape
from typing import Any

import streamlit as st

from core.charts import cut_off as charts
from core.charts.template import css_variables, faded, palette
from core.config import ROOT
from core.evaluation.cut_off import STEPS
from core.evaluation.words import TERMS
from core.formatting import percent
from ui import theme
from ui.components.metrics import Figure
from ui.cut_off_words import FIGURES, positions
from ui.evaluation_evidence import Evidence
from ui.evaluation_figures import grid, help_mark

ADDRESS = "cut_off"
_KEY = "cut-off-board"
_ASSETS = ROOT / "ui" / "assets"

_part = st.components.v2.component(
    "lendlens_cut_off_board",
    css=(_ASSETS / "cut_off_board.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "cut_off_board.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def board(evidence: Evidence, step: int, proposed: int, whose: str) -> None:
    """Draw slider, sentence and figures; writes the address when the slider comes to rest.

    Args:
        evidence: Of the run in view.
        step: Where the slider stands, from 0 to STEPS, unless it was moved meanwhile.
        proposed: Where it goes back to.
        whose: Where the proposal comes from, as in "the policy of version 1".
    """
    every = positions(evidence)
    data = {
        "html": _controls(proposed, whose) + _sentence() + _figures(evidence.report.bad_rate),
        "mark": every.mark,
        "words": every.words(step),
        "step": step,
        "proposed": proposed,
        "turn": _told().get("turn", 0),
    }
    _part(key=_KEY, data=data, on_moved_change=_write_address)


def picture(html: str, key: str, carries: Evidence | None = None) -> None:
    """Draw a picture with its finding as the title; its slots are filled by the board.

    One picture carries all positions. It is the same at every cut-off, and what has not changed
    Streamlit sends only once.
    """
    title = f'<h3 data-slot="finding_{key}" style="{css_variables(theme.current())}"></h3>'
    data = {"html": f"<div>{title}{html}</div>"}
    if carries:
        data |= {"packed": positions(carries).packed, "mark": positions(carries).mark}
    _part(key=f"{_KEY}-{key}", data=data)


def _told() -> dict[str, Any]:
    """Return what the browser said last: the step, None for the proposed one, and its turn."""
    state = st.session_state.get(_KEY) or {}
    return state.get("moved") or {}


def _write_address() -> None:
    step = _told().get("step")
    if step is None:
        st.query_params.pop(ADDRESS, None)
    else:
        st.query_params[ADDRESS] = f"{100 * step / STEPS:g}"


def _controls(proposed: int, whose: str) -> str:
    now, here = percent(proposed / STEPS), escape(whose)
    colours = palette(theme.current())
    more = f"--ring:{faded(colours.accent, 0.4)};--faint:{faded(colours.text, 0.4)}"
    help = help_mark(
        "Applicants with this default probability or more are declined. It starts at "
        f"{here} ({now}); moving it here changes no policy."
    )
    return (
        f'<div class="cut-off-controls" style="{css_variables(theme.current())};{more}">'
        '<div><div class="cut-off-label">'
        f'<label for="cut-off">Decline from a default probability of</label>{help}</div>'
        f'<div class="cut-off-slider">{charts.slot("cut_off")}'
        '<input id="cut-off" type="range" min="0" max="100" step="0.1"></div></div>'
        f'<button type="button" title="The cut-off of {here}.">Back to {now}</button></div>'
    )


def _sentence() -> str:
    """What the slider does; whoever listens to the page hears it once the slider is at rest."""
    return (
        '<p class="sentence">Declining from <b data-slot="cut_off"></b> on '
        f'{charts.slot("outcome")}</p><p role="status"></p>'
    )


def _figures(bad_rate: float) -> str:
    baseline = {"accuracy": f" Approving everybody would be right in {percent(1 - bad_rate)}."}
    return grid(
        [
            Figure(
                escape(TERMS[name].label),
                charts.slot(name),
                charts.slot(f"{name}_detail"),
                escape(TERMS[name].help + baseline.get(name, "")),
            )
            for name in FIGURES
        ]
    )
