"""From a loan file to a data set a model can learn from."""

import streamlit as st

from ui.components.asked import asked_for
from ui.components.page import page_header
from ui.components.shelf import shelf
from ui.data_answer import answer
from ui.data_columns import columns
from ui.data_draft import Draft, show_problem
from ui.data_intake import intake, pick_source, reading
from ui.data_profile import profiles
from ui.data_recipe import recipe
from ui.data_saving import saving, undoing
from ui.data_versions import versions

with page_header("Data", "What is in the loan file, and can a model learn from it?"):
    source = pick_source()
if source is None:
    intake()
    st.stop()

draft = Draft.of(source)
with st.spinner("Looking through the file", show_time=True):
    view = draft.look()
show_problem()
answer(draft, view)

parts = {"Profile": profiles, "Columns": columns, "Cleaning": recipe, "Versions": versions}
asked_for("view", parts, "view")
shown = st.tabs(list(parts), key="view", bind="query-params")
for tab, part in zip(shown, parts.values(), strict=True):
    if tab.open:
        with tab:
            part(draft, view)

st.space("small")
undoing(draft)
saving(draft, view)
shelf("How the file is read", lambda: reading(source), key="reading")
