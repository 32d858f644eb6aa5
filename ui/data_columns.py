"""What each column is for: types, roles and names, with the reason for each proposal."""

from dataclasses import replace
from typing import Any, get_args

import pandas as pd
import streamlit as st

from core.data.allowed import CHANGEABLE, Allowed, Bound
from core.data.dictionary_cells import bound_cell, read_bound, read_values, values_cell
from core.data.roles import propose_bad_value, protected_ground
from core.data.schema import Column, Kind, Role, Schema
from core.data.step import listing
from core.data.tally import tally
from core.errors import SchemaError
from ui.components.words import literal, problem
from ui.data_dictionary import dictionary
from ui.data_draft import Draft, View, source_rows

_PLAIN = ("name", "role", "kind", "confidence", "why", "label", "unit")
_FURTHER = ("changeable", "group", "description")
_VERSION = "columns-version"


def columns(draft: Draft, _: View) -> None:
    """Draw the outcome, the note on protected columns, the table of all columns and its file."""
    _outcome(draft)
    _protected(draft.schema)
    _editor(draft)
    dictionary(draft, forget_edits)


def _outcome(draft: Draft) -> None:
    names = draft.schema.names
    now = draft.schema.outcome
    left, right = st.columns(2)
    chosen = left.selectbox(
        "Outcome",
        names,
        names.index(now.name) if now else None,
        placeholder="Which column says how the loan turned out?",
        help="The column that says how the loan turned out. A model learns to predict it.",
        key=_key("outcome", draft),
    )
    if chosen and (now is None or chosen != now.name):
        if draft.change(schema=with_outcome(draft.schema, chosen, source_rows(draft.source.id))):
            _bump()
        st.rerun()
    if now is None:
        return
    values = tally(source_rows(draft.source.id)[now.name]).most_frequent(50)
    bad = right.selectbox(
        "Value that means bad",
        values,
        values.index(draft.schema.bad_value) if draft.schema.bad_value in values else None,
        placeholder="Which value means that the loan was not repaid?",
        help="The probability shown everywhere is the probability of this value.",
        key=_key(f"bad-{now.name}", draft),
    )
    if bad != draft.schema.bad_value:
        draft.change(schema=replace(draft.schema, bad_value=bad))
        st.rerun()


def with_outcome(schema: Schema, name: str, frame: pd.DataFrame) -> Schema:
    """Return the schema with another outcome; the one before becomes an ignored column."""
    for column in schema.with_role("outcome"):
        schema = schema.change(column.name, role="ignore", why="Was the outcome before.")
    schema = schema.change(
        name, role="outcome", kind="category", why="Chosen by you.", confidence=""
    )
    return replace(schema, bad_value=propose_bad_value(frame[name]))


def _protected(schema: Schema) -> None:
    columns = schema.with_role("protected")
    names = [column.label for column in columns]
    if not names:
        return
    names_said = literal(listing(names))
    has_age = any(protected_ground(column.name) == "Age" for column in columns)
    st.info(
        f"{names_said} {'is' if len(names) == 1 else 'are'} protected. Lending law forbids to "
        "decide by sex, marital status, nationality, race or religion, and allows age only under "
        "strict conditions. Protected columns are kept out of the model, and kept in the data "
        "set, so that you can assess whether its decisions treat people differently."
        + (" To use age as a feature, change its role." if has_age else ""),
        icon=":material/shield_person:",
    )


def _editor(draft: Draft) -> None:
    key = _key("columns", draft)
    table = pd.DataFrame([_cells(column) for column in draft.schema.columns])
    # The table drawn first stays the base of the edits, so that the cursor keeps its place.
    base = st.session_state.setdefault(f"{key}-base", table)
    st.data_editor(
        base,
        key=key,
        hide_index=True,
        height="content",
        disabled=["name", "confidence", "why"],
        column_config=_config(),
        alt="Columns with role, type, reason, label, unit, what is allowed, group and description",
    )
    _take(draft, key, base)


def _cells(column: Column) -> dict[str, str]:
    """Return what the table shows of a column."""
    return {
        **{name: getattr(column, name) for name in _PLAIN},
        "low": bound_cell(column.allowed.low),
        "high": bound_cell(column.allowed.high),
        "values": values_cell(column.allowed.values),
        **{name: getattr(column, name) for name in _FURTHER},
    }


_SURE = (
    "How sure the proposed role and type are. sure: name and values say so · likely: one of them "
    "does · guess: look at it before you go on · blank: chosen by you"
)
_ALLOWED = (
    "A number, or a date such as 2026-01-31. Values outside are reported as a finding, and flagged "
    "when somebody applies; they are scored all the same."
)


