"""The form: one widget per field of the model, its flag right beneath it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import streamlit as st

from core.data.fields import Field
from core.decision.applicant import Value, flag, read
from core.errors import InputError
from core.formatting import number, typeset
from ui.components.words import literal
from ui.scoring_draft import Draft, seed_widget

COLUMNS = 2


def applicant_form(
    fields: Sequence[Field], draft: Draft, start: Mapping[str, Value]
) -> tuple[dict[str, Value], bool]:
    """Draw the fields in their groups, each with what is unusual about it.

    Returns:
        Field name to value, None for a blank; and whether every field can be used.
    """
    values: dict[str, Value] = {}
    usable = True
    for heading, members in groupby(_grouped(fields), key=lambda asked: asked.group):
        if heading:
            st.markdown(f"**{literal(heading)}**")
        for line in _lines(list(members)):
            for column, asked in zip(st.columns(COLUMNS), line, strict=False):
                with column:
                    values[asked.name] = _ask(asked, draft, start)
                    usable &= _show_state(asked, values[asked.name])
    return {asked.name: values[asked.name] for asked in fields}, usable


def _grouped(fields: Sequence[Field]) -> list[Field]:
    """Return the fields with those of a group side by side, groups in order of appearance."""
    groups = list(dict.fromkeys(asked.group for asked in fields))
    return sorted(fields, key=lambda asked: groups.index(asked.group))


def _lines(fields: Sequence[Field]) -> Iterable[Sequence[Field]]:
    return (fields[start : start + COLUMNS] for start in range(0, len(fields), COLUMNS))


def _ask(asked: Field, draft: Draft, start: Mapping[str, Value]) -> Value:
    key = seed_widget(draft, asked, start)
    label = literal(f"{asked.label} ({asked.unit})" if asked.unit else asked.label)
    if asked.kind == "number":
        step = 1.0 if asked.whole else None
        return st.number_input(
            label,
            value=None,
            step=step,
            format="%g",
            key=key,
            help=_help(asked),
            placeholder=_hint(asked),
        )
    if asked.kind == "date":
        chosen = st.date_input(
            label,
            value=None,
            min_value="1900-01-01",
            max_value="2199-12-31",
            key=key,
            help=_help(asked),
        )
        return chosen.isoformat() if chosen else None
    return st.selectbox(
        label,
        _choices(asked),
        index=None,
        key=key,
        help=_help(asked),
        placeholder="Not given",
        accept_new_options=True,
    )


def _help(asked: Field) -> str:
    parts = (asked.description, _allowed(asked), _seen(asked))
    return literal(" ".join(part for part in parts if part))


def _hint(asked: Field) -> str:
    """Say in an empty field which range is allowed."""
    return f"Not given ({_range(asked)})" if asked.allowed.has_range else "Not given"


def _range(asked: Field) -> str:
    return typeset(replace(asked.allowed, values=()).words())


def _allowed(asked: Field) -> str:
    words = asked.allowed.words(asked.unit)
    return f"Allowed: {typeset(words)}." if words else ""


def _choices(asked: Field) -> list[str]:
    """Return the categories seen in training, then what else the dictionary allows."""
    return list(dict.fromkeys((*asked.categories, *asked.allowed.values)))


def _seen(asked: Field) -> str:
    """Say in one sentence what the training data holds."""
    if asked.kind == "category":
        return f"Training data: {', '.join(asked.categories[:8])}." if asked.categories else ""
    if asked.low is None:
        return ""
    unit = f" {asked.unit}" if asked.unit else ""
    low, high, middle = (_text(value) for value in (asked.low, asked.high, asked.typical))
    return f"Training data: {low} to {high}{unit}, typically {middle}."


def _text(value: float | str | None) -> str:
    return value if isinstance(value, str) else typeset(number(value))


def _show_state(asked: Field, value: Value) -> bool:
    """Say beneath a field what is unusual or unusable about it; return whether it can be used."""
    try:
        values = read([asked], {asked.name: value})
    except InputError as error:
        (problem,) = error.problems
        st.caption(f":red[:material/error: Expected {literal(problem.expected)}.]")
        return False
    for found in flag([asked], values):
        if found.kind == "missing":
            st.caption(f":material/info: {literal(typeset(found.message))}")
        else:
            st.caption(f":orange[:material/warning: {literal(typeset(found.message))}]")
    return True
