"""What moves the network's risk, over all applicants and for one."""

import streamlit as st

from core.decision.scoring import Scorer
from core.jobs.explain_request import active_explanation
from ui.cohorts import pick_cohort
from ui.components.page import empty_state, failures, page_header
from ui.components.pickers import model_name, pick_model
from ui.explanation_applicant import applicant_section
from ui.explanation_cohort import cohort_section, pick_population
from ui.explanation_data import stored_picture
from ui.explanation_depth import depth
from ui.explanation_field import field_section
from ui.explanation_more import more
from ui.explanation_overall import answer, evidence, not_yet, progress
from ui.explanation_selection import selection_shelf
from ui.explanation_shapes import shapes_section
from ui.session import workspace

with page_header(
    "Explanation", "What moves the risk the model sees, overall and for one applicant?"
):
    model = pick_model()
if model is None:
    empty_state("There is no model to explain yet.", "Train a network", "training")
    st.stop()
st.set_page_config(page_title=f"Explanation · {model_name(model)}")

with failures():
    run = workspace().registry.run(model.run_id)
    whom, whose = st.columns([3, 2], gap="medium")
    with whose:
        cohort = pick_cohort(run)
    with whom:
        scorer, compared_with = pick_population(Scorer.load(workspace(), model.id), cohort)
    reference = scorer.references[compared_with]
    picture = stored_picture(scorer, compared_with)
    if picture is None:
        not_yet(scorer, compared_with, reference)
    else:
        if job := active_explanation(workspace(), model.id, compared_with):
            progress(job, len(picture.explained))
        answer(scorer, picture, reference)
        evidence(picture)
        if cohort is not None:
            cohort_section(picture, cohort, run)
        field_section(scorer, picture)
        more(scorer, picture, reference, compared_with)
        selection_shelf(scorer, run, picture, compared_with)
    if scorer.bundle.settings.additive:
        shapes_section(scorer, reference)
    applicant_section(scorer, run, compared_with, picture)
    depth(scorer, picture, reference, compared_with)
