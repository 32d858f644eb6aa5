"""The applicant being typed: kept over page switches in the session, over a refresh by the server.

Widget values die on a page switch and with the session. So the draft is what the form starts
from (a row of the loan file, or typical values) and the fields that were changed since. Once a
field is changed, the address is `?draft=` and a token of `ui.scoring_drafts`; before, `?row=`.
The address decides when it differs from what this visit knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st

from core.data.fields import Field
from core.decision.applicant import Value
from ui.scoring_drafts import DRAFTS, Kept


@dataclass(slots=True)
class Draft:
    """What was typed on one data set's form.

    Attributes:
        form: The data set whose fields the form shows; drafts of other forms stay apart.
        row: The row of the loan file it started from; None for typical values.
        no_row: What the address asked for instead of a row; "" once it was said.
        changes: Fields that differ from the start.
        token: Under which the server keeps it; None while nothing is changed.
        mine: Whether this visit made the token. Two tabs with one address begin with the same
            draft and then each has its own, so that neither overwrites the other.
        lost: Whether the address asked for a draft that is no longer kept.
    """

    form: str
    row: int | None = None
    no_row: str = ""
    changes: dict[str, Value] = field(default_factory=dict, repr=False)
    token: str | None = None
    mine: bool = False
    lost: bool = False

    def key(self, name: str) -> str:
        """Return the widget key of a field."""
        return f"scoring-{self.form}-{name}"

    def address(self) -> dict[str, str]:
        """Return the URL parameters that bring this draft back."""
        if self.token is not None:
            return {"draft": self.token}
        return {} if self.row is None else {"row": str(self.row)}


def draft_of(form: str) -> Draft:
    """Return the draft of a form, as the address or else this visit knows it."""
    drafts: dict[str, Draft] = st.session_state.setdefault("scoring-drafts", {})
    draft = drafts.setdefault(form, Draft(form))
    asked = {name: st.query_params[name] for name in _NAMES if name in st.query_params}
    if asked and asked != draft.address():
        _take(draft, asked.get("draft"), asked.get("row"))
    return draft


_NAMES = ("row", "draft")
LONGEST_ROW = 12
"""Digits; Python refuses to read thousands of them."""


def _take(draft: Draft, token: str | None, row: str | None) -> None:
    """Take over what the address asks for."""
    if token is None:
        draft.row, draft.changes = row_asked_for(row or ""), {}
        draft.no_row = (row or "") if draft.row is None else ""
    elif kept := DRAFTS.find(token):
        if kept.form != draft.form:  # another model was picked; its form has its own draft
            return
        draft.row, draft.changes = kept.row, dict(kept.changes)
    else:
        draft.row, draft.changes = None, {}
    draft.lost = token is not None and not draft.changes
    draft.token, draft.mine = (token if draft.changes else None), False
    forget_widgets(draft)


def restart(draft: Draft, row: int | None) -> None:
    """Begin anew, from a row of the loan file or from typical values."""
    draft.row, draft.changes, draft.lost = row, {}, False
    _keep(draft)
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
    """Take over what the widgets hold; the address holds a token for it."""
    changes = {name: value for name, value in values.items() if value != start[name]}
    if changes != draft.changes:
        draft.changes, draft.lost = changes, False
        _keep(draft)
    mirror(draft)


def _keep(draft: Draft) -> None:
    """Let the server keep what was typed, or forget what is typed no longer."""
    own = draft.token if draft.mine else None
    if draft.changes:
        draft.token = DRAFTS.keep(Kept(draft.form, draft.row, dict(draft.changes)), own)
        draft.mine = True
        return
    if own is not None:
        DRAFTS.forget(own)
    draft.token, draft.mine = None, False


def mirror(draft: Draft) -> None:
    """Write the address where it differs."""
    address = draft.address()
    for name in _NAMES:
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
    """Return a value in the type its widget holds; one of another type becomes a blank."""
    if asked.kind == "number":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if number else None
    if asked.kind == "date":
        return date.fromisoformat(value) if isinstance(value, str) else None
    return value if isinstance(value, str) else None


def row_asked_for(text: str) -> int | None:
    """Return the row an address asks for; None where it is no whole number from 0 on."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_ROW else None
