"""How a loan file comes in: an upload or a sample, and how its text is read."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.data import catalog
from core.data.dialect import DELIMITERS, ENCODINGS, Dialect, detect
from core.data.material import Material
from core.data.personal_data import masked_frame, personal_kind
from core.data.reading import BrokenRowsError, preview
from core.data.rows import BrokenRow
from core.data.samples import SAMPLES, Sample
from core.data.schema import Schema
from core.errors import LendlensError
from core.formatting import count
from core.store.tables import Source
from ui import links
from ui.components.asked import asked_for
from ui.components.pickers import pick
from ui.components.table import table
from ui.components.words import literal, problem
from ui.data_draft import source_rows
from ui.data_reading import AT_ONCE, Reading, readings, watch
from ui.session import workspace

NEW = "new"


def pick_source() -> Source | None:
    """Let the visitor choose a loan file (`?source=`), or ask for another one (`?source=new`)."""
    if st.query_params.get("source") == NEW:
        return None
    sources = workspace().registry.sources()
    if not sources:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = pick("source", "Loan file", sources, lambda source: source.name)
        if st.button("Add file", icon=":material/add:"):
            links.go("data", source=NEW)
    return chosen


def intake() -> None:
    """Offer the upload and the samples; or show how far the upload of `?reading=` is."""
    if id := asked_for(_READING, readings().known, "upload", _NOT_UNDER_WAY):
        _follow(id, readings().known[id])
        return
    upload, samples = st.columns(2, gap="large")
    with upload:
        st.subheader("Upload a loan file", anchor=False)
        _upload()
    with samples:
        st.subheader("Or start from a bundled one", anchor=False)
        for known in SAMPLES:
            _sample(known)
    if workspace().registry.sources():
        links.link("Back to the last file", "data", icon=":material/arrow_back:")


def _upload() -> None:
    limit = workspace().settings.max_upload_mb
    uploaded = st.file_uploader(
        "One row for each loan, one column for how it turned out. CSV or any delimited text, Excel "
        f"or Parquet, also as .gz or .zip. At most {limit:,} MB, unpacked.",
        max_upload_size=limit,
        key="upload",
        help="Whoever runs Lendlens sets the limit: LENDLENS_MAX_UPLOAD_MB, in megabytes.",
    )
    if uploaded is None:
        return
    failed = st.session_state.get(_FAILED)
    dialect = None
    if failed and failed.file_id == uploaded.file_id:
        dialect = _after(failed)
        if dialect is None:
            return
    _read(uploaded, dialect)


_FAILED = "upload-failed"
_READING = "reading"
_NOT_UNDER_WAY = "It has been read or given up, or the server was started anew since."


@dataclass(frozen=True)
class _Failed:
    """Why an upload could not be read.

    Attributes:
        file_id: Of the upload.
        message: What to say.
        guess: How it seems to be written; None where no choice of a dialect would help.
        broken: The rows that may be skipped.
        good: Rows without these.
    """

    file_id: str
    message: str
    guess: Dialect | None
    broken: tuple[BrokenRow, ...] = ()
    good: int = 0


def _failure(
    error: LendlensError, file_id: str, view: memoryview, dialect: Dialect | None
) -> _Failed:
    guess = dialect or _guess(view)
    if isinstance(error, BrokenRowsError):
        return _Failed(file_id, str(error), guess, tuple(error.rows), error.good)
    return _Failed(file_id, str(error), guess)


def _read(uploaded: UploadedFile, dialect: Dialect | None) -> None:
    """Read and keep the file, its first rows in view meanwhile, and go to it."""
    view = uploaded.getbuffer()
    if len(view) > AT_ONCE:
        readings().start(workspace(), uploaded.file_id, uploaded.name, view, dialect)
        st.query_params[_READING] = uploaded.file_id
        st.rerun()
    with st.empty().container():
        _first_rows(view, dialect)
    try:
        with st.spinner(f"Reading {literal(uploaded.name)}", show_time=True):
            source = catalog.add_source(workspace(), uploaded.name, view, dialect)
    except LendlensError as error:
        st.session_state[_FAILED] = _failure(error, uploaded.file_id, view, dialect)
        st.rerun()
    links.go("data", source=source.id)


def _follow(id: str, under_way: Reading) -> None:
    """Show how far a large file is; then go to it, or say why it could not be read."""
    if not under_way.result.done():
        watch(under_way)
        _first_rows(under_way.raw, under_way.dialect)
        return
    try:
        source = under_way.result.result()
    except LendlensError as error:
        dialect = _after(_failure(error, id, under_way.raw, under_way.dialect))
        if dialect:
            readings().start(workspace(), id, under_way.name, under_way.raw, dialect)
            st.rerun()
        if st.button("Upload another file", key="another", icon=":material/upload:"):
            links.go("data", source=NEW)
        return
    under_way.release()
    links.go("data", source=source.id)


def _first_rows(view: memoryview, dialect: Dialect | None) -> None:
    try:
        rows = preview(view, dialect).frame
    except LendlensError:
        return  # the whole file may still be read; if not, that says why
    st.caption("The first rows, as they are being read")
    personal = [str(name) for name in rows if personal_kind(rows[name], str(name))]
    table(
        masked_frame(rows.head(5), personal),
        alt="First rows of the file",
        key="preview",
        height="content",
    )


def _after(failed: _Failed) -> Dialect | None:
    """Say why it failed, and return how to read it instead once that is chosen."""
    problem(failed.message)
    if failed.guess is None:
        return None
    if failed.broken and failed.good and _skip(failed):
        return replace(failed.guess, skip_broken=True)
    return _ask_dialect(failed.guess, "upload", "Read it this way", wide=False)


def _skip(failed: _Failed) -> bool:
    """Show the broken rows; return whether to skip them."""
    rows = [
        {"Line": row.line, "Cells": row.cells or None, "Row": row.text[:200]}
        for row in failed.broken[:_BROKEN_SHOWN]
    ]
    number = len(failed.broken)
    if number > len(rows):
        st.caption(f"The first {len(rows)} of {count(number)} broken rows")
    table(pd.DataFrame(rows), alt="Rows that do not fit the header", key="broken")
    return st.button(
        f"Skip {'this row' if number == 1 else f'these {count(number)} rows'}",
        help=f"{count(failed.good)} rows are read. Those that are skipped are counted, kept with "
        "the file, and can be downloaded.",
        key="skip-broken",
    )


_BROKEN_SHOWN = 20


def _guess(raw: memoryview) -> Dialect | None:
    """Return how the file seems to be written; None where no choice of a dialect would help."""
    try:
        return detect(Material(raw))
    except LendlensError:
        return None


def _sample(known: Sample) -> None:
    with st.container(border=True, key=f"sample-{known.key}"):
        words, button = st.columns([3, 1], vertical_alignment="center")
        words.markdown(f"**{known.title}**  \n{known.sentence}")
        if button.button("Use", key=f"use-{known.key}", width="stretch"):
            links.go("data", source=catalog.add_sample(workspace(), known.key).id)


def reading(source: Source) -> None:
    """Show how the file was read, and read it in another way when asked."""
    dialect = Dialect.from_json(source.dialect)
    for note in source.dialect.get("notes", []):
        st.warning(literal(note), icon=":material/info:")
    if skipped := source.dialect.get("broken"):
        st.download_button(
            f"Download the {count(skipped)} skipped rows",
            data=lambda: catalog.broken_rows(workspace(), source.id),
            file_name=f"{source.filename}.skipped.txt",
            icon=":material/download:",
            key="skipped-rows",
        )
    changed = _ask_dialect(dialect, source.id, "Read the file again")
    if changed and changed != dialect:
        links.go("data", source=catalog.reread(workspace(), source.id, changed).id)
    personal = Schema.from_json(source.schema).personal
    rows = masked_frame(source_rows(source.id).head(10), personal)
    st.caption(f"The first {len(rows)} rows of {literal(source.filename)} as read")
    alt = "First rows of the file"
    table(rows, alt=alt, key=f"first-rows-{source.id}", height="content")


def _ask_dialect(dialect: Dialect, key: str, label: str, *, wide: bool = True) -> Dialect | None:
    """Draw the choices, in one row or two; return them when the button is pressed."""
    with st.form(f"dialect-{key}", border=False):
        columns = st.columns(4) if wide else [*st.columns(2), *st.columns(2)]
        delimiter = _choose(columns[0], "Between cells", DELIMITERS, dialect.delimiter, key)
        marks = {".": "point (3.14)", ",": "comma (3,14)"}
        decimal = _choose(columns[1], "Decimal mark", marks, dialect.decimal, key)
        known = dict.fromkeys((dialect.encoding, *ENCODINGS))
        encodings = {name: name for name in known}
        encoding = _choose(columns[2], "Encoding", encodings, dialect.encoding, key)
        first = {True: "column names", False: "a loan"}
        header = _choose(columns[3], "The first row is", first, dialect.header, key)
        pressed = st.form_submit_button(label)
    if not pressed:
        return None
    return replace(dialect, delimiter=delimiter, decimal=decimal, encoding=encoding, header=header)


def _choose(place: Any, label: str, names: dict[Any, str], now: Any, key: str) -> Any:
    options = list(names)
    return place.selectbox(
        label, options, options.index(now), format_func=names.__getitem__, key=f"{label}-{key}"
    )
