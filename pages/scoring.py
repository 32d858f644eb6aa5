"""One applicant: probability of default, decision, and the reasons in words."""

import streamlit as st

from core.decision.scoring import Scorer
from ui.components.page import empty_state, failures, page_header
from ui.components.pickers import model_name, pick_model
from ui.scoring_desk import desk
from ui.session import workspace

with page_header("Scoring", "How likely is this applicant to default, what follows, and why?"):
    model = pick_model()
if model is None:
    empty_state("There is no model to score with yet.", "Train a network", "training")
    st.stop()
st.set_page_config(page_title=f"Scoring · {model_name(model)}")
with failures():
    desk(Scorer.load(workspace(), model.id), workspace().registry.run(model.run_id))
