"""Looks through a draft: at once where it is small, else in the background; kept in the store.

The page is drawn without what is still being found, asks once a second, and is drawn again then.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

import pandas as pd
import streamlit as st

from core.data import catalog
from core.data.schema import Schema
from core.data.survey import Survey, look_through
from core.formatting import count as counted
from core.store.workspace import Workspace
from ui.components.jobs import polled

AT_ONCE = 2_000_000
"""Cells that are looked through within some 0.3 s, while the page waits."""

_REMEMBERED = 32


@dataclass
class Looking:
    """What this process looks through, one draft after the other."""

    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="look-through")
    )
    under_way: dict[str, "Future[Survey]"] = field(default_factory=dict)
    found: dict[str, Survey] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def at(
        self, workspace: Workspace, digest: str, frame: pd.DataFrame, schema: Schema
    ) -> Survey | None:
        """Return what was seen of a draft; None while it is being looked through.

        Args:
            workspace: Where it is kept.
            digest: Names this state of the draft.
            frame: All rows after all steps.
            schema: Their columns.
        """
        if digest not in self.found:
            survey = catalog.survey(workspace, digest)
            if survey is None and frame.size <= AT_ONCE:
                survey = _look_through(workspace, digest, frame, schema)
            elif survey is None:
                survey = self._in_background(workspace, digest, frame, schema)
            if survey is None:
                return None
            self._remember(digest, survey)
        return self.found[digest]

    def _in_background(
        self, workspace: Workspace, digest: str, frame: pd.DataFrame, schema: Schema
    ) -> Survey | None:
        with self.lock:
            if digest not in self.under_way:
                self._forget_waiting()
                asked = self.pool.submit(_look_through, workspace, digest, frame, schema)
                self.under_way[digest] = asked
            if not self.under_way[digest].done():
                return None
            return self.under_way.pop(digest).result()

    def _remember(self, digest: str, survey: Survey) -> None:
        with self.lock:
            self.found[digest] = survey
            while len(self.found) > _REMEMBERED:
                del self.found[next(iter(self.found))]

    def _forget_waiting(self) -> None:
        """Give up drafts that wait; whoever still looks at one asks again."""
        for digest, asked in list(self.under_way.items()):
            if asked.cancel():
                del self.under_way[digest]


@st.cache_resource(show_spinner=False)
def looking() -> Looking:
    """Return the one of this process."""
    return Looking()


def _look_through(workspace: Workspace, digest: str, frame: pd.DataFrame, schema: Schema) -> Survey:
    found = look_through(frame, schema)
    catalog.keep_survey(workspace, digest, found)
    return found


def wait_for_survey(digest: str, rows: int, columns: int) -> None:
    """Say that a draft is being looked through, and draw the page again when it was."""
    st.fragment(_watch, run_every=1.0)(digest, rows, columns, count())


def _watch(digest: str, rows: int, columns: int, looks: "count[int]") -> None:
    asked = looking().under_way.get(digest)
    if polled(looks) and (asked is None or asked.done()):
        st.rerun()
    st.info(
        f"Looking through {counted(rows)} rows of {columns} columns: profiles and what is odd "
        "appear here once they are found. Go on meanwhile: all else on this page can be used.",
        icon=":material/search:",
    )
