"""What can be done with a model version: publish, other cut-offs, download, delete, roll back."""

from dataclasses import replace
from typing import NoReturn

import pandas as pd
import streamlit as st

from core.decision.policy import DECISIONS, Policy
from core.decision.registration import change_policy
from core.decision.scoring import forget
from core.errors import LendlensError
from core.formatting import percent
from core.store.tables import ModelVersion
from ui import links
from ui.components.pickers import model_name
from ui.components.table import table
from ui.components.verdict import LOOKS
from ui.components.words import literal, problem
from ui.models_evidence import PERCENT, unseen_rows
from ui.session import workspace


def actions(model: ModelVersion, champion: ModelVersion | None) -> None:
    """Draw the buttons of a version; the primary one makes it champion."""
    in_force = champion is not None and champion.id == model.id
    with st.container(horizontal=True, vertical_alignment="center"):
        if in_force:
            st.badge("Champion in force", icon=":material/verified:", color="primary")
        elif st.button("Publish as champion", type="primary", icon=":material/verified:"):
            _publish(model, champion)
        links.link("Score an applicant", "scoring", icon=":material/person_search:", model=model.id)
        st.download_button(
            "Download",
            data=lambda: workspace().artifacts.zip(f"models/{model.id}"),
            file_name=f"{model.name}-{model.version}.zip".replace(" ", "-").lower(),
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
            help="Weights, encoder, recipe, policy, evidence and reference populations with "
            "their sha256. No pickle.",
        )
        if st.button("Delete", icon=":material/delete:", disabled=in_force, help=DELETE_HELP):
            _delete(model)


PROBLEM = "models-problem"
DONE = "models-done"
DELETE_HELP = "Only a version that was never published and never decided can be deleted."


@st.dialog("Publish as champion", icon=":material/verified:")
def _publish(model: ModelVersion, champion: ModelVersion | None) -> None:
    instead = f" instead of {literal(model_name(champion))}" if champion else ""
    st.markdown(
        f"From now on pages and REST score with **{literal(model_name(model))}**{instead}. "
        "Decisions already made stay as they are, and you can roll back."
    )
    st.text_input("Note for the history", key="publish-note", max_chars=200)

    def publish() -> None:
        registry.publish(model.id, workspace().settings.user, _note("publish-note"))
        _say(model, "is the champion now", ":material/verified:")

    registry = workspace().registry
    if st.button("Publish", type="primary", key="publish-yes", on_click=publish):
        st.rerun()


@st.dialog("Delete this version", icon=":material/delete:")
def _delete(model: ModelVersion) -> None:
    st.markdown(
        f"**{literal(model_name(model))}** and its explanations are deleted for good. "
        "The run it came from stays."
    )

    def delete() -> None:
        try:
            workspace().delete_model(model.id)
        except LendlensError as error:
            st.session_state[PROBLEM] = str(error)
            return
        forget(workspace(), model.id)
        _say(model, "was deleted", ":material/delete:")
        st.query_params.clear()  # the address names what is gone

    if st.button("Delete for good", type="primary", key="delete-yes", on_click=delete):
        st.rerun()


@st.dialog("Roll back", icon=":material/undo:")
def _roll_back(champion: ModelVersion, previous: ModelVersion) -> None:
    st.markdown(
        f"**{literal(model_name(previous))}** becomes the champion again instead of "
        f"{literal(model_name(champion))}. Both stay, with all decisions made with them."
    )
    st.text_input("Why", key="roll-back-note", max_chars=200)

    def roll_back() -> None:
        registry.roll_back(workspace().settings.user, _note("roll-back-note"))
        _say(previous, "is the champion again", ":material/undo:")

    registry = workspace().registry
    if st.button("Roll back", type="primary", key="roll-back-yes", on_click=roll_back):
        st.rerun()


def _note(key: str) -> str:
    return str(st.session_state.get(key) or "").strip()


def _say(model: ModelVersion, what: str, icon: str) -> None:
    """Keep what was done until the dialog is closed and the page drawn anew."""
    st.session_state[DONE] = (f"{literal(model_name(model))} {what}.", icon)


