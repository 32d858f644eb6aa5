"""One run on screen: live while it trains, its result afterwards, its error if it failed."""

import pandas as pd
import streamlit as st

from core.charts.training import TRAINING, VALIDATION, curves
from core.formatting import count, duration, interval, metric
from core.jobs.train_request import NETWORK_TRAINED
from core.model.settings import PRESETS, NetworkSettings
from core.store.tables import Epoch, Job, Run
from ui import links, theme
from ui.components.figure import draw
from ui.components.jobs import progress_text, request_stop
from ui.components.metrics import Figure, metric_row
from ui.session import workspace
from ui.training_settings import settings_line, settings_table

AUC_HELP = (
    "How often the network ranks a bad applicant above a good one: 0.5 is chance, 1 is perfect."
)
LOSS_HELP = "Binary cross-entropy: the lower, the closer the probabilities are to what happened."


def watch(run: Run) -> None:
    """Show a run that waits or trains, twice a second; whoever opens it sees the same."""
    st.fragment(_live, run_every=0.5)(run.id, run.job_id)


def _live(run_id: str, job_id: str) -> None:
    registry = workspace().registry
    job, run = registry.job(job_id), registry.run(run_id)
    if run.digest or not job.active:
        st.rerun()  # the whole page: the result is there now, though a demo may go on
    epochs = registry.epochs(run_id)
    _progress(job)
    _figures_so_far(epochs, run)
    _curves(epochs)
    st.caption("Training goes on when you leave this page or close the browser.")


def _progress(job: Job) -> None:
    bar, stop = st.columns([5, 1], vertical_alignment="center")
    bar.progress(job.done, text=progress_text(job))
    stop.button(
        "Stopping" if job.stop_requested else "Stop",
        disabled=job.stop_requested or job.done >= NETWORK_TRAINED,
        icon=":material/stop:",
        width="stretch",
        key="stop-training",
        help="Keeps the best epoch so far and finishes the run with it.",
        on_click=request_stop,
        args=(job.id,),
    )


def _figures_so_far(epochs: list[Epoch], run: Run) -> None:
    last = epochs[-1] if epochs else Epoch(epoch=0)
    best = _best(epochs)
    most = run.settings["epochs"]
    measured = [each for each in epochs if each.val_loss is not None]
    now = measured[-1] if measured else Epoch(epoch=0)
    metric_row(
        [
            Figure(
                "Epoch",
                f"{last.epoch or '–'} of {most:,}",
                f"step {last.step:,} of {last.steps:,}" if last.steps else "starting",
                "One epoch looks at every training row once, in small steps.",
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


def result(run: Run) -> None:
    """Show what a finished run came to, and the next step."""
    if run.summary["stopped"]:
        st.info(
            f"Stopped after {run.summary['epochs']} whole epochs. The best of them was kept, so "
            "this run can be evaluated and used like any other.",
            icon=":material/stop_circle:",
        )
    for sentence in run.summary["findings"][:2]:
        st.markdown(sentence)
    _result_figures(run)
    if st.button(
        "Evaluate this run", type="primary", icon=":material/query_stats:", key="evaluate"
    ):
        links.go("evaluation", run=run.id)
    _curves(workspace().registry.epochs(run.id))
    _depth(run)


def failed(run: Run, job: Job) -> None:
    """Show why a run did not finish, and the way back to its settings."""
    if job.status == "stopped":
        st.info(
            "This run was stopped before its first epoch ended, so there is nothing to keep.",
            icon=":material/stop_circle:",
        )
    else:
        st.error(
            job.error or "The training ended without a word.",
            title="Training failed",
            icon=":material/error:",
        )
    if job.output:
        with st.expander("Last output of the worker"):
            st.code(job.output, language=None, wrap_lines=True)
    if st.button("Change settings and train again", type="primary", key="again"):
        links.go("training", dataset=run.data_set_id)
    epochs = workspace().registry.epochs(run.id)
    if _best(epochs):
        _curves(epochs)


def _result_figures(run: Run) -> None:
    names = {
        "network": ("network", "the network"),
        "logistic": ("logistic", "logistic regression"),
        "trees": ("trees", "boosted trees"),
    }
    auc, seconds = run.summary["auc"], run.summary["seconds"]
    figures = [
        Figure(
            f"AUC, {short}",
            metric(auc[key]["value"]),
            f"{interval(auc[key]['low'], auc[key]['high'])} · n = {count(auc[key]['n'])}",
            f"{AUC_HELP.replace('the network', name)} On test rows, with a 95 % interval.",
        )
        for key, (short, name) in names.items()
    ]
    kept = f"{run.summary['best_epoch']} of {run.summary['epochs']}"
    metric_row(
        [
            *figures,
            Figure(
                "Kept epoch",
                kept,
                f"trained in {duration(seconds['network'])}",
                "With early stopping the one with the lowest validation loss, else the last.",
            ),
        ]
    )


def _depth(run: Run) -> None:
    with st.expander("Settings, split and encoding"):
        summary, settings = run.summary, NetworkSettings.from_json(run.settings)
        parts = ", ".join(f"{count(n)} {part}" for part, n in summary["rows"].items())
        st.markdown(
            f"**{PRESETS[run.preset].title}**: {settings_line(settings)}.  \n"
            f"**Rows**: {parts}. {summary['split']}  \n"
            f"**Input**: {count(summary['slots'])} slots, encoded from the applicant's fields.  \n"
            f"**Challengers**: logistic regression in {duration(summary['seconds']['logistic'])}, "
            f"boosted trees in {duration(summary['seconds']['trees'])}."
        )
        for warning in summary["warnings"]:
            st.warning(warning, icon=":material/warning:")
        settings_table(settings)
    links.link(
        "Train again with other settings",
        "training",
        dataset=run.data_set_id,
        icon=":material/replay:",
    )


def _curves(epochs: list[Epoch]) -> None:
    best = _best(epochs)
    left, right = st.columns(2, gap="large")
    for column, name, y_title in ((left, "loss", "Loss"), (right, "auc", "AUC")):
        points = _points(epochs, name)
        with column:
            draw(
                curves(points, theme.current(), y_title, best),
                _finding(points, name, best),
                points,
                key=f"curve-{name}",
                alt=f"{y_title} of training and validation rows by epoch",
            )


def _finding(points: pd.DataFrame, name: str, best: int | None) -> str:
    values = points[points["part"] == VALIDATION].dropna().set_index("epoch")["value"]
    if best is None:
        return "Loss by epoch" if name == "loss" else "Ranking by epoch"
    if name == "loss":
        return f"Validation loss is lowest in epoch {values.idxmin():.0f}"
    return f"Validation AUC is {metric(float(values[best]))} in epoch {best}"


def _points(epochs: list[Epoch], name: str) -> pd.DataFrame:
    """Return tidy rows; the running epoch stands at the fraction of it that is done."""
    parts = ((TRAINING, name), (VALIDATION, f"val_{name}"))
    rows = [
        (_place(epoch), part, getattr(epoch, field)) for part, field in parts for epoch in epochs
    ]
    return pd.DataFrame(rows, columns=["epoch", "part", "value"]).astype(
        {"epoch": float, "value": float}
    )


def _place(epoch: Epoch) -> float:
    return epoch.epoch if epoch.val_loss is not None else epoch.epoch - 1 + epoch.step / epoch.steps


def _best(epochs: list[Epoch]) -> int | None:
    """Return the epoch with the lowest validation loss."""
    measured = [each for each in epochs if each.val_loss is not None]
    return min(measured, key=lambda each: each.val_loss or 0.0).epoch if measured else None
