"""The data dictionary as a file: downloaded, filled in elsewhere, and uploaded again."""

from collections.abc import Callable
from pathlib import PurePath

import pandas as pd
import streamlit as st

from core.data.dictionary import Import, dictionary_frame, read_dictionary
from core.errors import LendlensError
from core.formatting import count, of
from ui.components.shelf import shelf
from ui.components.table import csv_download, table
from ui.components.words import problem
from ui.data_draft import Draft


def dictionary(draft: Draft, forget_edits: Callable[[], None]) -> None:
    """Draw a shelf with download and upload; closed, it does nothing.

    Args:
        draft: Whose columns are described.
        forget_edits: Draws the table of columns anew.
    """
    shelf(
        "Data dictionary as a file",
        lambda: _as_a_file(draft, forget_edits),
        key="dictionary",
        icon=":material/menu_book:",
    )


def _as_a_file(draft: Draft, forget_edits: Callable[[], None]) -> None:
    st.markdown(
        "What each column is called, its unit and meaning, what it may hold, and whether "
        "applicants can change it. Forms, charts, reasons and REST use it; values outside what "
        "is allowed are reported here, and flagged when somebody applies."
    )
    stem = PurePath(draft.source.name).name.partition(".")[0]
    csv_download(
        dictionary_frame(draft.schema),
        f"{stem}-dictionary.csv",
        key=f"dictionary-{draft.source.id}",
        label="Download the dictionary",
    )
    _upload(draft, forget_edits)


def _upload(draft: Draft, forget_edits: Callable[[], None]) -> None:
    file = st.file_uploader(
        "Dictionary as CSV",
        type=["csv", "tsv", "txt"],
        key=f"dictionary-file-{draft.source.id}",
        help="One row for each column, as the download has them. Columns are found by name; blank "
        "cells leave what is there. Nothing changes before you say so.",
    )
    if file is None:
        return
    try:
        found = read_dictionary(file.getvalue(), draft.schema)
    except LendlensError as error:
        problem(f"This file was not read. {error}")
        return
    _report(found)
    if found.schema == draft.schema:
        st.markdown(":material/check: Everything that could be read is in the table above.")
        return
    st.button(
        "Use this dictionary",
        key=f"dictionary-use-{draft.source.id}",
        icon=":material/done_all:",
        on_click=_use,
        args=(draft, found, forget_edits),
    )


def _use(draft: Draft, found: Import, forget_edits: Callable[[], None]) -> None:
    if draft.change(schema=found.schema):
        forget_edits()


def _report(found: Import) -> None:
    """Say what became of every part of the file."""
    st.markdown(
        f"It describes {of(len(found.matched), len(found.schema.columns), 'columns')}."
        + (f" {_left(found)} could not be read and changed nothing." if found.problems else "")
    )
    rows = [(what, which) for what, several in _parts(found) for which in several]
    table(
        pd.DataFrame(rows, columns=["What", "Which"]),
        alt="What became of every part of the dictionary",
        column_config={
            "What": st.column_config.TextColumn(width=150),
            "Which": st.column_config.TextColumn(width=560),
        },
    )


def _left(found: Import) -> str:
    several = len(found.problems)
    return f"{count(several)} cell{'s' if several > 1 else ''} or row{'s' if several > 1 else ''}"


def _parts(found: Import) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("Could not be read", found.problems),
        ("Not in this loan file", found.unknown),
        ("Heading not used", found.unused),
        ("Described", found.matched),
        ("Not described", found.undescribed),
    )
