"""The figures of a run on one cohort of its test rows, beside those of all."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import CohortError, ConditionError, EvaluationError
from core.evaluation.comparison import compare_scores
from core.evaluation.holdout import SUBJECT, Holdout
from core.evaluation.intervals import Estimate, num_replicates
from core.evaluation.words import TERMS
from core.explanation.cohort import Cohort, require_enough
from core.formatting import count, percent
from core.store.tables import Run
from ui.cohorts import loan_rows, pick_cohort
from ui.components.page import failures
from ui.components.table import csv_download, table
from ui.components.words import literal
from ui.evaluation_evidence import Evidence
from ui.evaluation_figures import figure_grid
from ui.evaluation_view import figure, worded

NAMES = ("auc", "gini", "ks", "pr_auc", "brier")


def cohort_section(evidence: Evidence, run: Run) -> None:
    """Let the visitor choose a cohort, and judge the network on it."""
    st.header("By cohort", anchor=False)
    with failures():
        cohort = pick_cohort(run)
        if cohort is None:
            st.caption("Choose or make a cohort to see how well the network does for it.")
            return
        try:
            _report(evidence, run, cohort)
        except (CohortError, ConditionError, EvaluationError) as error:
            st.info(literal(str(error)), icon=":material/group_off:")


def _report(evidence: Evidence, run: Run, cohort: Cohort) -> None:
    rows = loan_rows(run)
    inside = rows.holds(cohort, evidence.rows.row_ids)
    require_enough(int(inside.sum()), cohort, len(inside))
    part = _part(evidence.rows, inside)
    found = _estimates(run.id, run.digest, cohort.id, part)
    st.subheader(literal(_finding(cohort, found["auc"], evidence.report.of("auc"))), anchor=False)
    expected, bad = part.scores[SUBJECT].mean(), part.y_true.mean()
    st.markdown(
        f"{count(len(part.y_true))} of {count(len(inside))} test applicants, for whom "
        f"{literal(cohort.sentence(rows.schema))}. {percent(float(bad))} of them defaulted; "
        f"the network expected {percent(float(expected))}."
    )
    figure_grid([figure(name, found[name]) for name in NAMES])
    frame = _beside(found, evidence)
    table(frame, alt="Figures of the network in the cohort and among all test applicants")
    csv_download(frame, "cohort-figures.csv", key="cohort-figures")


def _part(rows: Holdout, inside: np.ndarray) -> Holdout:
    scores = {SUBJECT: rows.scores[SUBJECT][inside]}
    y_true = rows.y_true[inside]
    if y_true.min() == y_true.max():
        only = "defaulted" if y_true[0] else "repaid"
        raise EvaluationError(
            f"All {len(y_true):,} test applicants of this cohort {only}, so nothing can be ranked."
        )
    return replace(rows, y_true=y_true, scores=scores, row_ids=rows.row_ids[inside])


@st.cache_data(max_entries=16, show_spinner="Judging the cohort")
def _estimates(run_id: str, digest: str, cohort_id: str, _part: Holdout) -> dict[str, Estimate]:
    compared = compare_scores(_part, num_replicates(len(_part.y_true)))
    return {one.metric: one.estimate for one in compared}


def _finding(cohort: Cohort, own: Estimate, everyone: Estimate) -> str:
    """Say whether the network ranks the cohort as well as everyone, where intervals part."""
    if own.high < everyone.low:
        return f"The network ranks “{cohort.name}” worse than everyone together"
    if own.low > everyone.high:
        return f"The network ranks “{cohort.name}” better than everyone together"
    return f"The network ranks “{cohort.name}” about as well as everyone together"


def _beside(found: dict[str, Estimate], evidence: Evidence) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Figure": TERMS[name].label,
                "Cohort": " ".join(worded(name, found[name])),
                "All test applicants": " ".join(worded(name, evidence.report.of(name))),
            }
            for name in NAMES
        ]
    )
