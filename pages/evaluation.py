"""How well a trained network tells good applicants from bad ones, on its test rows."""

import streamlit as st

from ui.components.page import empty_state, page_header
from ui.components.pickers import pick_run, run_name
from ui.evaluation_checks import checks
from ui.evaluation_cohort import cohort_section
from ui.evaluation_cut_off import cut_off_section
from ui.evaluation_depth import method
from ui.evaluation_evidence import load, newest_model, policy_cut_off
from ui.evaluation_view import challengers, next_step, score_figures, summary, unfinished

with page_header(
    "Evaluation", "How well does the network tell good applicants from bad ones it has never seen?"
):
    run = pick_run()
if run is None:
    empty_state("There is no trained network to judge yet.", "Train a network", "training")
    st.stop()
st.set_page_config(page_title=f"Evaluation · {run_name(run)}")
if not run.digest:
    unfinished(run)
    st.stop()

evidence, model = load(run), newest_model(run)
summary(evidence.report)
score_figures(evidence.report)
challengers(evidence)
checks(run)
proposed = policy_cut_off(model)
if model is None or proposed is None:
    cut_off_section(evidence, evidence.report.cut_off, "the report of this run")
else:
    cut_off_section(evidence, proposed, f"the policy of {model.name}, version {model.version}")
cohort_section(evidence, run)
method(evidence)
if model is not None:
    next_step(model.id)
