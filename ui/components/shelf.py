"""Shelves: what lies one click deeper, worked out only while it is open.

shelf("Method", lambda: st.markdown(METHOD), key="method", icon=":material/function:")
"""

from collections.abc import Callable

import streamlit as st

from ui.components.words import literal


def shelf(label: str, body: Callable[[], None], *, key: str, icon: str | None = None) -> None:
    """Draw a closed shelf; whoever opens it makes `body` run inside, and again at every rerun.

    The icon stands within the label: an expander's own would take the place of the arrow.
    """
    named = " ".join(filter(None, [icon, literal(label)]))
    box = st.expander(named, key=key, on_change="rerun")
    if box.open:
        with box:
            body()
