"""The form that asks for a training: how rows are divided, and what is trained."""

from dataclasses import replace

import streamlit as st

from core.jobs.train_request import start_run
from core.model.settings import PRESETS, NetworkSettings
from core.store.tables import DataSet
from ui import links
from ui.components.page import failures
from ui.session import workspace
from ui.training_custom import custom_settings
from ui.training_directions import directions
from ui.training_settings import settings_line
from ui.training_split import split_form

PER_ROW = 2
"""Cards beside each other."""


def training_form(data_set: DataSet) -> None:
    """Draw the form; the button starts the run and leaves for its address."""
    with failures():
        st.subheader("How rows are divided", anchor=False)
        split = split_form(data_set, _chosen())
        st.subheader("What is trained", anchor=False)
        preset = _preset()
        settings = _settings(preset, data_set)
        if st.button("Start training", type="primary", icon=":material/play_arrow:", key="start"):
            run = start_run(workspace(), data_set.id, preset, settings, split)
            links.go("training", run=run.id)
    st.caption(
        "Logistic regression, a scorecard and boosted trees are trained beside the network "
        "on the same rows, so that you see what the network adds."
    )
    links.link("Search for better settings", "tuning", dataset=data_set.id, icon=":material/tune:")


def _chosen() -> str:
    chosen: str = st.session_state.setdefault("preset", "recommended")
    return chosen


def _preset() -> str:
    """Draw a card per preset and return the chosen one."""
    chosen, keys = _chosen(), list(PRESETS)
    for start in range(0, len(keys), PER_ROW):
        for column, key in zip(st.columns(PER_ROW), keys[start : start + PER_ROW], strict=False):
            with column.container(border=True, height="stretch", key=f"preset-card-{key}"):
                _card(key, key == chosen)
    return chosen


def _card(key: str, is_chosen: bool) -> None:
    preset = PRESETS[key]
    with st.container(horizontal=True, vertical_alignment="center"):
        badge = " :primary-badge[:material/check: Chosen]" if is_chosen else ""
        st.markdown(f"**{preset.title}**{badge}", width="stretch")
        st.button(
            "Choose",
            disabled=is_chosen,
            key=f"preset-{key}",
            on_click=_choose,
            args=(key,),
        )
    st.markdown(preset.sentence)
    st.caption(settings_line(preset.settings) if key != "custom" else "Every setting is yours.")


def _choose(key: str) -> None:
    st.session_state["preset"] = key


def _settings(preset: str, data_set: DataSet) -> NetworkSettings:
    if preset == "custom":
        return custom_settings(data_set)
    settings = PRESETS[preset].settings
    if not settings.additive:
        return settings
    with st.container(border=True, key="directions"):
        return replace(settings, monotone=directions(data_set))
