"""The entry script of every page: page set-up, navigation, sidebar, and the running page.

It lives outside the folder of `pages/` on purpose: beside it, Streamlit would run a deep-linked
page without this script on the first visit after a start.
"""

import streamlit as st

from ui import links, session, sidebar, theme
from ui.components.page import failures

st.set_page_config(
    page_title="Lendlens",
    page_icon=str(theme.ICON),
    layout="wide",
    menu_items={"About": "Lendlens: see why before you lend."},
)
st.logo(theme.wordmark(), icon_image=str(theme.ICON), size="large")
theme.apply()
page = st.navigation(links.navigation())
with st.sidebar, failures():
    sidebar.draw()
try:
    with failures():
        page.run()
finally:  # a page may end early
    session.first_page.set()
