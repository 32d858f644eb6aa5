"""The cleaning recipe: its steps with what each touched, and a form to try and add another."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import pandas as pd
import streamlit as st

from core.data.cleaning import Recipe
from core.data.personal_data import masked_frame
from core.data.replay import StepPreview, preview
from core.data.steps import STEPS, Step
from core.errors import DataError
from core.formatting import MISSING, count, of
from ui.components.table import table
from ui.components.words import literal
from ui.data_draft import Draft, View
from ui.data_recipe_file import handing_on
from ui.data_recipe_shelf import recipe_shelf
from ui.data_step_form import ABOUT, ask_step


def recipe(draft: Draft, view: View) -> None:
    """Draw the steps at the left, the form at the right."""
    steps, form = st.columns([5, 6], gap="large")
    with steps:
        _steps(draft, view)
    with form:
        _add(draft, view)


def _steps(draft: Draft, view: View) -> None:
    st.subheader("Steps, in order", anchor=False)
    if not draft.recipe.steps:
        st.markdown("No step yet: the data set will hold the rows as they were read.")
    seen = iter(view.previews)
    for place, step in enumerate(draft.recipe.steps):
        off = place in draft.recipe.off
        _step(draft, place, step, "Switched off." if off else touched(next(seen)), off)
    if draft.recipe.steps:
        st.caption(
            "What a step learns (a median, the frequent categories) is learnt again on the "
            "training rows alone, so that the test rows stay unseen."
        )
    handing_on(draft)
    recipe_shelf(draft)


def _step(draft: Draft, place: int, step: Step, said: str, off: bool) -> None:
    """Draw one step with what can be done to it."""
    row = st.container(horizontal=True, wrap=False, gap="xsmall")
    name = literal(step.title)
    title, said = (f":gray[{name}]", f":gray[{said}]") if off else (f"**{name}**", said)
    row.markdown(f"{place + 1}. {title}  \n{said}", width="stretch")
    recipe, last = draft.recipe, len(draft.recipe.steps) - 1
    acts: list[tuple[str, str, Callable[[], Recipe], bool]] = [
        ("arrow_upward", "Earlier", lambda: recipe.moved(place, -1), place == 0),
        ("arrow_downward", "Later", lambda: recipe.moved(place, 1), place == last),
        (
            "visibility" if off else "visibility_off",
            "Switch on" if off else "Switch off",
            lambda: recipe.switched(place),
            False,
        ),
        ("delete", "Remove", lambda: recipe.without(place), False),
    ]
    for icon, label, change, disabled in acts:
        row.button(
            f":material/{icon}:",
            type="tertiary",
            key=f"{icon}-{draft.digest}-{place}",
            help=f"{label}: step {place + 1}",
            on_click=lambda change=change: _change(draft, change()),
            disabled=disabled,
        )


def _change(draft: Draft, recipe: Recipe) -> None:
    draft.change(recipe=recipe)


def _add(draft: Draft, view: View) -> None:
    st.subheader("Add a step", anchor=False)
    kind = st.selectbox(
        "What to do",
        list(ABOUT),
        format_func=lambda key: STEPS[key].verb,
        key="step-kind",
        help="Every step can be tried here before it is added.",
    )
    st.caption(ABOUT[kind])
    step = ask_step(kind, view, key=f"{kind}-{len(draft.recipe.steps)}")
    if step is None:
        return
    try:
        seen = _tried(view, step)
    except DataError as error:
        st.warning(literal(str(error)), icon=":material/error:")
        return
    _preview(step, seen, view.schema.personal)
    st.button(
        "Add this step",
        icon=":material/add:",
        key="add-step",
        on_click=_then,
        args=(draft, step),
        disabled=not (seen.cells_touched or seen.rows_dropped),
    )


@lru_cache(maxsize=16)
def _tried(view: View, step: Step) -> StepPreview:
    return preview(Recipe(), step, view.frame, view.schema)


def _then(draft: Draft, step: Step) -> None:
    draft.change(recipe=draft.recipe.then(step))


def touched(seen: StepPreview) -> str:
    """Return what a step touches in one sentence."""
    if seen.rows_dropped:
        return f"Drops {of(seen.rows_dropped, seen.rows)}."
    if seen.cells_touched and step_adds(seen):
        return f"Adds a value to {of(seen.rows_touched, seen.rows)}."
    if seen.cells_touched:
        cells = f"{count(seen.cells_touched)} value{'s' * (seen.cells_touched > 1)}"
        return f"Touches {cells} in {of(seen.rows_touched, seen.rows)}."
    return f"Touches none of {count(seen.rows)} rows."


def step_adds(seen: StepPreview) -> bool:
    """Return whether the step makes a new column."""
    return bool(set(seen.after) - set(seen.before))


def _preview(step: Step, seen: StepPreview, personal: tuple[str, ...]) -> None:
    st.markdown(f"**{literal(step.title)}**  \n{touched(seen)}")
    before, after = (masked_frame(each, personal) for each in (seen.before, seen.after))
    rows = before_and_after(step, replace(seen, before=before, after=after))
    if len(rows):
        table(rows, alt="Some rows before and after the step", key="step-preview")


def before_and_after(step: Step, seen: StepPreview) -> pd.DataFrame:
    """Return some touched rows: changed columns twice, side by side; dropped rows once."""
    columns: dict[str, list[str]] = {"Row": [count(int(label) + 1) for label in seen.before.index]}
    for name in dict.fromkeys([*step.reads, *step.writes]):
        changed = name in step.writes and not seen.after.empty
        if name in seen.before:
            columns[f"{name} before" if changed else name] = _texts(seen.before[name])
        if changed:
            columns[f"{name} after" if name in seen.before else name] = _texts(seen.after[name])
    return pd.DataFrame(columns)


def _texts(series: pd.Series) -> list[str]:
    return [MISSING if pd.isna(value) else _text(value) for value in series]


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
