"""Pickers of the object in view; the URL says which one it is.

    with page_header("Training", "Does the network learn, and how far is it?"):
        data_set = pick_data_set()                      # ?dataset=ds_1
    if data_set is None:
        empty_state("No data set yet.", "Prepare data", "data")
        st.stop()

The address decides. Without a parameter it is what this visitor looked at last, else the newest.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import streamlit as st

from core.formatting import shortened
from core.store.tables import DataSet, ModelVersion, Run
from ui.components.asked import asked_for
from ui.session import workspace

_BOX = 42
"""Characters that a picker holds on a phone and beside a title."""


class _Record(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def created_at(self) -> datetime: ...


R = TypeVar("R", bound=_Record)


def told_apart(names: Mapping[str, str], by: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return names by key, none of them twice.

    A box to choose from knows its options by their words alone: of two that read the same, it
    would always take the first. Those that share a name are followed by what `by` says, and by
    their key where that is the same too.

    >>> told_apart({"a_b": "a b", "a b": "a b", "c": "c"})
    {'a_b': 'a b (a_b)', 'a b': 'a b (a b)', 'c': 'c'}
    """
    often = Counter(names.values())
    if not by:
        return {key: f"{name} ({key})" if often[name] > 1 else name for key, name in names.items()}
    return told_apart(
        {key: f"{name} · {by[key]}" if often[name] > 1 else name for key, name in names.items()}
    )


def told_apart_in_time(records: Sequence[R], name: Callable[[R], str]) -> dict[str, str]:
    """Return the names of records by id; those that share one are followed by when they came."""
    return told_apart(
        {record.id: name(record) for record in records},
        {each.id: f"{each.created_at.day} {each.created_at:%b %Y, %H:%M:%S}" for each in records},
    )


def pick_data_set() -> DataSet | None:
    """Let the visitor choose a data set; bound to `?dataset=`."""
    return pick("dataset", "Data set", workspace().registry.data_sets(), data_set_name)


def pick_run() -> Run | None:
    """Let the visitor choose a run; bound to `?run=`."""
    return pick("run", "Run", workspace().registry.runs(), run_name)


def pick_model() -> ModelVersion | None:
    """Let the visitor choose a model version, the champion first; bound to `?model=`."""
    registry = workspace().registry
    champion = registry.champion()
    models = sorted(registry.models(), key=lambda model: model.id != (champion and champion.id))

    def name(model: ModelVersion) -> str:
        in_force = champion is not None and model.id == champion.id
        return f"{model_name(model)} (champion)" if in_force else model_name(model)

    return pick("model", "Model", models, name)


def pick(param: str, label: str, records: Sequence[R], name: Callable[[R], str]) -> R | None:
    """Let the visitor choose a record; keep widget, URL and memory of this visit the same.

    Args:
        param: The URL's parameter.
        label: What is chosen, as users read it.
        records: What there is; the first is in view when nothing else says which.
        name: How a record is called on screen.

    Returns:
        The record in view; None where there is none.
    """
    by_id = {record.id: record for record in records}
    shown = told_apart_in_time(records, lambda record: _in_a_box(name(record)))
    if not by_id:
        return None
    memory = f"last-{param}"
    asked = asked_for(param, by_id, label.lower())
    wanted = next(
        (known for known in (asked, st.session_state.get(memory)) if known in by_id),
        next(iter(by_id)),
    )
    key = f"pick-{param}"
    st.session_state[key] = wanted

    def write_url() -> None:
        st.query_params[param] = st.session_state[key]

    chosen = st.selectbox(
        label, list(by_id), format_func=shown.__getitem__, key=key, on_change=write_url
    )
    st.session_state[memory] = chosen
    st.set_page_config(page_title=f"{name(by_id[chosen])} · Lendlens")
    if st.query_params.get(param) != chosen:
        st.query_params[param] = chosen
    return by_id[chosen]


def _in_a_box(name: str) -> str:
    """Return a name whose end, such as " · version 2", is in view: a box cuts that off."""
    begins, dot, ends = name.rpartition(" · ")
    room = _BOX - len(dot + ends)
    return shortened(begins, room) + dot + ends if dot and room > 0 else shortened(name, _BOX)


def data_set_name(data_set: DataSet) -> str:
    """Return how a data set is called on screen."""
    return f"{data_set.name} · version {data_set.version}"


def run_name(run: Run) -> str:
    """Return how a run is called on screen: its name, or its preset and start."""
    return run.name or f"{run.preset.capitalize()} · {run.created_at:%d %b %H:%M}"


def model_name(model: ModelVersion) -> str:
    """Return how a model version is called on screen."""
    return f"{model.name} · version {model.version}"
