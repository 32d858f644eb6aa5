"""Studies: the one in view, the one that runs now, and earlier ones."""

import pandas as pd
import streamlit as st

from core.formatting import duration
from core.jobs.tune_request import Standing, best, standing, trials
from core.store.tables import Study
from ui import links
from ui.components.jobs import under_way
from ui.components.pickers import pick
from ui.components.table import table
from ui.session import workspace

STANDINGS: dict[Standing, str] = {
    "waiting": "Waiting",
    "running": "Running",
    "stopping": "Stopping",
    "stopped": "Stopped",
    "done": "Finished",
    "failed": "Failed",
    "broken_off": "Broken off",
}


def pick_study() -> Study | None:
    """Let the visitor choose a study; bound to `?study=`."""
    return pick("study", "Study", workspace().registry.studies(), lambda study: study.name)


def tuning_now() -> None:
    """Draw one line for each study that waits or runs, with the way to it."""
    jobs = {job.id: job for job in workspace().registry.jobs(active=True, kind="trial")}
    for study in workspace().registry.studies() if jobs else []:
        if job := jobs.get(study.job_id):
            under_way(study.name, job, "tuning", study=study.id)


def earlier_studies() -> None:
    """Draw the list; choosing a row opens its study."""
    studies = workspace().registry.studies()
    if not studies:
        return
    st.subheader("Earlier studies", anchor=False)
    chosen = table(
        pd.DataFrame([_row(study) for study in studies]),
        alt="Earlier studies with where they stand",
        key="earlier-studies",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Best log-loss": st.column_config.NumberColumn(
                format="%.4f", help="On rows that the networks had left out; lower is better."
            ),
            "Started": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
        },
    )
    st.caption("Choose a row to open its study.")
    if rows := chosen.selection.rows:
        links.go("tuning", study=studies[rows[0]].id)


def _row(study: Study) -> dict[str, object]:
    tried = trials(study)
    winner = best(tried)
    return {
        "Study": study.name,
        "Status": STANDINGS[standing(study, workspace().registry.job(study.job_id))],
        "Best log-loss": float("nan") if winner is None else winner.loss,
        "Trials": len(tried),
        "Time used": duration(study.used_s),
        "Started": study.created_at,
    }
