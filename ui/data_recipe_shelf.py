"""Recipes with a name: steps are kept here, and used from here for this file or another."""

from collections.abc import Callable

import streamlit as st

from core.data.cleaning import Recipe
from core.errors import LendlensError
from core.formatting import count
from core.store.tables import SavedRecipe
from ui.components.shelf import shelf
from ui.components.words import LONGEST_NAME, literal, problem
from ui.data_draft import Draft
from ui.data_recipe_file import as_json, use
from ui.session import workspace

_TOLD = "recipe-told"
_REMOVED = "recipe-removed"


def recipe_shelf(draft: Draft) -> None:
    """Draw the list of recipes, and where the steps in view are kept as one more."""
    shelf(
        "Recipes with a name",
        lambda: _recipes(draft),
        key="recipe-shelf",
        icon=":material/bookmarks:",
    )


def _recipes(draft: Draft) -> None:
    _tell()
    for recipe in workspace().registry.recipes():
        _recipe(draft, recipe)
    _keep(draft)


def _tell() -> None:
    """Say what came of the last click, and offer to take a removal back."""
    if said := st.session_state.pop(_TOLD, None):
        problem(said)
    removed = st.session_state.pop(_REMOVED, None)
    if removed is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"The recipe “{literal(removed.name)}” was deleted.")
        back = workspace().registry.restore_recipe
        st.button("Put it back", key="recipe-back", on_click=back, args=(removed.id,))


def _recipe(draft: Draft, recipe: SavedRecipe) -> None:
    """Draw one recipe with what can be done with it."""
    row = st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center")
    steps = f"{count(len(recipe.steps))} step{'s' * (len(recipe.steps) != 1)}"
    made_for = workspace().registry.source(recipe.source_id).name
    row.markdown(
        f"**{literal(recipe.name)}**  \n{steps}, made for {literal(made_for)} "
        f"on {recipe.created_at:%Y-%m-%d}",
        width="stretch",
    )
    row.button(
        "Use",
        key=f"use-{recipe.id}",
        help="Its steps replace those in view; Undo brings these back. What does not fit this file "
        "is switched off and said.",
        on_click=_use,
        args=(draft, recipe),
    )
    with row.popover("", icon=":material/edit:", type="tertiary", help="Rename"):
        key = f"rename-{recipe.id}"
        st.text_input(
            "Name of the recipe",
            recipe.name[:LONGEST_NAME],
            max_chars=LONGEST_NAME,
            key=key,
            on_change=_rename,
            args=(recipe,),
        )
    row.download_button(
        ":material/download:",
        as_json(recipe.name, recipe.steps),
        f"{recipe.name}.recipe.json",
        "application/json",
        type="tertiary",
        key=f"export-{recipe.id}",
        help="Export as JSON",
    )
    row.button(
        ":material/delete:",
        type="tertiary",
        key=f"delete-{recipe.id}",
        help="Delete",
        on_click=_remove,
        args=(recipe,),
    )


def _keep(draft: Draft) -> None:
    """Draw the field that keeps the steps in view under a name."""
    if not draft.recipe.steps:
        st.caption("Add steps above: then they can be kept here under a name, for other files too.")
        return
    name, button = st.columns([3, 1], vertical_alignment="bottom")
    key = f"recipe-name-{draft.source.id}"
    name.text_input(
        "Keep the steps above under a name",
        draft.source.name[:LONGEST_NAME],
        max_chars=LONGEST_NAME,
        key=key,
    )
    button.button("Keep", key="keep-recipe", width="stretch", on_click=_add, args=(draft, key))


def _add(draft: Draft, key: str) -> None:
    name, steps = st.session_state[key], draft.recipe.to_json()
    _try(lambda: workspace().registry.add_recipe(draft.source.id, name, steps))


def _rename(recipe: SavedRecipe) -> None:
    name = st.session_state[f"rename-{recipe.id}"]
    _try(lambda: workspace().registry.rename_recipe(recipe.id, name))


def _remove(recipe: SavedRecipe) -> None:
    workspace().registry.remove_recipe(recipe.id)
    st.session_state[_REMOVED] = recipe


def _use(draft: Draft, recipe: SavedRecipe) -> None:
    _try(lambda: use(draft, Recipe.from_json(recipe.steps), recipe.name))


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except LendlensError as error:
        st.session_state[_TOLD] = str(error)
