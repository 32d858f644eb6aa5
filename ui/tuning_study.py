"""One study on screen: live while it runs, its winner afterwards, and the way on."""

from itertools import count
from typing import Any

import pandas as pd
import streamlit as st

from core.charts.tuning import COMPLETE, GIVEN_UP, history, importances
from core.formatting import MISSING, duration, interval, metric, number, percent, typeset
from core.formatting import count as counted
from core.jobs.tune_request import (
    MINUTES,
    Trial,
    best,
    resume_study,
    run_of_best,
    standing,
    stop_study,
    train_best,
    trials,
    used_s,
)
from core.model.search_space import SETTINGS, SearchSpace
from core.model.settings import NetworkSettings
from core.store.tables import Job, Study
from ui import links, theme
from ui.components.figure import draw
from ui.components.jobs import polled, progress_text
from ui.components.metrics import Figure, metric_row
from ui.components.page import failures
from ui.components.table import table
from ui.session import workspace
from ui.training_settings import settings_line

ACTIVE = ("waiting", "running", "stopping")
STATES = {
    "complete": "Complete",
    "pruned": "Given up early",
    "failed": "Failed",
    "interrupted": "Interrupted",
    "running": "Running",
}
LOSS_HELP = (
    "Log-loss of rows that the networks had left out: the lower, the closer the probabilities are "
    "to what happened. Of all training and validation rows with several folds."
)


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
    _findings(study)
    _figures(study, job)
    _evidence(study)
    st.caption("Tuning goes on when you leave this page or close the browser.")
    _depth(study)


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
            f"{SETTINGS[name].label.lower()} {_shown(value)}" for name, value in values.items()
        )
        st.caption(f"Trial {job.result['number']} tries {told}")


def _ended(study: Study) -> None:
    _how_it_ended(study, _job(study))
    _findings(study)
    _figures(study, _job(study))
    _next_steps(study)
    _evidence(study)
    _winner(study)
    _depth(study)


