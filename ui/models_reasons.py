"""The reason list of a model version: its wordings as a table to edit, to download and to load."""

import io
from typing import Any

import pandas as pd
import streamlit as st

from core.data.schema import Schema
from core.decision.scoring import Scorer
from core.decision.wordings import change_wordings
from core.errors import LendlensError
from core.explanation.reason_list import CASES, COLUMNS, LONGEST, SLOTS, ReasonList
from core.explanation.reasons import example
from core.formatting import count, typeset
from core.store.tables import ModelVersion
from ui import links
from ui.components.shelf import shelf
from ui.components.table import csv_download
from ui.components.words import literal, problem
from ui.session import workspace

ABOUT = (
    "A decline names at most four fields that put the applicant above those who just pass. Which "
    "they are follows from the score; here you choose how each is stated, in the notice, in the "
    "record and over REST. A new wording makes a new version, so that records stay true."
)
PREVIEWS = 4
FORMULA = ("'=", "'+", "'-", "'@")


def reason_list(model: ModelVersion) -> None:
    """Draw a shelf with the wordings of a version; closed, it reads nothing."""
    shelf(
        "Words of the principal reasons",
        lambda: _editor(model, Scorer.load(workspace(), model.id)),
        key="shelf-reason-list",
        icon=":material/format_quote:",
    )


@st.fragment
def _editor(model: ModelVersion, scorer: Scorer) -> None:
    schema, kept = scorer.bundle.schema, scorer.wordings
    st.markdown(ABOUT)
    state = f"reason-list-{model.id}"
    loaded: ReasonList = st.session_state.get(f"{state}-loaded", kept)
    edited = _table(loaded, schema, f"{state}-table-{loaded.digest}")
    try:
        wanted = ReasonList.from_frame(edited, schema)
    except LendlensError as error:
        problem(error)
        wanted = kept
    st.caption(f"{_own(wanted)} An emptied wording is the standard one again.")
    _preview(wanted, scorer)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Keep as a new version",
            icon=":material/add:",
            key=f"{state}-keep",
            disabled=wanted == kept,
        ):
            made = change_wordings(workspace(), model.id, wanted)
            links.go("models", model=made.id)
        csv_download(edited, "reason-list.csv", key="reason-list")
        with st.popover("Load CSV", icon=":material/upload_file:"):
            _load(schema, state)


def _table(wordings: ReasonList, schema: Schema, key: str) -> pd.DataFrame:
    slots = ", ".join(f"{{{slot}}}" for slot in SLOTS)
    edited: pd.DataFrame = st.data_editor(
        wordings.frame(schema),
        hide_index=True,
        disabled=[name for name in COLUMNS if name != "Wording"],
        column_order=[name for name in COLUMNS if name != "Field"],
        column_config={
            "Label": st.column_config.TextColumn("Field", width="small"),
            "When": st.column_config.TextColumn(
                width="small", help="How the applicant's value stands to what is typical"
            ),
            "Wording": st.column_config.TextColumn(
                width="large", max_chars=LONGEST, help=f"May hold {slots}"
            ),
        },
        key=key,
    )
    return edited


def _preview(wordings: ReasonList, scorer: Scorer) -> None:
    """Show the first own wordings as an applicant would read them."""
    reference = next(iter(scorer.references.values()))
    pairs = [(name, case) for name, texts in wordings.own.items() for case in texts]
    for name, case in pairs[:PREVIEWS]:
        column = scorer.bundle.schema[name]
        read = example(wordings, column, case, reference)
        st.markdown(f"- {literal(column.label)}, {CASES[case].lower()}: “{literal(typeset(read))}”")
    if len(pairs) > PREVIEWS:
        st.caption(f"And {count(len(pairs) - PREVIEWS)} more.")


def _own(wordings: ReasonList) -> str:
    own = sum(len(texts) for texts in wordings.own.values())
    if not own:
        return "All wordings are the standard ones."
    return f"{count(own)} wording{'s differ' if own > 1 else ' differs'} from the standard."


def _load(schema: Schema, state: str) -> None:
    """Take over a table as the download wrote it."""
    file = st.file_uploader("Reason list as CSV", type="csv", key=f"{state}-file")
    if file is None:
        return
    try:
        loaded = ReasonList.from_frame(_read(file), schema)
    except (LendlensError, ValueError) as error:
        problem(f"This file was not loaded. {error}")
        return
    st.markdown(_own(loaded))
    st.button("Show it in the table", key=f"{state}-use", on_click=_use, args=(loaded, state))


def _use(loaded: ReasonList, state: str) -> None:
    st.session_state[f"{state}-loaded"] = loaded


def _read(file: Any) -> pd.DataFrame:
    frame = pd.read_csv(io.BytesIO(file.getvalue()), dtype=str, encoding="utf-8-sig")
    return frame.map(_as_written)


def _as_written(cell: Any) -> Any:
    """Take away the apostrophe that keeps a spreadsheet from running a cell."""
    return cell[1:] if isinstance(cell, str) and cell.startswith(FORMULA) else cell
