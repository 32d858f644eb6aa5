"""The frame of every page: its header, its empty state and its failures.

from ui.components.page import empty_state, failures, page_header
from ui.components.pickers import pick_run

with page_header("Evaluation", "How well does the network tell good from bad?"):
    run = pick_run()                                   # at the right of the header
if run is None:
    empty_state("No trained run yet.", "Train a network", "training")
    st.stop()
with failures():
    draw_report(evaluate(run))
"""

import logging
import secrets
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import FragmentHandledException

from core.config import ROOT
from core.errors import LendlensError
from ui import links
from ui.components.words import literal, problem

logger = logging.getLogger("lendlens.ui")


def page_header(title: str, answers: str) -> DeltaGenerator:
    """Draw the title and the plain sentence saying what the page answers.

    Returns:
        The header's right side; `with` it to place the picker of the object in view there.
    """
    st.set_page_config(page_title=f"{title} · Lendlens")
    left, right = st.columns([3, 2], vertical_alignment="bottom", gap="medium")
    left.title(literal(title), anchor=False)
    left.caption(literal(answers))
    return right


def empty_state(sentence: str, label: str, page: links.PageName, **query: object) -> None:
    """Say in one sentence that there is nothing yet, with one button to what comes first."""
    with st.container(border=True, horizontal_alignment="center", key=f"empty-{page}"):
        st.space("small")
        st.markdown(sentence, text_alignment="center")
        if st.button(label, type="primary", key=f"empty-{page}-go"):
            links.go(page, **query)
        st.space("small")


@contextmanager
def failures() -> Iterator[None]:
    """Show what went wrong instead of a traceback.

    An expected problem (LendlensError) shows its own message. Anything else shows an id, which
    the log holds with the type and place of the error, and never with a value.
    """
    try:
        yield
    except LendlensError as error:
        problem(error)
    except FragmentHandledException:  # a fragment has already shown it
        raise
    except Exception as error:
        show_unexpected(error)


def show_unexpected(error: Exception) -> bool:
    """Show an id for an error nobody expected, and log it.

    Returns True, which tells Streamlit's `on_script_error` hook that the error is on screen.
    """
    if isinstance(error, LendlensError):
        problem(error)
        return True
    error_id = log_unexpected(error)
    st.error(
        "Something went wrong on our side. Nothing that was saved is lost. "
        f"Try again; if it happens again, report the id **{error_id}**, "
        "under which the log holds where it happened.",
        icon=":material/error:",
    )
    return True


def log_unexpected(error: BaseException) -> str:
    """Log type and place of an error under a new id, without its message; return the id.

    Messages of foreign libraries may quote an applicant's values, so they stay out of the log.
    """
    error_id = secrets.token_hex(4)
    logger.error("error %s: %s at %s", error_id, type(error).__name__, _place(error))
    return error_id


def _place(error: BaseException) -> str:
    """Return the chain of our own files and lines that led to the error, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(frame.filename)] or frames[-1:]
    lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in ours[-4:]]
    return " > ".join(lines) or "unknown"


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(ROOT) and "site-packages" not in path.parts
