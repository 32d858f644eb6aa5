"""One study on screen: live while it runs, how it ended, and the way on."""

from itertools import count

import streamlit as st

from core.formatting import duration
from core.jobs.tune_request import (
    MINUTES,
    best,
    resume_study,
    run_of_best,
    standing,
    stop_study,
    train_best,
    trials,
    used_s,
)
from core.model.search_space import SETTINGS
from core.store.tables import Job, Study
from ui import links
from ui.components.jobs import polled, progress_text
from ui.components.page import failures
from ui.components.words import literal
from ui.session import workspace
from ui.tuning_evidence import evidence, settings_of_winner, shown
from ui.tuning_findings import figures, findings
from ui.tuning_trials import depth

ACTIVE = ("waiting", "running", "stopping")


def show(study: Study) -> None:
    """Draw a study; while it runs, once a second."""
    if standing(study, _job(study)) in ACTIVE:
        st.fragment(_live, run_every=1.0)(study.id, count())
    else:
        _ended(study)


def _live(study_id: str, looks: "count[int]") -> None:
    asked_again = polled(looks)
    study = workspace().registry.study(study_id)
    job = _job(study)
    if standing(study, job) not in ACTIVE and asked_again:
        st.rerun()  # the whole page: what to do next is there now
    bar, stop = st.columns([5, 1], vertical_alignment="center")
    share = min(1.0, used_s(study, job) / study.budget_s)
    bar.progress(share, text=_now(study, job))
    stopping = standing(study, job) == "stopping"
    stop.button(
        "Stopping" if stopping else "Stop",
        disabled=stopping,
        icon=":material/stop:",
        width="stretch",
        key="stop-study",
        help="What was found is kept, and the study can go on later.",
        on_click=stop_study,
        args=(workspace(), study.id),
    )
    _tried_now(study, job)
    findings(study)
    figures(study, job)
    evidence(study)
    st.caption("Tuning goes on when you leave this page or close the browser.")
    depth(study)


def _now(study: Study, job: Job) -> str:
    if standing(study, job) == "stopping":
        return "Stopping the trial that runs"
    if job.status == "queued":
        return "Waiting for a free worker"
    return progress_text(job)


def _tried_now(study: Study, job: Job) -> None:
    """Say what the running trial tries."""
    values = job.result.get("values", {})
    if job.status == "running" and values:
        told = " · ".join(
            f"{SETTINGS[name].label.lower()} {shown(value)}" for name, value in values.items()
        )
        st.caption(f"Trial {job.result['number']} tries {told}")


def _ended(study: Study) -> None:
    _how_it_ended(study, _job(study))
    findings(study)
    figures(study, _job(study))
    _next_steps(study)
    evidence(study)
    settings_of_winner(study)
    depth(study)


def _how_it_ended(study: Study, job: Job) -> None:
    where = standing(study, job)
    if where == "failed":
        st.error(
            literal(job.error or "The last trial ended without a word."),
            title="The study failed",
            icon=":material/error:",
        )
    elif where == "broken_off":
        st.warning(
            f"{literal(job.error.partition('. ')[0])}. Search on, and that trial is tried again "
            "first; nothing else is lost.",
            title="The study was broken off",
            icon=":material/warning:",
        )
    elif where == "stopped":
        st.info(
            "Stopped. Search on whenever you like: the trial that was interrupted is tried again "
            "first.",
            icon=":material/stop_circle:",
        )
    elif study.used_s < study.budget_s:
        st.info(
            "Every combination of these values was tried before the budget was used.",
            icon=":material/done_all:",
        )
    if job.output and where in ("failed", "broken_off"):
        with st.expander("Last output of the worker"):
            st.code(job.output, language=None, wrap_lines=True)


def _next_steps(study: Study) -> None:
    """Draw the way on: train the winner, or search longer."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _train(study)
        _go_on(study)


def _train(study: Study) -> None:
    if best(trials(study)) is None:
        return
    if run := run_of_best(workspace(), study):
        links.link(
            f"The winner's run: {literal(run.name)}",
            "training",
            run=run.id,
            icon=":material/check:",
        )
        return
    if st.button(
        "Train the winner",
        type="primary",
        icon=":material/play_arrow:",
        key="train-best",
        help="Starts an ordinary run with these settings; its test rows were never looked at.",
    ):
        with failures():
            run = train_best(workspace(), study)
            links.go("training", run=run.id)


def _go_on(study: Study) -> None:
    left_s = study.budget_s - study.used_s
    more = st.number_input(
        "Minutes to add",
        0,
        1440,
        0 if left_s >= 60 else MINUTES,
        5,
        key=f"more-{study.id}-{study.budget_s:g}",
        width=160,
        help=f"{duration(max(0.0, left_s))} of the budget are left.",
    )
    if st.button("Search on", icon=":material/resume:", key="resume-study"):
        with failures():
            resume_study(workspace(), study.id, more)
            st.rerun()


def _job(study: Study) -> Job:
    return workspace().registry.job(study.job_id)
