"""Model versions with their evidence, and which of them decides."""

import streamlit as st

from ui.components.page import empty_state, failures, page_header
from ui.components.pickers import model_name, pick_model
from ui.models_actions import actions, history, other_cut_offs, outcome
from ui.models_evidence import figures, origin, versions
from ui.models_reasons import reason_list
from ui.models_rules import policy_rules
from ui.session import workspace

with page_header("Models", "Which versions are there, what speaks for them, and which decides?"):
    model = pick_model()
if model is None:
    empty_state("There is no model yet.", "Train a network", "training")
    st.stop()
st.set_page_config(page_title=f"Models · {model_name(model)}")
champion = workspace().registry.champion()
with failures():
    outcome()
    figures(model)
    actions(model, champion)
    st.header("All versions", anchor=False)
    versions(workspace().registry.models(), champion)
    st.header("Other cut-offs", anchor=False)
    other_cut_offs(model)
    policy_rules(model)
    st.header("Reasons", anchor=False)
    reason_list(model)
    st.header("Publication history", anchor=False)
    history(champion)
    origin(model)
