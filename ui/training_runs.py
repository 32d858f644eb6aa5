"""Earlier runs, and the one that trains now."""

import pandas as pd
import streamlit as st

from core.model.settings import PRESETS
from core.store.tables import Job, Run
from ui import links
from ui.components.jobs import under_way
from ui.components.pickers import run_name
from ui.components.table import table
from ui.session import workspace
from ui.training_compare import FEWEST, MOST

STATUS = {
    "queued": "Waiting",
    "running": "Training",
    "done": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
}


def job_of(run: Run) -> Job:
    """Return the job that trains or trained a run."""
    return workspace().registry.job(run.job_id)


def training_now() -> None:
    """Draw one line for each run that waits or trains, with the way to it."""
    active = {job.id: job for job in workspace().registry.jobs(active=True)}
    for run in workspace().registry.runs():
        if job := active.get(run.job_id):
            under_way(run_name(run), job, "training", run=run.id)


def earlier_runs() -> None:
    """Draw the list: one row is opened, two to four finished ones are compared."""
    runs = workspace().registry.runs()
    if not runs:
        return
    st.subheader("Earlier runs", anchor=False)
    jobs = {job.id: job for job in workspace().registry.jobs(limit=1000)}
    chosen = table(
        pd.DataFrame([_row(run, jobs.get(run.job_id)) for run in runs]),
        alt="Earlier runs with their status",
        key="earlier-runs",
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "AUC": st.column_config.NumberColumn(
                "AUC, test rows", format="%.3f", help="0.5 is chance, 1 is perfect."
            ),
            "Started": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
        },
    )
    _act_on([runs[row] for row in chosen.selection.rows])


def _act_on(chosen: list[Run]) -> None:
    finished = [run for run in chosen if run.digest]
    with st.container(horizontal=True, vertical_alignment="center"):
        open_ = st.button(
            "Open", disabled=len(chosen) != 1, key="open-run", icon=":material/open_in_full:"
        )
        compare = st.button(
            "Compare",
            disabled=not (FEWEST <= len(finished) <= MOST and finished == chosen),
            key="compare-runs",
            icon=":material/compare_arrows:",
        )
        st.caption(_hint(chosen, finished))
    if open_:
        links.go("training", run=chosen[0].id)
    if compare:
        links.go("training", compare=",".join(run.id for run in chosen))


def _hint(chosen: list[Run], finished: list[Run]) -> str:
    if len(chosen) > len(finished) and len(chosen) > 1:
        return "Only finished runs can be compared."
    if len(chosen) > MOST:
        return f"At most {MOST} runs can be compared."
    return "Tick one run to open it, two to four to compare them."


def _row(run: Run, job: Job | None) -> dict[str, object]:
    auc = run.summary.get("auc", {}).get("network", {}).get("value")
    status = job.status if job else ("done" if run.digest else "failed")
    return {
        "Run": run_name(run),
        "Preset": PRESETS[run.preset].title,
        "Status": STATUS[status],
        "AUC": float("nan") if auc is None else auc,
        "Best epoch": run.summary.get("best_epoch"),
        "Started": run.created_at,
    }