def _config() -> dict[str, Any]:
    text = st.column_config.TextColumn
    roles = st.column_config.SelectboxColumn(
        "Role", options=list(get_args(Role)), required=True, width=105,
        help="outcome: what is predicted · feature: learnt from · protected: only for fairness "
        "checks · date: orders the rows in time · identifier: names a row · ignore: left out",
    )  # fmt: skip
    kinds = st.column_config.SelectboxColumn(
        "Type", options=list(get_args(Kind)), required=True, width=95, help="How values are read"
    )
    return {
        "name": text("Column", pinned=True, width=150),
        "role": roles,
        "kind": kinds,
        "confidence": text("Sure", width=70, help=_SURE),
        "why": text("Why", width=230),
        "label": text("Called", width=140, help="The name on screen"),
        "unit": text("Unit", width=110),
        "low": text("Allowed from", width=105, help=_ALLOWED),
        "high": text("Allowed to", width=95, help=_ALLOWED),
        "values": text(
            "Allowed values", width=150,
            help="Separated by semicolons. Beside a range they are allowed as well, such as a code "
            "for not known.",
        ),
        "changeable": st.column_config.SelectboxColumn(
            "Changeable", options=list(CHANGEABLE), width=100,
            help="Whether applicants can change it themselves, and which way. What would lead to "
            "approval begins with these; where nothing is said, the name decides.",
        ),
        "group": text("Group", width=110, help="Heading in the scoring form"),
        "description": text("Meaning", width=300),
    }  # fmt: skip


def _take(draft: Draft, key: str, base: pd.DataFrame) -> None:
    """Keep what was edited; draw the table anew when more than the edited cells changed."""
    edits = {
        str(base["name"].iloc[int(row)]): changes
        for row, changes in st.session_state[key]["edited_rows"].items()
    }
    schema, others_changed = draft.schema, False
    for name, changes in edits.items():
        try:
            schema, more = edited(schema, {name: changes}, source_rows(draft.source.id))
        except SchemaError as error:
            problem(f"{name} was not changed. {error}")
            continue
        others_changed |= more
    if schema == draft.schema:
        return
    if not draft.change(schema=schema) or others_changed:
        _bump()
    st.rerun()


def edited(
    schema: Schema, edits: dict[str, dict[str, Any]], frame: pd.DataFrame
) -> tuple[Schema, bool]:
    """Return the schema after edits by column name, and whether other cells follow from them.

    Raises:
        SchemaError: What is allowed cannot be read.
    """
    follows = False
    for name, changes in edits.items():
        now = schema[name]
        wanted = {field: value or "" for field, value in changes.items()}
        shown = _cells(now)
        if all(shown[field] == value for field, value in wanted.items()):
            continue
        if wanted.get("role") == "outcome" and now.role != "outcome":
            schema, follows = with_outcome(schema, name, frame), True
            continue
        if wanted.get("role", now.role) != now.role or wanted.get("kind", now.kind) != now.kind:
            wanted |= {"why": "Chosen by you.", "confidence": ""}
        wanted["label"] = wanted.get("label", now.label) or name
        allowed = _allowed(now, wanted)
        follows |= allowed != now.allowed and "kind" in wanted
        told = {field: value for field, value in wanted.items() if field not in _BOUNDS}
        schema = schema.change(name, **told, allowed=allowed)
        if now.role == "outcome" and schema.outcome is None:
            schema = replace(schema, bad_value=None)
    return schema, follows


_BOUNDS = ("low", "high", "values")


def _allowed(now: Column, wanted: dict[str, Any]) -> Allowed:
    """Return what is allowed after an edit; bounds do not outlive the type they are of."""
    kind = wanted.get("kind", now.kind)
    allowed = now.allowed if kind == now.kind else Allowed(values=now.allowed.values)
    new = (field for field in _BOUNDS if field in wanted and not _kept(now, field, wanted[field]))
    changes: dict[str, Any] = {field: _read(field, wanted[field], kind) for field in new}
    return replace(allowed, **changes)


def _kept(now: Column, field: str, text: str) -> bool:
    """Return whether a cell says what is kept already, maybe as 900,5 for 900.5."""
    try:
        return bool(_read(field, text, now.kind) == getattr(now.allowed, field))
    except SchemaError:
        return False


def _read(field: str, text: str, kind: Kind) -> Bound | tuple[str, ...] | None:
    return read_values(text, kind) if field == "values" else read_bound(text, kind)


def _key(what: str, draft: Draft) -> str:
    return f"{what}-{draft.source.id}-{st.session_state.get(_VERSION, 0)}"


def _bump() -> None:
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1


def forget_edits() -> None:
    """Draw widgets of the draft anew after it changed from elsewhere."""
    _bump()
