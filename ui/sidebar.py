"""Below the navigation: the champion in force and the jobs that run. Nothing else."""

from itertools import count

import streamlit as st

from ui import links
from ui.components.jobs import polled, progress_text
from ui.components.pickers import model_name
from ui.components.words import literal
from ui.session import workspace


def draw() -> None:
    """Draw the sidebar; jobs are polled only while there are any."""
    _champion()
    active = bool(workspace().registry.jobs(active=True))
    st.fragment(_jobs, run_every=1.0 if active else None)(count())


def _champion() -> None:
    champion = workspace().registry.champion()
    if champion is None:
        st.caption("Champion in force: none yet")
        return
    st.caption("Champion in force")
    links.link(
        literal(model_name(champion)), "models", icon=":material/verified:", model=champion.id
    )


def _jobs(looks: "count[int]") -> None:
    asked_again = polled(looks)
    jobs = workspace().registry.jobs(active=True)
    if not jobs:
        if asked_again:
            st.rerun()  # the page may show what has just been finished
        return
    st.caption("Running")
    for job in jobs:
        st.progress(job.done, text=literal(f"{job.title}: {progress_text(job)}"))
