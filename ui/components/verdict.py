"""The decision on one applicant, as a card.

verdict("refer", 0.2341, 541)        # Refer · 23.4 % · 541 points
"""

from typing import Literal, NamedTuple

import streamlit as st

from core.formatting import counted, percent

Decision = Literal["approve", "refer", "decline"]


class _Look(NamedTuple):
    word: str
    icon: str
    colour: str
    meaning: str


LOOKS: dict[str, _Look] = {
    "approve": _Look("Approve", "check_circle", "blue", "The risk is below the approval cut-off."),
    "refer": _Look("Refer", "pending", "orange", "A person should look at this application."),
    "decline": _Look("Decline", "cancel", "red", "The risk is above the decline cut-off."),
}


def verdict(decision: str, default_probability: float, points: int, meaning: str = "") -> None:
    """Draw decision, probability of default and points; icon and word carry it, not colour.

    `meaning` replaces the sentence beneath where the cut-offs did not decide; it is Markdown.
    """
    look = LOOKS[decision]
    with st.container(border=True, key=f"verdict-{decision}"):
        st.header(
            f":{look.colour}[:material/{look.icon}: {look.word}] "
            f"· {percent(default_probability)} · {counted(points, 'point')}",
            anchor=False,
        )
        st.caption(
            f"Probability of default {percent(default_probability)}. {meaning or look.meaning}"
        )
