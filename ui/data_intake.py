"""How a loan file comes in: an upload or a sample, and how its text is read."""

from typing import Any

import streamlit as st

from core.data import catalog
from core.data.dialect import DELIMITERS, ENCODINGS, Dialect, detect
from core.data.samples import SAMPLES, Sample
from core.errors import LendlensError
from core.store.tables import Source
from ui import links
from ui.components.pickers import pick
from ui.components.table import table
from ui.data_draft import source_rows
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
    """Offer the upload and the samples."""
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
        "One row for each loan, one column for how it turned out. CSV or any delimited text.",
        max_upload_size=limit,
        key="upload",
    )
    if uploaded is None:
        return
    failed = st.session_state.get("upload-failed")
    dialect = None
    if failed and failed["file"] == uploaded.file_id:
        st.error(failed["message"], icon=":material/error:")
        guess = _guess(uploaded.getvalue())
        if guess is None:
            return
        dialect = _ask_dialect(guess, "upload", "Read it this way", wide=False)
        if dialect is None:
            return
    try:
        with st.spinner(f"Reading {uploaded.name}"):
            source = catalog.add_source(workspace(), uploaded.name, uploaded.getvalue(), dialect)
    except LendlensError as error:
        st.session_state["upload-failed"] = {"file": uploaded.file_id, "message": str(error)}
        st.rerun()
    links.go("data", source=source.id)


def _guess(raw: bytes) -> Dialect | None:
    """Return how the file seems to be written; None where no choice of a dialect would help."""
    try:
        return detect(raw)
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
        st.warning(note, icon=":material/info:")
    changed = _ask_dialect(dialect, source.id, "Read the file again")
    if changed and changed != dialect:
        links.go("data", source=catalog.reread(workspace(), source.id, changed).id)
    rows = source_rows(source.id).head(10)
    st.caption(f"The first {len(rows)} rows of {source.filename} as read")
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
    return Dialect(delimiter, decimal, encoding, header) if pressed else None


def _choose(place: Any, label: str, names: dict[Any, str], now: Any, key: str) -> Any:
    options = list(names)
    return place.selectbox(
        label, options, options.index(now), format_func=names.__getitem__, key=f"{label}-{key}"
    )
