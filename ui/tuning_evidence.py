"""What a study rests on: its trials, which settings mattered, and what the winner changed."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts.tuning import COMPLETE, GIVEN_UP, history, importances
from core.formatting import MISSING, number, percent
from core.jobs.tune_request import Trial, best, first_complete, trials
from core.model.search_space import SETTINGS, SearchSpace
from core.model.settings import NetworkSettings
from core.store.tables import Study
from ui import theme
from ui.components.figure import draw
from ui.components.table import table


def evidence(study: Study) -> None:
    """Draw the trials, and once it can be told, which settings matter."""
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
        polled=True,
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
        polled=True,
    )
    st.caption(
        f"From {complete} complete trials, by fANOVA"
        + ("; rough, as there are fewer than 30." if complete < 30 else ".")
    )


def settings_of_winner(study: Study) -> None:
    """Draw the best settings beside those one began with."""
    tried = trials(study)
    winner, first = best(tried), first_complete(tried)
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
                    f"Trial {winner.number}": shown(winner.values[each.name]),
                    "Began with": shown((first.values if first else begun)[each.name]),
                    "Searched": _range(each.name, each.ends),
                }
                for each in space.parameters
            ]
        ),
        alt="Settings of the best trial beside those one began with",
        key="winner",
        height="content",
    )


def _range(name: str, ends: tuple[Any, Any]) -> str:
    if SETTINGS[name].scale == "one of":
        return f"{ends[0]} … {ends[1]}"
    return f"{shown(ends[0])} to {shown(ends[1])}, {SETTINGS[name].scale}"


def shown(value: Any) -> str:
    """Return the value of a setting as text."""
    if value is None:
        return MISSING
    return value if isinstance(value, str) else number(value)
