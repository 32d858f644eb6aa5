"""Progress of a job, watched from any page, tab or browser.

job_progress(run.job_id)          # polls twice a second until it ends, then the page reruns
"""

from itertools import count

import streamlit as st

from core.formatting import duration, percent
from core.store.tables import Job
from ui import links
from ui.components.words import literal, problem
from ui.session import workspace


def job_progress(job_id: str) -> None:
    """Show what a job is doing, how far it is and how long it will take, with a stop button.

    The worker writes to the store and this reads from it: leaving the page changes nothing.
    """
    active = workspace().registry.job(job_id).active
    st.fragment(_watch, run_every=0.5 if active else None)(job_id, count())


def under_way(name: str, job: Job, page: links.PageName, **shown: str) -> None:
    """Draw one line for what waits or runs, with the way to the page that watches it."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{literal(name)}** · {literal(progress_text(job))}")
        links.link("Watch", page, **shown, icon=":material/show_chart:")


def polled(looks: "count[int]") -> bool:
    """Return whether a page that is on screen asks, and not the page that is being drawn.

    A redrawn page can get lost on its way to the browser, which then goes on asking as before. So
    whoever is asked after the end redraws the page each time, and not only the first time.

    Args:
        looks: A new counter for each drawing of the page, given to the fragment that polls.
    """
    return next(looks) > 0


def _watch(job_id: str, looks: "count[int]") -> None:
    asked_again = polled(looks)
    job = workspace().registry.job(job_id)
    if asked_again and not job.active:
        st.rerun()  # the whole page: its results are there now
    if job.active:
        _running(job)
    elif job.status == "failed":
        _failed(job)
    elif job.status == "stopped":
        st.info(literal(f"{job.title} was stopped. {job.message}"), icon=":material/stop_circle:")


def _running(job: Job) -> None:
    bar, stop = st.columns([5, 1], vertical_alignment="center")
    bar.progress(job.done, text=literal(progress_text(job)))
    if job.stop_requested:
        stop.button("Stopping", disabled=True, key=f"stop-{job.id}", width="stretch")
    else:
        stop.button(
            "Stop",
            key=f"stop-{job.id}",
            icon=":material/stop:",
            width="stretch",
            on_click=request_stop,
            args=(job.id,),
        )


def request_stop(job_id: str) -> None:
    """Ask a job to stop; a button's callback, so that the page is drawn once with the answer."""
    workspace().registry.request_stop(job_id)


def _failed(job: Job) -> None:
    problem(f"{job.title} failed. {job.error}")
    if job.output:
        with st.expander("Last words of the worker"):
            st.code(job.output, language=None)


def progress_text(job: Job) -> str:
    """Return message, share done and time left in one line."""
    if job.status == "queued":
        return "Waiting for a free worker"
    left = f" · {duration(job.eta_s)} left" if job.eta_s is not None else ""
    return f"{job.message or 'Starting'} · {percent(job.done, 0)}{left}"
