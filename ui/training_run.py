"""One run on screen while it waits or trains, and its error if it failed."""

import streamlit as st

from core.formatting import metric
from core.jobs.train_request import NETWORK_TRAINED
from core.store.tables import Epoch, Job, Run
from ui import links
from ui.components.jobs import progress_text, request_stop
from ui.components.metrics import Figure, metric_row
from ui.components.words import literal
from ui.session import workspace
from ui.training_calibration import LOSS_HELP
from ui.training_curves import best_epoch, draw_curves

AUC_HELP = (
    "How often the network ranks a bad applicant above a good one: 0.5 is chance, 1 is perfect."
)


def watch(run: Run) -> None:
    """Show a run that waits or trains, twice a second; whoever opens it sees the same."""
    st.fragment(_live, run_every=0.5)(run.id, run.job_id)


def _live(run_id: str, job_id: str) -> None:
    registry = workspace().registry
    job, run = registry.job(job_id), registry.run(run_id)
    if run.digest or not job.active:
        st.rerun()  # the whole page: the result is there now, though a demo may go on
    epochs = registry.epochs(run_id)
    _progress(job, run)
    _figures_so_far(epochs, run)
    draw_curves(epochs, polled=True)
    st.caption("Training goes on when you leave this page or close the browser.")


def _progress(job: Job, run: Run) -> None:
    bar, stop = st.columns([5, 1], vertical_alignment="center")
    bar.progress(job.done, text=progress_text(job))
    crossed = _crossed(run)
    stop.button(
        "Stopping" if job.stop_requested else "Stop",
        disabled=job.stop_requested or (job.done >= NETWORK_TRAINED and not crossed),
        icon=":material/stop:",
        width="stretch",
        key="stop-training",
        help="Keeps the best epoch so far, and the repeats of the cross-validation that are "
        "complete."
        if crossed
        else "Keeps the best epoch so far and finishes the run with it.",
        on_click=request_stop,
        args=(job.id,),
    )


def _crossed(run: Run) -> bool:
    return run.split.get("kind") == "cross_validation"


def _figures_so_far(epochs: list[Epoch], run: Run) -> None:
    last = epochs[-1] if epochs else Epoch(epoch=0)
    best = best_epoch(epochs)
    most = run.settings["epochs"]
    measured = [each for each in epochs if each.val_loss is not None]
    now = measured[-1] if measured else Epoch(epoch=0)
    metric_row(
        [
            Figure(
                "Epoch",
                f"{last.epoch or '–'} of {most:,}",
                f"step {last.step:,} of {last.steps:,}" if last.steps else "starting",
                "One epoch looks at every training row once, in small steps."
                + (
                    " Early stopping mostly ends it long before."
                    if run.settings["patience"]
                    else ""
                ),
            ),
            Figure("Training loss", metric(last.loss), "running mean", LOSS_HELP),
            Figure(
                "Validation AUC",
                metric(now.val_auc),
                f"training {metric(now.auc)}",
                AUC_HELP,
            ),
            Figure(
                "Best epoch",
                f"{best}" if best else "–",
                "lowest validation loss",
                "The epoch whose weights will be kept."
                if run.settings["patience"]
                else "Without early stopping the last epoch is kept, not this one.",
            ),
        ]
    )


def failed(run: Run, job: Job) -> None:
    """Show why a run did not finish, and the way back to its settings."""
    epochs = workspace().registry.epochs(run.id)
    if job.status == "stopped":
        st.info(
            "This run was stopped before there was anything to keep.",
            icon=":material/stop_circle:",
        )
    else:
        st.error(
            literal(job.error or "The training ended without a word."),
            title="Training failed",
            icon=":material/error:",
        )
    if job.output:
        with st.expander("Last output of the worker"):
            st.code(job.output, language=None, wrap_lines=True)
    if st.button("Change settings and train again", type="primary", key="again"):
        links.go("training", dataset=run.data_set_id)
    if best_epoch(epochs):
        draw_curves(epochs)
