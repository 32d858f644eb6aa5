"""From draft to data set: name it, save it, go on to training."""

from collections.abc import Callable

import streamlit as st

from core.data import catalog
from core.errors import LendlensError
from core.formatting import counted, percent
from core.store.tables import DataSet
from ui import links
from ui.components.pickers import data_set_name
from ui.components.words import LONGEST_NAME, literal, problem
from ui.data_answer import ready
from ui.data_columns import forget_edits
from ui.data_draft import Draft, View
from ui.session import workspace


def undoing(draft: Draft) -> None:
    """Draw the way back from the last changes, and forward again."""
    back = {
        "undo": ("Undo the last change", draft.history, draft.undo),
        "redo": ("Redo", draft.undone, draft.redo),
    }
    with st.container(horizontal=True):
        for key, (label, states, go) in back.items():
            if states:
                st.button(
                    label,
                    icon=f":material/{key}:",
                    key=key,
                    on_click=_go,
                    args=(go,),
                )


def _go(state: Callable[[], None]) -> None:
    state()
    forget_edits()


def saving(draft: Draft, view: View) -> None:
    """Draw the one next step: save what is new, or train on what is saved."""
    saved = _saved(draft, view)
    with st.container(border=True, key="saving"):
        if saved:
            _go_on(saved)
        else:
            _save(draft, view)


def _saved(draft: Draft, view: View) -> DataSet | None:
    """Return the data set that holds exactly this draft."""
    schema, recipe = view.schema.to_json(), draft.recipe.to_json()
    for known in workspace().registry.data_sets(draft.source.id):
        if known.schema == schema and known.recipe == recipe:
            return known
    return None


def _hindrance(view: View) -> str | None:
    if view.survey is None:
        return "The file is still being looked through."
    return None if ready(view) else "Mend what is marked as an error first."


def _go_on(saved: DataSet) -> None:
    words, button = st.columns([3, 1], vertical_alignment="center")
    rate = percent(saved.bads / saved.rows)
    words.markdown(
        f":material/check_circle: Saved as **{literal(data_set_name(saved))}**: "
        f"{counted(saved.rows, 'row')}, {rate} bad."
    )
    if button.button("Train on this data set", type="primary", key="train-on-it", width="stretch"):
        links.go("training", dataset=saved.id)


def _save(draft: Draft, view: View) -> None:
    name, button = st.columns([3, 1], vertical_alignment="bottom")
    chosen = name.text_input(
        "Name of the data set",
        draft.source.name[:LONGEST_NAME],
        max_chars=LONGEST_NAME,
        key=f"data-set-name-{draft.source.id}",
        help="Saving keeps the cleaned rows, the recipe and a hash of both. "
        "Saving again under the same name makes the next version.",
    )
    pressed = button.button(
        "Save data set",
        type="primary",
        disabled=not ready(view),
        key="save-data-set",
        width="stretch",
        help=_hindrance(view),
    )
    if not pressed:
        return
    try:
        with st.spinner("Saving the data set"):
            catalog.save_data_set(workspace(), draft.source.id, chosen, draft.schema, draft.recipe)
    except LendlensError as error:
        problem(error)
        return
    st.rerun()
