"""What a study has found so far: a sentence, and four figures."""

import streamlit as st

from core.formatting import MISSING, duration, interval, metric, percent, typeset
from core.formatting import count as counted
from core.jobs.tune_request import Trial, best, first_complete, trials, used_s
from core.store.tables import Job, Study
from ui.components.metrics import Figure, metric_row
from ui.tuning_trials import STATES

LOSS_HELP = (
    "Log-loss of rows that the networks had left out: the lower, the closer the probabilities are "
    "to what happened. Of all training and validation rows with several folds."
)


def findings(study: Study) -> None:
    """Say in one sentence what came of it."""
    tried = trials(study)
    winner, first = best(tried), first_complete(tried)
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


def figures(study: Study, job: Job) -> None:
    """Draw the best loss, its gain, the number of trials and the budget used."""
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
