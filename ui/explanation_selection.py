"""Which fields could be left out: evidence, and a training without them."""

import numpy as np
import pandas as pd
import streamlit as st

from core.decision.scoring import Scorer
from core.explanation.needs import Needs, dealt_test_part
from core.explanation.reference import Kind
from core.explanation.selection import DEALS, LITTLE, NOISE, Dealing, Drop
from core.explanation.words import listing
from core.formatting import MISSING, count
from core.jobs.without_request import runs_with_less, start_without
from core.store.tables import Run
from core.store.workspace import Workspace
from ui import links
from ui.components.pickers import run_name
from ui.components.shelf import shelf
from ui.components.table import csv_download
from ui.components.words import literal
from ui.explanation_data import Picture
from ui.explanation_overall import not_worked_out
from ui.session import workspace

HELP = f"""
**Share** is the field's part of all Shapley effects. **Fall in AUC** is what the ranking of
applicants loses when the field's values are dealt to other applicants, {DEALS} times, on rows the
network never saw; the 95 % interval counts the draw of rows and of deals. Fields of one **group**
say much the same (rank correlation of at least 0.7 for every pair), so each alone seems
dispensable; the fall of the group has all of them dealt together. A network that is trained without
a field can do better than this says, since it can learn from the others: train it to know.
"""


@st.fragment
def selection_shelf(scorer: Scorer, run: Run, picture: Picture, compared_with: Kind) -> None:
    """Draw a shelf with the evidence, which a worker found with the explanation."""
    shelf(
        "Which fields could be left out?",
        lambda: (
            not_worked_out(scorer, compared_with, "needs")
            if picture.needs is None
            else _evidence(scorer, run, picture, picture.needs)
        ),
        key="shelf-selection",
        icon=":material/filter_alt:",
    )


def _evidence(scorer: Scorer, run: Run, picture: Picture, needs: Needs) -> None:
    frame = needs.ranked(picture.importance)
    few = frame[frame["leave_out"]]
    st.markdown(_finding(few, frame))
    chosen = _table(frame, key=f"selection-{scorer.model.id}-{picture.id}")
    drawn = "" if needs.rows == needs.of else ", drawn at random"
    st.caption(
        f"AUC {needs.auc:.3f} on {count(needs.rows)} of {count(needs.of)} test rows{drawn}; shares "
        f"from {count(len(picture.explained))} explained applicants. The least needed field first."
    )
    if chosen:
        _together(_fall_of(chosen, list(few["field"]), needs, scorer), len(chosen))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Train without this" if len(chosen) == 1 else "Train without these",
            type="primary",
            icon=":material/play_arrow:",
            key="train-without",
            disabled=not 0 < len(chosen) < len(frame),
        ):
            links.go("training", run=start_without(workspace(), run.id, chosen).id)
        csv_download(frame, "fields-by-need.csv", key="selection")
    _trained(run, picture)
    st.markdown(HELP)


def _fall_of(chosen: list[str], proposed: list[str], needs: Needs, scorer: Scorer) -> Drop:
    """Return what the ranking loses without all of these; other choices take a moment."""
    if needs.proposed is not None and chosen == proposed:
        return needs.proposed
    return _dealing(workspace(), scorer.model.id, scorer).drop(chosen)


@st.cache_resource(max_entries=2, show_spinner="Reading the test part")
def _dealing(_workspace: Workspace, model_id: str, _scorer: Scorer) -> Dealing:
    return dealt_test_part(_workspace, _scorer.bundle, _scorer.model.run_id)[0]


def _finding(few: pd.DataFrame, frame: pd.DataFrame) -> str:
    if few.empty:
        return "**Every field earns its place:** the ranking would lose something without it."
    names = listing(list(few["label"].head(3)) + _others(len(few) - 3))
    one = len(few) == 1
    return (
        f"**{count(len(few))} of {count(len(frame))} fields hardly matter{'s' * one} for the "
        f"ranking:** {literal(names)}. The AUC falls by less than {LITTLE} without "
        f"{'it' if one else 'any one of them'}."
    )


def _others(number: int) -> list[str]:
    return [f"{count(number)} other{'s' if number > 1 else ''}"] if number > 0 else []


def _table(frame: pd.DataFrame, key: str) -> list[str]:
    """Draw the fields with a box each; return those that are ticked."""
    edited = st.data_editor(
        pd.DataFrame(
            {
                "Leave out": frame["leave_out"],
                "Field": frame["label"],
                "Share": 100 * frame["share"],
                "Fall in AUC": _falls(frame, "drop", "low", "high"),
                "Group": frame["group"].replace("", MISSING),
                "Fall of the group": _falls(frame, "group_drop", "group_low", "group_high"),
            }
        ),
        hide_index=True,
        height="content",
        disabled=["Field", "Share", "Fall in AUC", "Group", "Fall of the group"],
        column_config={"Share": st.column_config.NumberColumn(format="%.1f %%")},
        key=key,
    )
    return [str(name) for name in frame.loc[edited["Leave out"].to_numpy(), "field"]]


def _falls(frame: pd.DataFrame, value: str, low: str, high: str) -> list[str]:
    rows = frame[[value, low, high]].itertuples(index=False)
    return [_fall(Drop(*row)) for row in rows]


def _fall(drop: Drop) -> str:
    if np.isnan(drop.value):
        return MISSING
    value, low, high = (_signed(each) for each in (drop.value, drop.low, drop.high))
    return f"{value} [{low}, {high}]"


def _signed(value: float) -> str:
    text = f"{abs(value):.4f}"
    return f"\N{MINUS SIGN}{text}" if value < 0 and float(text) else text


def _together(drop: Drop, fields: int) -> None:
    """Say what all ticked fields are worth together."""
    what = f"the {count(fields)} ticked fields" if fields > 1 else "the ticked field"
    st.markdown(f"Without {what} the ranking loses {_fall(drop)} AUC. {_verdict(drop)}")


def _verdict(drop: Drop) -> str:
    if drop.low <= 0:
        return "It may be nothing: the interval holds 0."
    if drop.high < NOISE:
        return f"It is little: differences below {NOISE} tell no two models apart."
    return "It is more than chance."


def _trained(run: Run, picture: Picture) -> None:
    """List the runs that do without some of these fields, with the way to the comparison."""
    for other, without in runs_with_less(workspace(), run):
        labels = [picture.schema[name].label for name in without]
        names = listing(labels[:3] + _others(len(labels) - 3))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Trained without {literal(names)}:", width="content")
            links.link(
                literal(run_name(other)), "training", run=other.id, icon=":material/model_training:"
            )
            if other.digest:
                links.link(
                    "Compare",
                    "training",
                    compare=f"{run.id},{other.id}",
                    icon=":material/compare_arrows:",
                )
