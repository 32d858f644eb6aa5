"""The applicant being typed: kept over page switches in the session, over a refresh in the URL.

Widget values die on a page switch and with the session. So the draft is what the form starts
from (a row of the loan file, or typical values) and the fields that were changed since; it is
mirrored to `?row=` and `?values=`, and the address decides when both are there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st

from core.data.fields import Field
from core.decision.applicant import Value


@dataclass(slots=True)
class Draft:
    """What was typed on one data set's form.

    Attributes:
        form: The data set whose fields the form shows; drafts of other forms stay apart.
        row: The row of the loan file it started from; None for typical values.
        changes: Fields that differ from the start.
    """

    form: str
    row: int | None = None
    changes: dict[str, Value] = field(default_factory=dict)

    def key(self, name: str) -> str:
        """Return the widget key of a field."""
        return f"scoring-{self.form}-{name}"

    def address(self) -> dict[str, str]:
        """Return the URL parameters that bring this draft back."""
        query = {} if self.row is None else {"row": str(self.row)}
        if self.changes:
            query["values"] = json.dumps(self.changes, separators=(",", ":"), ensure_ascii=False)
        return query


def draft_of(form: str) -> Draft:
    """Return the draft of a form, as the address or else this visit knows it."""
    drafts: dict[str, Draft] = st.session_state.setdefault("scoring-drafts", {})
    draft = drafts.setdefault(form, Draft(form))
    asked = {name: st.query_params[name] for name in ("row", "values") if name in st.query_params}
    if asked and asked != draft.address():
        draft.row, draft.changes = _row(asked.get("row")), _changes(asked.get("values"))
        forget_widgets(draft)
    return draft


def restart(draft: Draft, row: int | None) -> None:
    """Begin anew, from a row of the loan file or from typical values."""
    draft.row, draft.changes = row, {}
    forget_widgets(draft)
    mirror(draft)


def forget_widgets(draft: Draft) -> None:
    """Let every field show the draft again instead of what its widget remembers."""
    prefix = draft.key("")
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]


def seed_widget(draft: Draft, asked: Field, start: Mapping[str, Value]) -> str:
    """Return a field's widget key, its value filled in where the widget is new."""
    key = draft.key(asked.name)
    if key not in st.session_state:
        st.session_state[key] = _shown(asked, draft.changes.get(asked.name, start[asked.name]))
    return key


def keep(draft: Draft, values: Mapping[str, Value], start: Mapping[str, Value]) -> None:
    """Take over what the widgets hold, and mirror it to the address."""
    draft.changes = {name: value for name, value in values.items() if value != start[name]}
    mirror(draft)


def mirror(draft: Draft) -> None:
    """Write the draft to the URL where it differs."""
    address = draft.address()
    for name in ("row", "values"):
        if st.query_params.get(name) == address.get(name):
            continue
        if name in address:
            st.query_params[name] = address[name]
        else:
            del st.query_params[name]


def typical(fields: Sequence[Field]) -> dict[str, Value]:
    """Return the applicant every form starts with: the typical value of each field."""
    return {asked.name: asked.typical for asked in fields}


def _shown(asked: Field, value: Any) -> Any:
    """Return a value in the type its widget holds; what a link spoilt becomes a blank."""
    if asked.kind == "number":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if number else None
    if asked.kind == "date":
        return date.fromisoformat(value) if isinstance(value, str) else None
    return value if isinstance(value, str) else None


def _row(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _changes(text: str | None) -> dict[str, Value]:
    try:
        read = json.loads(text or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
