"""Large uploads are read by a thread of the server: a refresh or another page loses nothing."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

import streamlit as st

from core.data import catalog
from core.data.dialect import Dialect
from core.store.tables import Source
from core.store.workspace import Workspace
from ui.components.jobs import polled
from ui.components.words import literal

AT_ONCE = 10_000_000
"""Bytes that are read within half a second, while the page waits."""

_MOST = 4
"""Uploads known at a time; of those that could not be read the bytes are kept for another try."""


@dataclass
class Reading:
    """An upload that is being read, or could not be."""

    name: str
    raw: memoryview
    dialect: Dialect | None
    result: "Future[Source]" = field(default_factory=Future)
    done: float = 0.0
    said: str = "Waiting for another file to be read"

    def release(self) -> None:
        """Let go of the bytes of a file that is kept."""
        self.raw = memoryview(b"")

    def tell(self, done: float, said: str) -> None:
        """Note how far it is, in [0, 1], and what is being done."""
        self.done, self.said = done, said


@dataclass
class Readings:
    """What this process reads, one file after the other."""

    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="read")
    )
    known: dict[str, Reading] = field(default_factory=dict)

    def start(
        self, workspace: Workspace, id: str, name: str, raw: memoryview, dialect: Dialect | None
    ) -> None:
        """Read an upload and keep it; what is known under this `id` is replaced."""
        reading = Reading(name, raw, dialect)
        reading.result = self.pool.submit(
            catalog.add_source, workspace, name, raw, dialect, reading.tell
        )
        self.known.pop(id, None)
        self.known[id] = reading
        for old in list(self.known)[:-_MOST]:
            del self.known[old]


@st.cache_resource(show_spinner=False)
def readings() -> Readings:
    """Return those of this process."""
    return Readings()


def watch(reading: Reading) -> None:
    """Draw how far it is, and draw the page again when it has come to an end."""
    st.fragment(_watch, run_every=0.5)(reading, count())


def _watch(reading: Reading, looks: "count[int]") -> None:
    if polled(looks) and reading.result.done():
        st.rerun()
    st.progress(reading.done, literal(f"Reading {reading.name}: {reading.said}"))
    st.caption("It is kept as soon as it is read: the page may be left or refreshed meanwhile.")
