"""The ledger: every recorded decision, and each one in full by its address."""

import streamlit as st

from core.errors import NotFoundError
from ui.components.page import empty_state, failures, page_header
from ui.components.words import literal
from ui.decisions_list import back_to_list, decision_list
from ui.decisions_record import about, decision_record
from ui.session import workspace

registry = workspace().registry
asked = st.query_params.get("decision")
if asked is None:
    page_header("Decisions", "What was decided about whom, by which model, and why?")
    if not registry.num_decisions():
        empty_state("No decision has been recorded yet.", "Score an applicant", "scoring")
        st.stop()
    with failures():
        decision_list()
    st.stop()
try:
    entry = registry.decision(asked)
except NotFoundError as error:
    page_header("Decisions", "What was decided about whom, by which model, and why?")
    st.warning(literal(str(error)), icon=":material/search_off:")
    back_to_list()
    st.stop()
st.set_page_config(page_title=f"Decision {entry.applicant_ref}")
back_to_list()
page_header(f"Decision on {entry.applicant_ref}", about(entry))
with failures():
    decision_record(entry)
