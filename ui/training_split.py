"""How rows are divided: the kinds that are possible, the proposed one first, and why."""

import math
from typing import Any

import streamlit as st

from core.data.catalog import data_set_frame
from core.data.schema import Schema
from core.data.splitting import (
    FEW_ROWS,
    SplitKind,
    SplitSettings,
    proposed_kind,
    repeated_identifier,
)
from core.formatting import count
from core.jobs.train_request import folds_at_once
from core.store.tables import DataSet
from ui.components.words import literal
from ui.session import workspace

KINDS: dict[SplitKind, str] = {
    "out_of_time": "Out of time",
    "stratified": "At random",
    "cross_validation": "Cross-validation",
}
KEEP: dict[str, Any] = {"persist_state": "session"}
"""Values survive a look at another page."""


def split_form(data_set: DataSet, preset: str) -> SplitSettings:
    """Draw the choice of a split, and its shares or folds in a shelf."""
    schema = Schema.from_json(data_set.schema)
    kind = _kind(data_set, schema)
    _why(kind, data_set, schema)
    if kind == "cross_validation":
        return _folds(data_set, preset)
    return _shares(kind)


def _kind(data_set: DataSet, schema: Schema) -> SplitKind:
    dated = bool(schema.with_role("date"))
    possible = [kind for kind in KINDS if dated or kind != "out_of_time"]
    chosen: SplitKind = st.segmented_control(
        "Split",
        possible,
        format_func=KINDS.__getitem__,
        default=proposed_kind(schema, data_set.rows),
        required=True,
        key=f"split-kind-{data_set.id}",
        label_visibility="collapsed",
        wrap=True,
        **KEEP,
    )
    return chosen


def _why(kind: SplitKind, data_set: DataSet, schema: Schema) -> None:
    proposed = proposed_kind(schema, data_set.rows)
    together = _repeated(data_set.id, data_set.sha256, _identified(schema))
    beginning = "**Proposed:** " if kind == proposed else f"**{KINDS[proposed]} is proposed.** "
    st.markdown(beginning + _REASONS[kind](data_set.rows, schema, kind == proposed))
    if together:
        st.markdown(_kept_together(kind, literal(schema[together].label)))
    if not schema.with_role("date"):
        st.caption(
            "An out-of-time split needs a column with the role date, and this data set has none."
        )


def _out_of_time(_rows: int, schema: Schema, _proposed: bool) -> str:
    date = literal(schema.with_role("date")[0].label)
    return (
        f"it trains on the oldest rows and tests on the newest by {date}, because the model will "
        "score applicants of a time it has not seen."
    )


def _stratified(rows: int, schema: Schema, proposed: bool) -> str:
    if proposed:
        return (
            f"it draws rows at random, with the same share of bads in each part; of {count(rows)} "
            "rows, one test part says enough."
        )
    if schema.with_role("date"):
        return (
            "A draw at random flatters a model that will score a later time; choose it only if "
            "the dates mean little."
        )
    return (
        f"With {count(rows)} rows, a single draw at random is quick but misleads: another draw "
        "moves ROC-AUC by several hundredths."
    )


def _cross_validation(rows: int, schema: Schema, proposed: bool) -> str:
    if proposed:
        return (
            f"every row is tested in its turn, because with {count(rows)} rows a single test part "
            "misleads: another draw moves ROC-AUC by several hundredths."
        )
    if schema.with_role("date"):
        return (
            "In a cross-validation every row is tested in its turn, by models that know later "
            "rows: it flatters a model that will score a later time."
        )
    return (
        "In a cross-validation every row is tested in its turn; from "
        f"{count(FEW_ROWS)} rows on it is seldom worth its time."
    )


_REASONS = {
    "out_of_time": _out_of_time,
    "stratified": _stratified,
    "cross_validation": _cross_validation,
}


def _kept_together(kind: SplitKind, label: str) -> str:
    if kind == "out_of_time":
        return (
            f"Values of {label} repeat. Where one has rows on both sides of a date at which the "
            "file is cut, its newer rows stay and its older ones are left out of the run: a "
            "network that has learnt one of them would know the others."
        )
    return (
        f"Rows that share {label} stay together, because values of it repeat: a network that has "
        "learnt one of them would know the others."
    )


def _identified(schema: Schema) -> bool:
    return bool(schema.with_role("identifier"))


@st.cache_data(max_entries=64, show_spinner=False)
def _repeated(data_set_id: str, sha256: str, identified: bool) -> str | None:
    """Return the identifier that repeats; rows are read only where there is one."""
    if not identified:
        return None
    return repeated_identifier(*data_set_frame(workspace(), data_set_id))


def _shares(kind: SplitKind) -> SplitSettings:
    with st.expander("Shares of validation and test rows"):
        left, middle, right = st.columns(3)
        validation = left.number_input(
            "Validation, % of rows", 5, 45, 20, 5, key="split-validation", **KEEP
        )
        test = middle.number_input("Test, % of rows", 5, 45, 20, 5, key="split-test", **KEEP)
        with right:
            seed = _seed(disabled=kind == "out_of_time")
        st.caption(
            "The network learns from the training rows, and validation rows decide when it stops; "
            "a team divides both among its folds. Test rows are only looked at for the evaluation."
        )
    return SplitSettings(kind, test / 100, validation / 100, seed)


def _folds(data_set: DataSet, preset: str) -> SplitSettings:
    with st.expander("Folds and repeats of the cross-validation"):
        left, middle, right = st.columns(3)
        folds = left.number_input(
            "Folds",
            2,
            20,
            5,
            key="split-folds",
            help="The rows are divided into so many parts, each tested by models that learnt from "
            "the others.",
            **KEEP,
        )
        repeats = middle.number_input(
            "Repeats",
            1,
            20,
            2,
            key="split-repeats",
            help="Each repeat divides the rows anew, so that the intervals rest on more draws.",
            **KEEP,
        )
        with right:
            seed = _seed()
        st.caption("The model that is kept learns from all rows, before the folds are judged.")
    st.caption(_cost(folds * repeats, data_set, preset))
    return SplitSettings("cross_validation", seed=seed, folds=folds, repeats=repeats)


def _seed(disabled: bool = False) -> int:
    return int(
        st.number_input(
            "Seed of the draw",
            0,
            2**31 - 1,
            0,
            key="split-seed",
            disabled=disabled,
            help="The same seed draws the same rows.",
            **KEEP,
        )
    )


def _cost(trainings: int, data_set: DataSet, preset: str) -> str:
    """Say how much longer it takes; in minutes where an earlier run tells.

    Folds of small files take turns two by two: one alone leaves half of the cores idle.
    """
    further = f"Trains network and challengers {trainings} times more, once for each fold"
    runs = workspace().registry.runs(data_set.id)
    earlier = next((run for run in runs if run.digest and run.preset == preset), None)
    turns = 1 + math.ceil(trainings / folds_at_once(data_set.rows))
    if earlier is None or preset == "custom":
        return f"{further}: about {turns} times as long as a draw at random."
    once = sum(earlier.summary["seconds"].values())
    minutes = math.ceil(turns * once / 60)
    return f"{further}: about {minutes:,} min in all, judging by an earlier run."
