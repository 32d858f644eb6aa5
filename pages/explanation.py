"""What moves the network's risk, over all applicants and for one."""

import streamlit as st

from core.decision.scoring import Scorer
from core.explanation.reference import NAMES
from core.jobs.explain_request import active_explanation
from ui.components.page import empty_state, failures, page_header
from ui.components.pickers import model_name, pick_model
from ui.explanation_applicant import applicant_section
from ui.explanation_data import stored_picture
from ui.explanation_depth import depth
from ui.explanation_field import field_section
from ui.explanation_overall import answer, evidence, not_yet, progress
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
    scorer = Scorer.load(workspace(), model.id)
    compared_with = st.segmented_control(
        "Compared with",
        list(scorer.references),
        format_func=lambda kind: NAMES[kind].capitalize(),
        default=next(iter(scorer.references)),
        required=True,
        key="compared-with",
        bind="query-params",
        help="Contributions say how far an applicant is from this group.",
    )
    reference = scorer.references[compared_with]
    picture = stored_picture(scorer, compared_with)
    if picture is None:
        not_yet(scorer, compared_with, reference)
    else:
        if job := active_explanation(workspace(), model.id, compared_with):
            progress(job)
        answer(scorer, picture, reference)
        evidence(picture)
        field_section(picture)
    if scorer.bundle.settings.additive:
        shapes_section(scorer, reference)
    applicant_section(scorer, workspace().registry.run(model.run_id), compared_with, picture)
    depth(scorer, picture, reference, compared_with)
