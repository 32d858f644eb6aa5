"""The cleaning recipe: its steps with what each touched, and a form to try and add another."""

import pandas as pd
import streamlit as st

from core.data.cleaning import Recipe, StepPreview, preview
from core.data.steps import STEPS, Step
from core.errors import DataError
from core.formatting import MISSING, count, of
from ui.components.table import table
from ui.data_draft import Draft, View
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
    pairs = zip(draft.recipe.steps, view.previews, strict=True)
    for number, (step, seen) in enumerate(pairs, start=1):
        row = st.container(horizontal=True, wrap=False)
        row.markdown(f"{number}. **{step.title}**  \n{touched(seen)}", width="stretch")
        row.button(
            ":material/delete:",
            type="tertiary",
            key=f"remove-{draft.digest}-{number}",
            help=f"Remove step {number}",
            on_click=_remove,
            args=(draft, number - 1),
        )
    if draft.recipe.steps:
        st.caption(
            "What a step learns (a median, the frequent categories) is learnt again on the "
            "training rows alone, so that the test rows stay unseen."
        )


def _remove(draft: Draft, position: int) -> None:
    steps = draft.recipe.steps
    draft.change(recipe=Recipe(steps[:position] + steps[position + 1 :]))


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
    step = ask_step(kind, view.frame, view.schema, key=f"{kind}-{len(draft.recipe.steps)}")
    if step is None:
        return
    try:
        seen = preview(Recipe(), step, view.frame, view.schema)
    except DataError as error:
        st.warning(str(error), icon=":material/error:")
        return
    _preview(step, seen)
    st.button(
        "Add this step",
        icon=":material/add:",
        key="add-step",
        on_click=_then,
        args=(draft, step),
        disabled=not (seen.cells_touched or seen.rows_dropped),
    )


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


def _preview(step: Step, seen: StepPreview) -> None:
    st.markdown(f"**{step.title}**  \n{touched(seen)}")
    rows = before_and_after(step, seen)
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