def outcome() -> None:
    """Say once what was done last, or why it was refused."""
    if said := st.session_state.pop(PROBLEM, None):
        problem(said)
    if done := st.session_state.pop(DONE, None):
        text, icon = done
        st.toast(text, icon=icon)


@st.fragment
def other_cut_offs(model: ModelVersion) -> None:
    """Try other cut-offs on the test rows, and keep them as a new version."""
    now = Policy.from_json(model.policy)
    first, second, keep = st.columns([2, 2, 3], vertical_alignment="bottom")
    approve = first.number_input(
        "Approve below (%)", 0.0, 100.0, round(100 * now.approve_below, 3), 0.5, format="%.1f",
        key=f"approve-below-{model.id}", persist_state="session",
        help="Applicants with a lower probability of default are approved.",
    )  # fmt: skip
    decline = second.number_input(
        "Decline from (%)", 0.0, 100.0, round(100 * now.decline_from, 3), 0.5, format="%.1f",
        key=f"decline-from-{model.id}", persist_state="session",
        help="Applicants with at least this probability of default are declined.",
    )  # fmt: skip
    try:
        tried = replace(
            now, approve_below=round(approve / 100, 5), decline_from=round(decline / 100, 5)
        )
    except LendlensError as error:
        problem(error)
        return
    _compare(model, now, tried)
    same = tried.digest == now.digest
    if keep.button("Keep as a new version", disabled=same, icon=":material/add:", key="keep"):
        keep_policy(model, tried)


def keep_policy(model: ModelVersion, policy: Policy) -> NoReturn:
    """Keep a policy as a new version of a model, and leave for it."""
    with st.spinner("Measuring the new version on the test rows"):
        made = change_policy(workspace(), model.id, policy)
    links.go("models", model=made.id)


def _compare(model: ModelVersion, now: Policy, tried: Policy) -> None:
    """Draw what the cut-offs do now, and beside it what the tried ones would."""
    rows = unseen_rows(model)
    policies = {"now": now} if tried.digest == now.digest else {"now": now, "tried": tried}
    frame = pd.DataFrame({"Decision": [LOOKS[decision].word for decision in DECISIONS]})
    for name, policy in policies.items():
        works = rows.effect(policy)
        bad = [works.bad_rate(decision) for decision in DECISIONS]
        frame[f"Applicants, {name}"] = [100 * works.share(d).value for d in DECISIONS]
        frame[f"Bad among them, {name}"] = [100 * each.value for each in bad]
        frame[f"95 % interval, {name}"] = [
            f"{percent(each.interval[0])} to {percent(each.interval[1])}" if each.n else None
            for each in bad
        ]
    shares = [f"{what}, {name}" for what in ("Applicants", "Bad among them") for name in policies]
    table(
        frame,
        alt="What the cut-offs do to the test rows, now and as tried",
        column_config=dict.fromkeys(shares, PERCENT),
    )
    st.caption(
        f"Applicants: shares of the {len(rows.y):,} test rows. Bad among them: who defaulted."
    )


def history(champion: ModelVersion | None) -> None:
    """Draw every publication, the newest first, and the way back."""
    registry = workspace().registry
    published = registry.publications()
    if not published:
        st.markdown("No version has been published yet. Scoring by REST waits for a champion.")
        return
    names = {model.id: model_name(model) for model in registry.models()}
    newest_first = published[::-1]
    table(
        pd.DataFrame(
            {
                "Time": [each.at.replace(tzinfo=None) for each in newest_first],
                "Model": [names.get(each.model_id, each.model_id) for each in newest_first],
                "What": ["Rolled back" if e.roll_back else "Published" for e in newest_first],
                "User": [each.user for each in newest_first],
                "Note": [each.note or None for each in newest_first],
            }
        ),
        alt="Publication history, the newest first",
        column_config={
            "Time": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="In UTC")
        },
    )
    previous = registry.previous_champion()
    if champion is None or previous is None:
        return
    if st.button(
        f"Roll back to {literal(model_name(previous))}", icon=":material/undo:", key="roll-back"
    ):
        _roll_back(champion, previous)
