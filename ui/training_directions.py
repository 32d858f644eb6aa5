"""Directions of an additive network: which numbers may only raise the risk, or only lower it."""

import streamlit as st

from core.data.schema import Schema
from core.store.tables import DataSet
from ui.components.pickers import told_apart

RAISES, LOWERS = "raises", "lowers"
_OTHER = {RAISES: LOWERS, LOWERS: RAISES}


def directions(data_set: DataSet) -> dict[str, int]:
    """Draw the choice and return 1 or -1 by the name of the field; no field can be both."""
    labels = {
        column.name: column.label
        for column in Schema.from_json(data_set.schema).features
        if column.kind == "number"
    }
    if not labels:
        return {}
    st.markdown("**Directions**, if the network has to keep one")
    left, right = st.columns(2)
    with left:
        raises = _fields(RAISES, "Higher values may only raise the risk", labels, data_set)
    with right:
        lowers = _fields(LOWERS, "Higher values may only lower the risk", labels, data_set)
    st.caption(
        "Kept for every applicant by the way the network is built. Choose a direction where you "
        "could not explain the opposite; all other fields follow the data."
    )
    return dict.fromkeys(raises, 1) | dict.fromkeys(lowers, -1)


def _fields(way: str, label: str, labels: dict[str, str], data_set: DataSet) -> list[str]:
    chosen: list[str] = st.multiselect(
        label,
        list(labels),
        format_func=told_apart(labels).__getitem__,
        placeholder="No field",
        key=_key(way, data_set.id),
        on_change=_take_from_the_other,
        args=(way, data_set.id),
        persist_state="session",
    )
    return chosen


def _take_from_the_other(way: str, data_set_id: str) -> None:
    chosen = st.session_state[_key(way, data_set_id)]
    other = _key(_OTHER[way], data_set_id)
    st.session_state[other] = [name for name in st.session_state[other] if name not in chosen]


def _key(way: str, data_set_id: str) -> str:
    return f"{way}-{data_set_id}"
