"""What the workspace holds, and where each visitor goes next."""

import streamlit as st

from ui.components.page import failures, page_header
from ui.overview_content import draw_content, figures, ways_on, welcome
from ui.overview_demo import demo_buttons, demo_in_view, draw_demo
from ui.session import workspace

header = page_header("Overview", "What is in this workspace, and where do you go from here?")
counts = workspace().registry.counts()
empty = not any(counts.values())
demo = demo_in_view()
if empty and demo is None:
    welcome()
    ways_on()
    st.stop()
with header:
    demo_buttons()
if demo:
    with failures():
        draw_demo(demo)
if not empty:
    figures(counts)
    with failures():
        draw_content()
with failures():
    ways_on()
