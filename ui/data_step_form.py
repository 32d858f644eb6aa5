"""The settings of each cleaning step, asked for in words."""

from collections.abc import Callable, Sequence
from typing import Any, get_args

import pandas as pd
import streamlit as st

from core.data.schema import Kind, Schema, value_text
from core.data.steps import (
    Clip,
    CodesToMissing,
    DropDuplicates,
    DropMissing,
    Impute,
    MergeRare,
    Ratio,
    SetType,
    Standardise,
    Step,
    YearsBetween,
)

ABOUT: dict[str, str] = {
    "drop_missing": "Rows that lack a value leave the data set. An applicant who is scored later "
    "is never dropped.",
    "impute": "Missing values are filled in. Leave them if being missing says something itself: "
    "a model is told which values are missing.",
    "drop_duplicates": "Only the first of equal rows stays.",
    "set_type": "Values are read as numbers, categories, dates or text; what cannot be read "
    "becomes missing.",
    "codes_to_missing": "Values such as -9 or “unknown” that mean that nothing is known.",
    "clip": "Numbers that cannot be true, such as an age of 144, go to the bound or become "
    "missing.",
    "merge_rare": "Categories that few rows hold become one, “other”. New categories of later "
    "applicants belong to it too.",
    "years_between": "A new column, such as years from birth to application.",
    "ratio": "A new column, such as the loan as a share of the price.",
    "standardise": "Numbers are measured in standard deviations from their mean. The network does "
    "this anyway; use it when you want to see such values.",
}


def ask_step(kind: str, frame: pd.DataFrame, schema: Schema, key: str) -> Step | None:
    """Draw the settings of one kind of step; return the step, or None while some are open."""
    return _FORMS[kind](_Form(frame, schema, key))


class _Form:
    """Widgets that offer the columns a step can work on."""

    def __init__(self, frame: pd.DataFrame, schema: Schema, key: str) -> None:
        self.frame = frame
        self.schema = schema
        self.key = key

    def columns(
        self, *kinds: Kind, chosen: Sequence[str] = (), outcome: bool = False
    ) -> tuple[str, ...]:
        """Ask for one or more columns of these kinds."""
        options = self.names(*kinds, outcome=outcome)
        picked = st.multiselect(
            "Columns",
            options,
            [name for name in chosen if name in options],
            format_func=self.label,
            placeholder="Choose columns" if options else "No column of this type",
            disabled=not options,
            key=f"columns-{self.key}-{'-'.join(kinds)}",
        )
        return tuple(picked)

    def column(self, label: str, kind: Kind) -> str | None:
        """Ask for one column of a kind."""
        options = self.names(kind)
        return st.selectbox(
            label,
            options,
            None,
            format_func=self.label,
            placeholder="Choose a column" if options else f"There is no {kind} column",
            disabled=not options,
            key=f"{label}-{self.key}",
        )

    def choice(self, label: str, options: dict[Any, str]) -> Any:
        """Ask for one of a few."""
        return st.segmented_control(
            label,
            list(options),
            default=next(iter(options)),
            required=True,
            format_func=options.__getitem__,
            key=f"{label}-{self.key}",
        )

    def names(self, *kinds: Kind, outcome: bool = False) -> list[str]:
        """Return the names of the columns of these kinds."""
        return [
            column.name
            for column in self.schema.columns
            if (not kinds or column.kind in kinds) and (outcome or column.role != "outcome")
        ]

    def label(self, name: str) -> str:
        """Return what a column is called on screen."""
        return self.schema[name].label

    def missing(self, names: Sequence[str]) -> list[str]:
        """Return those that lack values."""
        return [name for name in names if self.frame[name].isna().any()]


def _drop_missing(form: _Form) -> Step | None:
    lacking = form.missing(form.names(outcome=True))
    outcome = form.schema.outcome
    likely = [outcome.name] if outcome and outcome.name in lacking else lacking[:1]
    columns = form.columns(chosen=likely, outcome=True)
    return DropMissing(columns) if columns else None


def _impute(form: _Form) -> Step | None:
    methods = {"median": "Median", "most_frequent": "Most frequent", "constant": "A constant"}
    method = form.choice("With", methods)
    kinds: tuple[Kind, ...] = ("number",) if method == "median" else ("number", "category", "text")
    columns = form.columns(*kinds, chosen=form.missing(form.names(*kinds)))
    if method != "constant":
        return Impute(columns, method) if columns else None
    value = st.text_input("Constant", key=f"constant-{form.key}")
    return Impute(columns, "constant", value) if columns and value else None


def _drop_duplicates(form: _Form) -> Step | None:
    chosen = form.choice("Rows are equal when they agree in", {True: "All columns", False: "Some"})
    everything = [c.name for c in form.schema.columns if c.role != "identifier"]
    columns = tuple(everything) if chosen else form.columns(outcome=True)
    return DropDuplicates(columns) if columns else None


def _set_type(form: _Form) -> Step | None:
    kind = form.choice("Type", {kind: kind.capitalize() for kind in get_args(Kind)})
    columns = form.columns()
    return SetType(columns, kind) if columns else None


def _codes(form: _Form) -> Step | None:
    columns = form.columns("number", "category", "text")
    codes = st.multiselect(
        "Codes",
        _frequent(form.frame, columns),
        accept_new_options=True,
        placeholder="Choose or type values that mean missing",
        key=f"codes-{form.key}",
    )
    return CodesToMissing(columns, tuple(codes)) if columns and codes else None


def _frequent(frame: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    values = [value for name in columns for value in frame[name].value_counts().index[:20]]
    return list(dict.fromkeys(value_text(value) for value in values))


def _clip(form: _Form) -> Step | None:
    columns = form.columns("number")
    low, high = st.columns(2)
    lowest = low.number_input("Lowest possible", value=None, key=f"low-{form.key}")
    highest = high.number_input("Highest possible", value=None, key=f"high-{form.key}")
    outside = form.choice("Values outside", {"bound": "Set to the bound", "missing": "Missing"})
    if not columns or (lowest is None and highest is None):
        return None
    return Clip(columns, lowest, highest, outside)


def _merge_rare(form: _Form) -> Step | None:
    columns = form.columns("category")
    share = st.slider(
        "Keep categories that hold at least", 0.5, 10.0, 1.0, 0.5, "%g %%", key=f"share-{form.key}"
    )
    return MergeRare(columns, share / 100) if columns else None


def _years(form: _Form) -> Step | None:
    start, end = form.column("From", "date"), form.column("To", "date")
    name = st.text_input("Name of the new column", key=f"name-{form.key}")
    return YearsBetween(name.strip(), start, end) if start and end and name.strip() else None


def _ratio(form: _Form) -> Step | None:
    top, bottom = form.column("Divide", "number"), form.column("By", "number")
    proposed = f"{form.label(top)} to {form.label(bottom).lower()}" if top and bottom else ""
    name = st.text_input("Name of the new column", proposed, key=f"name-{form.key}-{top}-{bottom}")
    return Ratio(name.strip(), top, bottom) if top and bottom and name.strip() else None


def _standardise(form: _Form) -> Step | None:
    columns = form.columns("number")
    return Standardise(columns) if columns else None


_FORMS: dict[str, Callable[[_Form], Step | None]] = {
    "drop_missing": _drop_missing,
    "impute": _impute,
    "drop_duplicates": _drop_duplicates,
    "set_type": _set_type,
    "codes_to_missing": _codes,
    "clip": _clip,
    "merge_rare": _merge_rare,
    "years_between": _years,
    "ratio": _ratio,
    "standardise": _standardise,
}
