"""Settings of the cleaning steps about rows and whole columns."""

from datetime import date, datetime
from typing import get_args

import streamlit as st

from core.data.conditions import Test, possible_tests
from core.data.date_text import DATE_FORMATS
from core.data.schema import Kind
from core.data.steps import (
    DropDuplicates,
    DropMissing,
    FilterRows,
    Ratio,
    Rename,
    SetType,
    Step,
    YearsBetween,
)
from ui.data_step_fields import StepForm

SAID: dict[Test, str] = {
    "is": "is one of",
    "is not": "is none of",
    "at least": "is at least",
    "below": "is below",
    "missing": "is missing",
    "given": "is given",
}
_EXAMPLE = datetime(2024, 3, 31, 9, 5)


def drop_missing(form: StepForm) -> Step | None:
    """Ask in which columns values must be there."""
    lacking = form.missing(form.names(outcome=True))
    outcome = form.schema.outcome
    likely = [outcome.name] if outcome and outcome.name in lacking else lacking[:1]
    columns = form.columns(chosen=likely, outcome=True)
    return DropMissing(columns) if columns else None


def drop_duplicates(form: StepForm) -> Step | None:
    """Ask in which columns rows are equal."""
    chosen = form.choice("Rows are equal when they agree in", {True: "All columns", False: "Some"})
    everything = [c.name for c in form.schema.columns if c.role != "identifier"]
    columns = tuple(everything) if chosen else form.columns(outcome=True)
    return DropDuplicates(columns) if columns else None


def filter_rows(form: StepForm) -> Step | None:
    """Ask for a condition."""
    options = form.names(outcome=True)
    name = st.selectbox(
        "Column",
        options,
        None,
        format_func=form.label,
        placeholder="Choose a column",
        key=f"filter-{form.key}",
    )
    if name is None:
        return None
    kind = form.schema[name].kind
    test = form.choice("Keep rows where it", {each: SAID[each] for each in possible_tests(kind)})
    if test in ("missing", "given"):
        return FilterRows(name, test)
    value = _compared(form, name, kind)
    return None if value is None else FilterRows(name, test, value)


def _compared(form: StepForm, name: str, kind: Kind) -> tuple[str, ...] | float | str | None:
    """Ask what a column is compared with."""
    key = f"compared-{form.key}-{name}"
    if kind == "number":
        return st.number_input("Value", value=None, key=key)
    if kind == "date":
        day = st.date_input("Day", value=None, min_value=date(1900, 1, 1), key=key)
        return day.isoformat() if day else None
    values = st.multiselect("Values", form.frequent([name]), accept_new_options=True, key=key)
    return tuple(values) or None


def rename(form: StepForm) -> Step | None:
    """Ask for a column and its new name."""
    options = form.names(outcome=True)
    name = st.selectbox(
        "Column", options, None, placeholder="Choose a column", key=f"rename-{form.key}"
    )
    new = st.text_input("New name", key=f"name-{form.key}")
    return Rename(name, new.strip()) if name and new.strip() else None


def set_type(form: StepForm) -> Step | None:
    """Ask for columns and their type."""
    kind = form.choice("Type", {kind: kind.capitalize() for kind in get_args(Kind)})
    columns = form.columns()
    written = _date_format(form) if kind == "date" else None
    return SetType(columns, kind, written) if columns else None


def _date_format(form: StepForm) -> str | None:
    """Ask how dates are written; None finds it out."""
    return st.selectbox(
        "Written as",
        DATE_FORMATS,
        None,
        format_func=lambda each: f"{_EXAMPLE:{each}}",
        placeholder="Find out",
        key=f"format-{form.key}",
        help=f"The same day, {_EXAMPLE:%d %B %Y}, as each format writes it.",
    )


def years(form: StepForm) -> Step | None:
    """Ask for two dates."""
    start, end = form.column("From", "date"), form.column("To", "date")
    name = st.text_input("Name of the new column", key=f"name-{form.key}")
    return YearsBetween(name.strip(), start, end) if start and end and name.strip() else None


def ratio(form: StepForm) -> Step | None:
    """Ask for two numbers."""
    top, bottom = form.column("Divide", "number"), form.column("By", "number")
    proposed = f"{form.label(top)} to {form.label(bottom).lower()}" if top and bottom else ""
    name = st.text_input("Name of the new column", proposed, key=f"name-{form.key}-{top}-{bottom}")
    return Ratio(name.strip(), top, bottom) if top and bottom and name.strip() else None
