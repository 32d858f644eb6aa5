"""The form that makes a cohort: conditions in words, and how many applicants they leave."""

from datetime import date

import numpy as np
import streamlit as st

from core.data.conditions import Condition, Test, possible_tests, to_json
from core.data.schema import Column
from core.errors import LendlensError
from core.explanation.cohort import Cohort
from core.explanation.loan_rows import LoanRows
from core.formatting import of
from ui.components.pickers import told_apart
from ui.components.words import LONGEST_NAME, literal, problem
from ui.session import workspace

DRAFT = "cohort-draft"
WORDS: dict[Test, str] = {
    "is": "is one of",
    "is not": "is none of",
    "at least": "is at least",
    "below": "is below",
    "missing": "is not given",
    "given": "is given",
}
DATED: dict[Test, str] = {**WORDS, "at least": "is on or after", "below": "is before"}
MOST_VALUES = 200


def cohort_form(rows: LoanRows) -> None:
    """Draw the form; saving it shows the new cohort."""
    draft: list[Condition] = st.session_state.setdefault(f"{DRAFT}-{rows.source_id}", [])
    st.markdown("Applicants for whom all of this holds:")
    _added(draft, rows)
    current = _ask(rows, len(draft))
    conditions = (*draft, *([current] if current else []))
    if current:
        st.button(
            "And …",
            key="cohort-and",
            icon=":material/add:",
            type="tertiary",
            on_click=draft.append,
            args=(current,),
        )
    if not conditions:
        return
    try:
        inside = Cohort("", "new", conditions).holds(rows.frame)
    except LendlensError as error:
        problem(error)
        return
    st.caption(f"{of(int(inside.sum()), len(inside), 'applicants of the loan file')}.")
    _save(rows, conditions)


def _added(draft: list[Condition], rows: LoanRows) -> None:
    """List the conditions so far, each with a button that takes it away."""
    for place, condition in enumerate(draft):
        with st.container(horizontal=True, vertical_alignment="center"):
            sentence = condition.sentence(rows.schema[condition.field])
            st.markdown(f"{literal(sentence)}, and")
            st.button(
                "Take away",
                key=f"cohort-drop-{place}",
                type="tertiary",
                icon=":material/close:",
                on_click=draft.__delitem__,
                args=(place,),
            )


def _ask(rows: LoanRows, number: int) -> Condition | None:
    """Ask for one condition; None while it is not complete."""
    names = told_apart(
        {column.name: column.label for column in rows.schema.columns if not column.personal}
    )
    name = st.selectbox(
        "Field",
        list(names),
        None,
        format_func=names.__getitem__,
        placeholder="Choose a field",
        key=f"cohort-field-{number}",
    )
    if name is None:
        return None
    column = rows.schema[name]
    words = DATED if column.kind == "date" else WORDS
    test = st.selectbox(
        "Condition",
        possible_tests(column.kind),
        format_func=words.__getitem__,
        key=f"cohort-test-{number}-{name}",
    )
    if test in ("missing", "given"):
        return Condition(name, test)
    value = _value(rows, column, f"cohort-value-{number}-{name}")
    return Condition(name, test, value) if value not in (None, ()) else None


def _value(rows: LoanRows, column: Column, key: str) -> tuple[str, ...] | float | str | None:
    """Ask for what a field is compared with; None or () while nothing is chosen."""
    values = rows.frame[column.name]
    if column.kind == "date":
        known = values.dropna().sort_values()
        day = st.date_input("Day", known.iloc[len(known) // 2].date(), key=key)
        return day.isoformat() if isinstance(day, date) else None
    if column.kind == "number":
        unit = f" in {column.unit}" if column.unit else ""
        median = float(np.nanmedian(values))
        return float(st.number_input(literal(f"Value{unit}"), value=median, format="%g", key=key))
    frequent = [str(each) for each in values.value_counts().index[:MOST_VALUES]]
    return tuple(st.multiselect("Values", frequent, placeholder="Choose values", key=key))


def _save(rows: LoanRows, conditions: tuple[Condition, ...]) -> None:
    name = st.text_input(
        "Name of the cohort",
        max_chars=LONGEST_NAME,
        placeholder="Such as young renters",
        key="cohort-name",
    )
    if not st.button("Save cohort", key="cohort-save", type="primary"):
        return
    try:
        saved = workspace().registry.add_cohort(rows.source_id, name, to_json(conditions))
    except LendlensError as error:
        problem(error)
        return
    st.session_state.pop(f"{DRAFT}-{rows.source_id}", None)
    st.query_params["cohort"] = saved.id
    st.rerun()
