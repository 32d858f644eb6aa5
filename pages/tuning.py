"""Searches for better settings of a network, and shows each study, live and afterwards."""

import streamlit as st

from ui.components.page import empty_state, page_header
from ui.components.pickers import pick_data_set
from ui.tuning_form import tuning_form
from ui.tuning_studies import earlier_studies, pick_study, tuning_now
from ui.tuning_study import show

asked_for_study = "study" in st.query_params
with page_header("Tuning", "Which settings make the network better, and which of them matter?"):
    study = pick_study() if asked_for_study else None
    data_set = None if study else pick_data_set()

if study is not None:
    show(study)
elif data_set is not None:
    tuning_now()
    tuning_form(data_set)
    earlier_studies()
else:
    empty_state("There is no data set to tune on yet.", "Prepare data", "data")
