"""One decision record in full: what was decided and why, on what, and whether it still holds."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.data.fields import Field
from core.decision.ledger import export_json, final_decision, replay
from core.decision.policy import Decision, Policy
from core.decision.scoring import Scorer
from core.errors import LendlensError
from core.formatting import MISSING, number, typeset
from core.store.tables import DecisionRecord
from ui import links
from ui.components.pickers import model_name
from ui.components.shelf import shelf
from ui.components.table import table
from ui.components.verdict import LOOKS, verdict
from ui.components.words import literal, problem
from ui.scoring_answer import cut_off_picture
from ui.session import workspace


def decision_record(entry: DecisionRecord) -> None:
    """Draw the answer, then its reasons and notice beside its inputs and checks."""
    card, picture = st.columns([6, 7], gap="large", vertical_alignment="center")
    with card:
        verdict(final_decision(entry), entry.pd_hat, entry.points, _meaning(entry))
    with picture:
        cut_off_picture(entry.pd_hat, Policy.from_json(entry.policy))
    if entry.override:
        st.info(
            f"Rationale: {literal(entry.override['rationale'])}", icon=":material/person_alert:"
        )
    left, right = st.columns([7, 6], gap="large")
    with left:
        _reasons(entry)
        _notice(entry)
    with right:
        _checks(entry)
        _inputs(entry)
    shelf("Full record", lambda: _full(entry), key="shelf-record", icon=":material/fact_check:")


def _meaning(entry: DecisionRecord) -> str:
    """Say who decided where it was not the cut-offs; "" where it was."""
    if entry.override:
        said = LOOKS[entry.decision].word.lower()
        return f"A person decided so; the {'rules' if _by_rule(entry) else 'cut-offs'} said {said}."
    if not _by_rule(entry):
        return ""
    said = LOOKS[_by_score(entry)].word.lower()
    return f"A policy rule decided so; the cut-offs said {said}."


def _by_rule(entry: DecisionRecord) -> bool:
    return _by_score(entry) != entry.decision


def _by_score(entry: DecisionRecord) -> Decision:
    return Policy.from_json(entry.policy).decide(entry.pd_hat)


def _reasons(entry: DecisionRecord) -> None:
    st.subheader("Principal reasons", anchor=False)
    for rule in entry.method.get("rules", ()):
        st.markdown(f":material/gavel: {literal(typeset(rule['reason']))} :gray[(policy rule)]")
    if not entry.reasons:
        st.markdown("No field raised the risk above that of the reference population.")
    for place, reason in enumerate(entry.reasons, start=1):
        st.markdown(f"{place}. {literal(typeset(reason['sentence']))}")
    if sentence := entry.method.get("reference", {}).get("sentence"):
        st.caption(f"Reference population: {literal(sentence)}")


def _notice(entry: DecisionRecord) -> None:
    st.subheader("Notice", anchor=False)
    with st.container(border=True, key="notice"):
        st.text(entry.notice)
    st.download_button(
        "Download notice",
        entry.notice,
        f"notice-{entry.id}.txt",
        "text/plain",
        icon=":material/download:",
        on_click="ignore",
        help="Printing this page prints the notice alone.",
    )


def _checks(entry: DecisionRecord) -> None:
    st.subheader("Does it still hold?", anchor=False)
    try:
        again = replay(workspace(), entry.id)
    except LendlensError as error:
        problem(f"It cannot be replayed. {error}")
        return
    if again.same:
        st.success(
            "Replayed just now: the same probability, points and decision, to the last digit.",
            icon=":material/replay:",
        )
    else:
        then, today = again.recorded, again.computed
        st.error(
            typeset(
                f"Replayed just now, it differs: recorded log-odds {then[1]!r} and {then[2]} "
                f"points, computed {today[1]!r} and {today[2]} points."
            ),
            icon=":material/error:",
        )


def _inputs(entry: DecisionRecord) -> None:
    st.subheader("What was known", anchor=False)
    known = _fields(entry)
    # JSON keeps no order worth showing: the form's comes first.
    names = [*(n for n in known if n in entry.inputs), *(n for n in entry.inputs if n not in known)]
    notes = {flag["field"]: flag["message"] for flag in entry.flags}
    frame = pd.DataFrame(
        {
            "Field": [known[name].label if name in known else name for name in names],
            "Value": [_shown(entry.inputs[name], known.get(name)) for name in names],
            "Note": [typeset(notes.get(name, "")) for name in names],
        }
    )
    if not notes:
        frame = frame.drop(columns="Note")
    table(frame, alt="The applicant's values as they were decided on", height="content")


def _fields(entry: DecisionRecord) -> Mapping[str, Field]:
    """Return the form's fields by name; none where the model's files are no longer whole."""
    try:
        fields = Scorer.load(workspace(), entry.model_id).bundle.fields
    except LendlensError:
        return {}
    return {field.name: field for field in fields}


def _shown(value: Any, field: Field | None) -> str:
    if value is None:
        return MISSING
    if isinstance(value, str):
        return value
    return typeset(f"{number(value)} {field.unit if field else ''}".strip())


def _full(entry: DecisionRecord) -> None:
    policy = Policy.from_json(entry.policy)
    model = workspace().registry.model(entry.model_id)
    st.markdown(f"**Policy** version {policy.version}: {policy.sentence} {policy.scale.sentence}")
    st.markdown(f"**Method** {entry.method.get('selection', '')}")
    if wording := entry.method.get("wording", {}).get("id"):
        st.markdown(f"**Wording** of the version's own reason list, id {wording}.")
    links.link(
        literal(model_name(model)), "models", icon=":material/deployed_code:", model=model.id
    )
    st.json(json.loads(export_json([entry]))[0], expanded=1)
    st.download_button(
        "Download record",
        export_json([entry]),
        f"{entry.id}.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
    )


def about(entry: DecisionRecord) -> str:
    """Return who decided when, in one line."""
    model = workspace().registry.model(entry.model_id)
    when = f"{entry.at.day} {entry.at:%B %Y at %H:%M} UTC"
    return f"Record {entry.seq:,}, {when}, by {entry.user} ({entry.role}) with {model_name(model)}."
