"""What lies one click deeper in a study: every trial, and how it searches."""

from typing import Any

import pandas as pd
import streamlit as st

from core.jobs.tune_request import Trial, trials
from core.model.search_space import SETTINGS, SearchSpace
from core.model.settings import NetworkSettings
from core.store.tables import Study
from ui import links
from ui.components.table import table
from ui.training_settings import settings_line

STATES = {
    "complete": "Complete",
    "pruned": "Given up early",
    "failed": "Failed",
    "interrupted": "Interrupted",
    "running": "Running",
}


def depth(study: Study) -> None:
    """Draw a shelf per question, and the way to another study."""
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
