"""Shelves: what lies one click deeper, worked out only while it is open.

shelf("Method", lambda: st.markdown(METHOD), key="method", icon=":material/function:")
"""

from collections.abc import Callable

import streamlit as st

from ui.components.words import literal


def shelf(label: str, body: Callable[[], None], *, key: str, icon: str | None = None) -> None:
    """Draw a closed shelf; whoever opens it makes `body` run inside, and again at every rerun."""
    box = st.expander(literal(label), icon=icon, key=key, on_change="rerun")
    if box.open:
        with box:
            body()
