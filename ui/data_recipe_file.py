"""Recipes that come from elsewhere and go elsewhere: another data set, a file, a script."""

import json
from typing import Any

import streamlit as st

from core.data.cleaning import Recipe
from core.data.recipe_script import script
from core.data.step import listing
from core.errors import DataError
from core.formatting import count
from core.store.tables import DataSet
from ui.components.pickers import data_set_name, told_apart_in_time
from ui.data_draft import Draft, source_rows
from ui.session import workspace

_TAKEN = "recipe-taken"


def handing_on(draft: Draft) -> None:
    """Draw where steps can be taken from, and in which forms they can be taken away."""
    if told := st.session_state.pop(_TAKEN, None):
        show = st.warning if told[1] else st.success
        show("  \n".join([told[0], *told[1]]))
    with st.container(horizontal=True):
        taking = st.popover("Take steps", icon=":material/input:", key="take-steps")
        with taking:
            _take(draft)
        giving = st.popover(
            "Export",
            icon=":material/download:",
            key="export-recipe",
            disabled=not draft.recipe.steps,
            on_change="rerun",
        )
        if giving.open:
            with giving:
                _export(draft)


def _take(draft: Draft) -> None:
    st.markdown("They replace the steps here; *Undo* brings these back.")
    known = [one for one in workspace().registry.data_sets() if one.recipe]
    names = told_apart_in_time(known, data_set_name)
    chosen = st.selectbox(
        "Of a data set",
        known,
        None,
        format_func=lambda one: names[one.id],
        placeholder="Choose a data set" if known else "No data set has a recipe yet",
        disabled=not known,
        key="take-from",
    )
    st.button(
        "Take its steps",
        key="take-its-steps",
        disabled=chosen is None,
        on_click=_take_of,
        args=(draft, chosen),
    )
    file = st.file_uploader(
        "Or of a recipe that was exported as JSON", type="json", max_upload_size=1
    )
    if file is not None:
        st.button(
            "Take its steps",
            key="take-file",
            on_click=_take_file,
            args=(draft, file.name, file.getvalue()),
        )


def _take_of(draft: Draft, chosen: DataSet) -> None:
    use(draft, Recipe.from_json(chosen.recipe), data_set_name(chosen))


def _take_file(draft: Draft, name: str, raw: bytes) -> None:
    try:
        told = json.loads(raw)
        recipe = Recipe.from_json(told["steps"])
    except (ValueError, KeyError, TypeError, DataError):
        problem = "It should be one that was exported here."
        st.session_state[_TAKEN] = (f"{name} is no recipe.", (problem,))
        return
    use(draft, recipe, name)


def use(draft: Draft, recipe: Recipe, whose: str) -> None:
    """Replace the steps by those that fit, and say which do not."""
    fitted, problems = recipe.fitted_to(draft.schema)
    if draft.change(recipe=fitted):
        fit = f"{count(len(fitted.active))} of {count(len(recipe.active))} steps"
        st.session_state[_TAKEN] = (f"{fit} of {whose} fit this file.", problems)


def as_json(name: str, steps: list[Any]) -> str:
    """Return the text of a file that "Take steps" reads."""
    return json.dumps({"name": name, "steps": steps}, indent=1)


def _export(draft: Draft) -> None:
    name = draft.source.name
    st.download_button(
        "Recipe as JSON",
        as_json(name, draft.recipe.to_json()),
        f"{name}.recipe.json",
        "application/json",
        key="recipe-json",
        icon=":material/data_object:",
    )
    fitted = draft.recipe.fit(source_rows(draft.source.id), draft.schema)
    st.download_button(
        "Recipe as a Python script",
        script(fitted, name),
        f"clean_{listing([name]).lower().replace(' ', '_')}.py",
        "text/x-python",
        key="recipe-script",
        icon=":material/code:",
    )
    st.caption(
        "The script needs pandas alone. What the steps have learnt from all rows of this file is "
        "written into it."
    )