def _how_it_ended(study: Study, job: Job) -> None:
    where = standing(study, job)
    if where == "failed":
        st.error(
            job.error or "The last trial ended without a word.",
            title="The study failed",
            icon=":material/error:",
        )
    elif where == "broken_off":
        st.warning(
            f"{job.error.partition('. ')[0]}. Search on, and that trial is tried again first; "
            "nothing else is lost.",
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


def _findings(study: Study) -> None:
    """Say in one sentence what came of it."""
    tried = trials(study)
    winner, first = best(tried), _first(tried)
    if winner is None:
        st.markdown(
            "The first trial takes the settings one begins with; every other is compared with it."
        )
    elif winner == first:
        st.markdown(
            f"**No trial has beaten the settings one began with**, which leave a log-loss of "
            f"{metric(winner.loss, 4)} on {counted(winner.rows)} rows that their networks had not "
            "seen."
        )
    else:
        st.markdown(_compared(winner, first))


def _compared(winner: Trial, first: Trial | None) -> str:
    on = f"on {counted(winner.rows)} rows that its networks had not seen"
    if first is None or winner.gain is None:
        return f"**Trial {winner.number} is the best:** log-loss {metric(winner.loss, 4)} {on}."
    if not winner.clear:
        return (
            f"**No clear gain:** trial {winner.number} leaves a log-loss of "
            f"{metric(winner.loss, 4)} {on}, the settings one began with {metric(first.loss, 4)}; "
            "the interval of the difference holds 0."
        )
    return (
        f"**Trial {winner.number} is better than the settings one began with:** it leaves a "
        f"log-loss of {metric(winner.loss, 4)} {on}, those {metric(first.loss, 4)}. It was chosen "
        "by these rows, which flatters it a little; the test rows of its run will judge."
    )


def _figures(study: Study, job: Job) -> None:
    tried = trials(study)
    winner = best(tried)
    states = [trial.state for trial in tried]
    rest = [
        f"{states.count(state)} {STATES[state].lower()}"
        for state in ("complete", "pruned", "failed", "interrupted")
        if states.count(state)
    ]
    used = used_s(study, job)
    metric_row(
        [
            Figure(
                "Best log-loss",
                metric(winner.loss if winner else None, 4),
                f"trial {winner.number} · n = {counted(winner.rows)}" if winner else "none yet",
                LOSS_HELP,
            ),
            Figure(
                "Gain",
                metric(winner.gain[0], 4) if winner and winner.gain else MISSING,
                typeset(interval(*winner.gain[1:], 4)) if winner and winner.gain else "",
                "By how much the log-loss of the best trial is below that of the settings one "
                "began with, row by row on the same rows, with a 95 % interval.",
            ),
            Figure("Trials", counted(len(tried)), ", ".join(rest) or "none has ended"),
            Figure(
                "Budget used",
                duration(used),
                f"of {duration(study.budget_s)} · {percent(used / study.budget_s, 0)}",
                "Time of trials. Waiting for other jobs does not count.",
            ),
        ]
    )


def _next_steps(study: Study) -> None:
    """Draw the way on: train the winner, or search longer."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _train(study)
        _go_on(study)


def _train(study: Study) -> None:
    if best(trials(study)) is None:
        return
    if run := run_of_best(workspace(), study):
        links.link(f"The winner's run: {run.name}", "training", run=run.id, icon=":material/check:")
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


def _evidence(study: Study) -> None:
    if not study.importances:
        _history(trials(study))
        st.caption("Which settings matter can be told once eight trials are complete.")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        _history(trials(study))
    with right:
        _importances(study)


def _history(tried: list[Trial]) -> None:
    points = pd.DataFrame(
        [
            (trial.number, trial.loss, COMPLETE if trial.state == "complete" else GIVEN_UP)
            for trial in tried
            if trial.state in ("complete", "pruned") and trial.loss is not None
        ],
        columns=["number", "loss", "state"],
    ).astype({"loss": float})
    points["best"] = points["loss"].where(points["state"] == COMPLETE).cummin().ffill()
    if points.empty:
        st.subheader("Trials", anchor=False)
        st.caption("Each trial is a dot here once it has ended.")
        return
    winner = best(tried)
    draw(
        history(points, theme.current()),
        f"Trial {winner.number} is the best of {len(tried)}" if winner else "Trials",
        points,
        key="tuning-history",
        alt="Log-loss of each trial, and the lowest so far",
    )


def _importances(study: Study) -> None:
    frame = pd.DataFrame(
        [(SETTINGS[name].label, share) for name, share in study.importances.items()],
        columns=["label", "share"],
    )
    complete = sum(trial.state == "complete" for trial in trials(study))
    first = frame.iloc[0]
    draw(
        importances(frame, theme.current()),
        f"{percent(first['share'], 0)} of the differences come from {first['label'].lower()}",
        frame,
        key="tuning-importances",
        alt="Share of the differences in log-loss that each setting accounts for",
    )
    st.caption(
        f"From {complete} complete trials, by fANOVA"
        + ("; rough, as there are fewer than 30." if complete < 30 else ".")
    )


def _winner(study: Study) -> None:
    """Draw the best settings beside those one began with."""
    tried = trials(study)
    winner, first = best(tried), _first(tried)
    if winner is None:
        return
    st.subheader("Settings of the winner", anchor=False)
    space = SearchSpace.from_json(study.space)
    begun = space.nearest(NetworkSettings.from_json(study.settings))
    table(
        pd.DataFrame(
            [
                {
                    "Setting": each.setting.label,
                    f"Trial {winner.number}": _shown(winner.values[each.name]),
                    "Began with": _shown((first.values if first else begun)[each.name]),
                    "Searched": _range(each.name, each.ends),
                }
                for each in space.parameters
            ]
        ),
        alt="Settings of the best trial beside those one began with",
        key="winner",
        height="content",
    )


def _depth(study: Study) -> None:
    shelf = st.expander("All trials", key="all-trials", on_change="rerun")
    if shelf.open:
        with shelf:
            _all_trials(study)
    method = st.expander("How it searches", key="how-it-searches", on_change="rerun")
    if method.open:
        with method:
            _method(study)
    links.link("Begin another study", "tuning", dataset=study.data_set_id, icon=":material/replay:")


def _all_trials(study: Study) -> None:
    tried = trials(study)
    if not tried:
        st.caption("No trial has ended yet.")
        return
    table(
        pd.DataFrame([_row(trial, study) for trial in reversed(tried)]),
        alt="All trials, the newest first",
        key="trials",
        column_config={
            **{
                setting.label: st.column_config.NumberColumn(format="%.3g")
                for setting in SETTINGS.values()
                if setting.scale != "one of"
            },
            "Log-loss": st.column_config.NumberColumn(format="%.4f"),
            "AUC": st.column_config.NumberColumn(format="%.3f"),
            "Seconds": st.column_config.NumberColumn(format="%.1f"),
        },
    )


def _row(trial: Trial, study: Study) -> dict[str, Any]:
    names = [each.name for each in SearchSpace.from_json(study.space).parameters]
    return {
        "Trial": trial.number,
        "Status": STATES[trial.state],
        "Log-loss": trial.loss,
        "AUC": trial.auc,
        **{SETTINGS[name].label: trial.values.get(name) for name in names},
        "Epochs": trial.epochs,
        "Seconds": trial.seconds,
        "Why": trial.error,
    }


def _method(study: Study) -> None:
    base = NetworkSettings.from_json(study.settings)
    st.markdown(
        f"The first trial is {settings_line(base)}. The next seven are drawn at random within the "
        "limits; from then on a tree-structured Parzen estimator proposes values like those of "
        "the better trials (J. Bergstra et al., *Algorithms for Hyper-Parameter Optimization*, "
        "NeurIPS 2011; Optuna).  \n"
        "A trial that after 10 epochs or more is worse than the median of earlier ones is given "
        "up early. A trial that the end of the budget cuts off does not count; it is the first to "
        f"be tried if minutes are added. Seed {base.seed}: the same seed proposes the same trials."
    )


def _first(tried: list[Trial]) -> Trial | None:
    """Return the complete trial that took the settings one begins with, as the very first does."""
    return next(
        (each for each in tried if each.state == "complete" and each.values == tried[0].values),
        None,
    )


def _shown(value: Any) -> str:
    if value is None:
        return MISSING
    return value if isinstance(value, str) else number(value)


def _range(name: str, ends: tuple[Any, Any]) -> str:
    if SETTINGS[name].scale == "one of":
        return f"{ends[0]} … {ends[1]}"
    return f"{_shown(ends[0])} to {_shown(ends[1])}, {SETTINGS[name].scale}"


def _job(study: Study) -> Job:
    return workspace().registry.job(study.job_id)
