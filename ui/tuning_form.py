"""The form that asks for a search: where it begins, what may change, how long it may take."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from core.data.schema import Schema
from core.data.splitting import SplitKind, SplitSettings
from core.errors import LendlensError
from core.jobs.tune_request import MINUTES, MOST_MINUTES, start_study
from core.model.search_space import SETTINGS, USUALLY, Choice, Range, SearchSpace, proposed
from core.model.settings import PRESETS, NetworkSettings
from core.store.tables import DataSet
from ui import links
from ui.components.page import failures
from ui.components.words import literal
from ui.session import workspace
from ui.training_settings import settings_line

KEEP: dict[str, Any] = {"persist_state": "session"}
"""Values survive a look at another page."""

BASES = ("recommended", "additive")
SPLITS: dict[SplitKind, str] = {"out_of_time": "Out of time", "stratified": "At random"}
WORDS = {
    "relu": "relu",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "gelu": "gelu",
    "piecewise": "Piecewise linear",
    "standard": "Standardised",
}
OPTIONS = {
    "activation": ("relu", "tanh", "sigmoid", "gelu"),
    "numeric": ("piecewise", "standard"),
}


def tuning_form(data_set: DataSet) -> None:
    """Draw the form; the button starts the study and leaves for its address."""
    st.subheader("Where it begins", anchor=False)
    preset = _preset()
    beginning = st.container()
    minutes, split, seed = _limits(Schema.from_json(data_set.schema))
    base = replace(PRESETS[preset].settings, seed=seed)
    beginning.markdown(
        f"The first trial takes the settings of **{PRESETS[preset].title}** as they are "
        f"({settings_line(base)}), so the winner is at least as good on the rows that choose it."
    )
    st.subheader("What may change", anchor=False)
    space = SearchSpace((*_ranges(preset, base), *_choices(base)))
    problem = _problem(space, base)
    if problem:
        st.error(literal(problem), icon=":material/error:")
    if st.button(
        "Start tuning",
        type="primary",
        icon=":material/play_arrow:",
        key="start-study",
        disabled=bool(problem),
    ):
        with failures():
            study = start_study(workspace(), data_set.id, base, split, space, minutes)
            links.go("tuning", study=study.id)
    st.caption(
        "Each trial trains one network and is judged by the log-loss of rows that the network had "
        "left out. Test rows are not looked at: they judge the run that the winner becomes."
    )


def _preset() -> str:
    chosen: str = st.segmented_control(
        "Begin with",
        BASES,
        format_func=lambda key: PRESETS[key].title,
        default=BASES[0],
        required=True,
        key="tuning-base",
        label_visibility="collapsed",
        **KEEP,
    )
    return chosen


def _limits(schema: Schema) -> tuple[float, SplitSettings, int]:
    first, second, third, fourth = st.columns(4)
    minutes = first.number_input(
        "Budget, minutes",
        1,
        MOST_MINUTES,
        MINUTES,
        5,
        key="tuning-minutes",
        help="Time of trials. Waiting for other jobs does not count.",
        **KEEP,
    )
    with second:
        kind = _split_kind(schema)
    test = third.number_input(
        "Test, % of rows",
        5,
        45,
        20,
        5,
        key="tuning-test",
        help="Held back from the whole search.",
        **KEEP,
    )
    seed = fourth.number_input(
        "Seed",
        0,
        2**31 - 1,
        0,
        key="tuning-seed",
        help="The same seed proposes the same trials.",
        **KEEP,
    )
    return minutes, SplitSettings(kind, test / 100), seed


def _split_kind(schema: Schema) -> SplitKind:
    possible = [kind for kind in SPLITS if kind != "out_of_time" or schema.with_role("date")]
    kind: SplitKind = st.selectbox(
        "Test rows are",
        possible,
        format_func=SPLITS.__getitem__,
        key="tuning-split",
        help="The newest rows by date, or rows drawn at random with the same share of bads. An "
        "out-of-time split needs a column with the role date.",
        **KEEP,
    )
    return kind


def _ranges(preset: str, base: NetworkSettings) -> list[Range]:
    """Draw the table and return what is ticked."""
    key = f"space-{preset}"
    if key not in st.session_state:  # a first look, or one back from another page
        start = st.session_state.get(f"{key}-kept", _table(base))
        st.session_state[f"{key}-start"] = start
    frame = st.data_editor(
        st.session_state[f"{key}-start"],
        key=key,
        hide_index=True,
        height="content",
        alt="Settings that may change, with their lowest and highest values",
        column_order=["search", "label", "low", "high", "scale", "base", "does"],
        column_config=_COLUMNS,
    )
    st.session_state[f"{key}-kept"] = frame
    ticked = frame[frame["search"]]
    return [
        Range(str(name), float(low), float(high))
        for name, low, high in zip(ticked.index, ticked["low"], ticked["high"], strict=True)
    ]


_COLUMNS: dict[str, Any] = {
    "search": st.column_config.CheckboxColumn("Search", width="small"),
    "label": st.column_config.TextColumn("Setting", disabled=True, width="medium"),
    "low": st.column_config.NumberColumn("From", format="%.5g", width="small"),
    "high": st.column_config.NumberColumn("To", format="%.5g", width="small"),
    "scale": st.column_config.TextColumn(
        "Steps",
        disabled=True,
        width="small",
        help="Evenly; by ratio, with as many values between 0.001 and 0.01 as between 0.01 and "
        "0.1; or by doubling the lowest value.",
    ),
    "base": st.column_config.NumberColumn("Begins at", format="%.5g", disabled=True, width="small"),
    "does": st.column_config.TextColumn("What it does", disabled=True, width="large"),
}


def _table(base: NetworkSettings) -> pd.DataFrame:
    ranges = proposed(base)
    begins = SearchSpace(ranges).nearest(base)
    return pd.DataFrame(
        [
            {
                "search": each.name in USUALLY,
                "label": each.setting.label,
                "low": float(each.low),
                "high": float(each.high),
                "scale": each.setting.scale,
                "base": float(begins[each.name]),
                "does": each.setting.does,
            }
            for each in ranges
        ],
        index=[each.name for each in ranges],
    )


def _choices(base: NetworkSettings) -> list[Choice]:
    """Draw a list per setting that is a word, and return those with more than one."""
    chosen = []
    for column, (name, options) in zip(st.columns(2), OPTIONS.items(), strict=True):
        picked = column.multiselect(
            SETTINGS[name].label,
            options,
            [getattr(base, name)],
            format_func=WORDS.__getitem__,
            key=f"tuning-{name}",
            placeholder=f"{WORDS[getattr(base, name)]}, as in the beginning",
            help=f"{SETTINGS[name].does} With more than one, the search chooses.",
            **KEEP,
        )
        if len(picked) > 1:
            chosen.append(Choice(name, tuple(picked)))
    return chosen


def _problem(space: SearchSpace, base: NetworkSettings) -> str:
    try:
        space.check(base)
    except LendlensError as error:
        return str(error)
    return ""
