"""What would have to change for approval: options in words, and which fields may change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from core.data.fields import Field
from core.decision.applicant import Value
from core.decision.assessment import Assessment
from core.decision.levers import Levers, keep_levers, levers_of, propose_again
from core.decision.policy import probability
from core.decision.scoring import Scorer
from core.decision.way_to_approval import way_to_approval
from core.explanation.levers import Lever, require_usable
from core.explanation.recourse import Change, Recourse
from core.explanation.words import listing
from core.formatting import MISSING, count, number, percent, typeset
from ui.components.shelf import shelf
from ui.components.words import literal
from ui.session import workspace

WAYS = {"either": "either way", "up": "only more", "down": "only less"}


def recourse_section(scorer: Scorer, said: Assessment, values: dict[str, Value]) -> None:
    """Draw a shelf for whoever is not approved; closed, it searches nothing."""
    if said.decision == "approve":
        return
    shelf("What would lead to approval?", lambda: _way(scorer, values), key="shelf-recourse")


def _way(scorer: Scorer, values: dict[str, Value]) -> None:
    kept = levers_of(workspace(), scorer)
    mine: Levers = st.session_state.get(_key(scorer)) or kept
    _options(scorer, _found(scorer, values, mine.levers, mine.beyond), mine.levers)
    st.caption(_whose(mine, kept))
    if st.toggle("Choose what may change", key="choose-levers"):
        _editor(scorer, mine, kept)


def _found(
    scorer: Scorer, values: dict[str, Value], levers: tuple[Lever, ...], beyond: bool
) -> Recourse:
    """Return the search; kept while neither values nor levers change."""
    asked = (scorer.model.id, tuple(values.items()), levers, beyond)
    known = st.session_state.get("scoring-recourse")
    if known is None or known[0] != asked:
        known = (asked, way_to_approval(scorer, values, levers, beyond))
        st.session_state["scoring-recourse"] = known
    found: Recourse = known[1]
    return found


def _options(scorer: Scorer, found: Recourse, levers: tuple[Lever, ...]) -> None:
    threshold = percent(scorer.policy.approve_below)
    if not levers:
        st.markdown("No field is marked as changeable below.")
        return
    if not found.options:
        st.markdown(
            "No change of these fields leads to approval; the best of them reaches "
            f"{percent(probability(found.nearest))}, and approval begins below {threshold}."
        )
        return
    fields = {field.name: field for field in scorer.bundle.fields}
    for place, option in enumerate(found.options, start=1):
        steps = listing([_said(change, fields[change.name]) for change in option.changes])
        risk = percent(probability(option.log_odds))
        points = count(scorer.policy.points(option.log_odds))
        just = "just below " if risk == threshold else ""
        told = f"Default probability {just}{risk}, {points} points."
        st.markdown(f"{place}. {typeset(steps)}  \n:gray[:small[{typeset(told)}]]")
    st.caption(
        f"The smallest changes that lead below {threshold}, by share of the present value; "
        f"{count(found.tried)} combinations were scored. They show how the model would answer, "
        "and promise nothing about what an applicant can do."
    )


def _said(change: Change, field: Field) -> str:
    label, unit = literal(field.label), f" {literal(field.unit)}" if field.unit else ""
    before = "not given" if change.before is None else literal(_text(change.before))
    return f"**{label}** {before} → **{literal(_text(change.after))}**{unit}"


def _text(value: Value) -> str:
    return value if isinstance(value, str) else number(value)


def _key(scorer: Scorer) -> str:
    """Name a choice that holds for this visit alone."""
    return f"levers-{scorer.model.id}"


def _whose(mine: Levers, kept: Levers) -> str:
    """Say who chose the fields that may change, and for whom they hold."""
    if mine.to_json() != kept.to_json():
        return "Fields that may change: your own choice, until you leave. Others see another one."
    if kept.at is None:
        return "Fields that may change: as the data dictionary and the fields' names propose."
    when = f"{kept.at.day} {kept.at:%B %Y}"
    return (
        f"Fields that may change: chosen by {literal(str(kept.user))} on {when}, for everyone who "
        "uses a model of this training."
    )


def _editor(scorer: Scorer, mine: Levers, kept: Levers) -> None:
    """Draw which fields may change, which way and how far, and for whom that shall hold."""
    levers = {lever.name: lever for lever in mine.levers}
    fields = [field for field in scorer.bundle.fields if field.kind in ("number", "category")]
    turn = st.session_state.setdefault(f"{_key(scorer)}-turn", 0)  # a new table after a reset
    edited = st.data_editor(
        pd.DataFrame([_row(field, levers) for field in fields]),
        hide_index=True,
        height="content",
        disabled=["Field", "In training"],
        column_config=COLUMNS,
        placeholder=MISSING,
        key=f"lever-table-{scorer.model.id}-{turn}",
    )
    beyond = st.toggle(
        "Allow values outside the training data",
        mine.beyond,
        key=f"lever-beyond-{scorer.model.id}-{turn}",
        help="Bounds may then reach further than any applicant the model has learnt from. What it "
        "says there is a guess.",
    )
    with st.container(horizontal=True):
        if st.button("Search with these", key="use-levers", icon=":material/search:"):
            _use(scorer, Levers(_marked(fields, edited), beyond))
        if st.button("Keep for everyone", key="keep-levers", icon=":material/save:"):
            user = workspace().settings.user
            keep_levers(workspace(), scorer, _marked(fields, edited), beyond, user)
            _use(scorer, None)
        changed = kept.at is not None or mine.to_json() != kept.to_json()
        if changed and st.button(
            "Back to the proposal", key="propose-levers", icon=":material/undo:"
        ):
            propose_again(workspace(), scorer)
            _use(scorer, None)


def _use(scorer: Scorer, mine: Levers | None) -> None:
    """Search with a choice for this visit from now on; None for what is kept."""
    if mine is not None:
        require_usable(mine.levers, scorer.bundle.fields)
    st.session_state[_key(scorer)] = mine
    st.session_state[f"{_key(scorer)}-turn"] += 1
    st.rerun()


COLUMNS = {
    "May change": st.column_config.CheckboxColumn(width=124),
    "Way": st.column_config.SelectboxColumn(options=list(WAYS.values()), required=True),
    "In training": st.column_config.TextColumn(help="Range of the training data"),
    "Step": st.column_config.NumberColumn(
        min_value=1e-9, help="Values lie whole steps from the present one"
    ),
    "Weight": st.column_config.NumberColumn(
        min_value=0.01,
        required=True,
        help="How hard a change of this field is; 2 makes it twice as dear.",
    ),
}


def _row(field: Field, levers: Mapping[str, Lever]) -> dict[str, Any]:
    lever = levers.get(field.name, Lever(field.name))
    return {
        "Field": field.label,
        "May change": field.name in levers,
        "Way": WAYS[lever.direction],
        "In training": _seen(field),
        "At least": lever.low,
        "At most": lever.high,
        "Step": lever.step,
        "Weight": lever.cost,
    }


def _seen(field: Field) -> str:
    if field.kind == "category":
        return ", ".join(field.categories[:4])
    if field.low is None:
        return ""
    return typeset(f"{_text(field.low)} to {_text(field.high)}")


def _marked(fields: list[Field], edited: pd.DataFrame) -> tuple[Lever, ...]:
    ways = {words: way for way, words in WAYS.items()}
    levers = []
    for field, row in zip(fields, edited.to_dict("records"), strict=True):
        if row["May change"]:
            lever = Lever(field.name, ways[row["Way"]], cost=row["Weight"])  # type: ignore[arg-type]
            bounds = {"low": row["At least"], "high": row["At most"], "step": row["Step"]}
            levers.append(replace(lever, **{k: v for k, v in bounds.items() if pd.notna(v)}))
    return tuple(levers)
