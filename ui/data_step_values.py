"""Settings of the cleaning steps that change values."""

from collections.abc import Callable

import streamlit as st

from core.data.schema import Kind
from core.data.steps import (
    Bin,
    Clip,
    CodesToMissing,
    GroupCategories,
    Impute,
    ImputeByGroup,
    MergeRare,
    MissingFlags,
    NormaliseText,
    Step,
    Winsorise,
)
from ui.data_step_fields import Ask, StepForm


def impute(form: StepForm) -> Step | None:
    """Ask for columns and what fills them."""
    methods = {"median": "Median", "most_frequent": "Most frequent", "constant": "A constant"}
    method = form.choice("With", methods)
    kinds: tuple[Kind, ...] = ("number",) if method == "median" else ("number", "category", "text")
    columns = form.columns(*kinds, chosen=form.missing(form.names(*kinds)))
    if method != "constant":
        return Impute(columns, method) if columns else None
    value = st.text_input("Constant", key=f"constant-{form.key}")
    return Impute(columns, "constant", value) if columns and value else None


def impute_by_group(form: StepForm) -> Step | None:
    """Ask for columns, and what tells groups apart."""
    methods = {"median": "Median", "most_frequent": "Most frequent"}
    method = form.choice("With the group's", methods)
    kinds: tuple[Kind, ...] = ("number",) if method == "median" else ("number", "category")
    columns = form.columns(*kinds, chosen=form.missing(form.names(*kinds)))
    by = form.column("Groups", "category")
    return ImputeByGroup(columns, by, method) if columns and by else None


def missing_flags(form: StepForm) -> Step | None:
    """Ask for columns that lack values."""
    columns = form.columns(chosen=form.missing(form.names()))
    return MissingFlags(columns) if columns else None


def codes(form: StepForm) -> Step | None:
    """Ask for columns, and values that mean missing."""
    columns = form.columns("number", "category", "text")
    codes = st.multiselect(
        "Codes",
        form.frequent(columns),
        accept_new_options=True,
        placeholder="Choose or type values that mean missing",
        key=f"codes-{form.key}",
    )
    return CodesToMissing(columns, tuple(codes)) if columns and codes else None


def clip(form: StepForm) -> Step | None:
    """Ask for columns and bounds."""
    columns = form.columns("number")
    low, high = st.columns(2)
    lowest = low.number_input("Lowest possible", value=None, key=f"low-{form.key}")
    highest = high.number_input("Highest possible", value=None, key=f"high-{form.key}")
    outside = form.choice("Values outside", {"bound": "Set to the bound", "missing": "Missing"})
    if not columns or (lowest is None and highest is None):
        return None
    return Clip(columns, lowest, highest, outside)


def winsorise(form: StepForm) -> Step | None:
    """Ask for columns and two percentiles."""
    columns = form.columns("number")
    low, high = st.slider(
        "Keep what lies between these percentiles",
        0.0,
        100.0,
        (1.0, 99.0),
        0.5,
        "%g %%",
        key=f"quantiles-{form.key}",
    )
    return Winsorise(columns, low / 100, high / 100) if columns else None


def bin(form: StepForm) -> Step | None:
    """Ask for columns and a number of ranges."""
    columns = form.columns("number")
    bins = st.slider("Ranges", 2, 20, 5, key=f"bins-{form.key}")
    return Bin(columns, bins) if columns else None


def merge_rare(form: StepForm) -> Step | None:
    """Ask for columns and a share."""
    columns = form.columns("category")
    share = st.slider(
        "Keep categories that hold at least", 0.5, 10.0, 1.0, 0.5, "%g %%", key=f"share-{form.key}"
    )
    return MergeRare(columns, share / 100) if columns else None


def group_categories(form: StepForm) -> Step | None:
    """Ask for values that belong together."""
    name = form.column("Column", "category")
    values = st.multiselect(
        "Values that belong together",
        form.frequent([name] if name else []),
        accept_new_options=True,
        key=f"values-{form.key}-{name}",
    )
    into = st.text_input("Name of the group", key=f"name-{form.key}").strip()
    return GroupCategories((name,), tuple(values), into) if name and values and into else None


def normalise(form: StepForm) -> Step | None:
    """Ask for columns of text."""
    columns = form.columns("category", "text", chosen=form.names("category"))
    lower = st.toggle("Small letters", value=True, key=f"lower-{form.key}")
    return NormaliseText(columns, lower) if columns else None


def of_columns(step: Callable[[tuple[str, ...]], Step], *kinds: Kind) -> Ask:
    """Return the form of a step that asks for columns alone."""

    def ask(form: StepForm) -> Step | None:
        columns = form.columns(*kinds)
        return step(columns) if columns else None

    return ask
