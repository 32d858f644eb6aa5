"""Saving a decision from the scoring page, and the last ones saved."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.decision.applicant import Value
from core.decision.assessment import Assessment
from core.decision.ledger import (
    final_decision,
    record,
    require_reference,
    suggest_reference,
)
from core.decision.notice import LONGEST_RATIONALE, Override
from core.decision.policy import DECISIONS, Decision
from core.decision.scoring import Scorer
from core.errors import DecisionError, LendlensError
from core.formatting import percent
from core.store.tables import DecisionRecord
from ui import links
from ui.components.verdict import LOOKS
from ui.components.words import literal, problem
from ui.session import workspace

REFERENCE = "scoring-reference"
ROLE = "loan officer"
SEEN = "scoring-seen"
"""What the cut-offs said when the button was last drawn: nobody records a decision unseen."""
RECENT = 5


def save_section(
    scorer: Scorer,
    said: Assessment,
    values: Mapping[str, Value],
    explained: Callable[[], Assessment],
) -> None:
    """Draw what a record needs beside the score, and write it on request.

    What comes and goes by itself stands below the button, so that the button keeps its place.

    Args:
        scorer: The model in view.
        said: What it says about the values on screen.
        values: The applicant's values on screen.
        explained: Returns the same with its reasons, which a record holds.
    """
    with st.container(border=True, key="scoring-record"):
        st.subheader("Record the decision", anchor=False)
        st.session_state.setdefault(REFERENCE, suggest_reference())
        reference = st.text_input(
            "Applicant reference",
            key=REFERENCE,
            persist_state="session",
            max_chars=40,
            help="Your own number for the application. Never a name: records are kept for years.",
        )
        usable = _show_state(reference)
        chosen, rationale = _decision(said.decision)
        asked = st.button(
            "Save decision",
            type="primary",
            icon=":material/save:",
            key="scoring-save",
            disabled=not usable,
        )
        seen = st.session_state.get(SEEN, said.decision)
        st.session_state[SEEN] = said.decision
        if not asked:
            _show_saved()
        elif seen != said.decision:
            st.warning(
                f"With these values the cut-offs say {LOOKS[said.decision].word.lower()}, no longer"
                f" {LOOKS[seen].word.lower()}. Nothing was recorded; look at it, then save.",
                icon=":material/front_hand:",
            )
        else:
            override = None if chosen == said.decision else Override(chosen, rationale)
            _save(scorer, explained(), values, reference, override)


def _save(
    scorer: Scorer,
    said: Assessment,
    values: Mapping[str, Value],
    reference: str,
    override: Override | None,
) -> None:
    try:
        user = workspace().settings.user
        written = record(workspace(), scorer, said, values, user, ROLE, reference, override)
    except LendlensError as error:
        problem(error)
        return
    _begin_next(written)


def _show_state(reference: str) -> bool:
    """Say beneath the reference what is wrong with it; return whether it can be used."""
    try:
        require_reference(reference)
    except DecisionError as error:
        st.caption(f":red[:material/error: {literal(str(error))}]")
        return False
    return True


def _decision(proposed: Decision) -> tuple[Decision, str]:
    """Ask what is done; another decision than the cut-offs' needs a rationale."""
    chosen = st.segmented_control(
        "Decision",
        DECISIONS,
        default=proposed,
        format_func=lambda decision: LOOKS[decision].word,
        required=True,
        # A key per proposal: when the score crosses a cut-off, the choice follows it.
        key=f"scoring-decision-{proposed}",
        help=f"The cut-offs say {LOOKS[proposed].word.lower()}. "
        "Choose otherwise to override them with a rationale.",
    )
    if chosen is None or chosen == proposed:
        return proposed, ""
    rationale = st.text_area(
        f"Why {LOOKS[chosen].word.lower()} instead of {LOOKS[proposed].word.lower()}",
        key="scoring-rationale",
        max_chars=LONGEST_RATIONALE,
        placeholder="The fact that the model does not know, and why it outweighs the score",
        help="Kept with the record. A decline quotes it in the notice.",
    )
    return chosen, rationale


def _begin_next(written: DecisionRecord) -> None:
    """Show the saved record and offer the next applicant a reference of their own."""
    for key in [REFERENCE, "scoring-rationale", *(f"scoring-decision-{d}" for d in DECISIONS)]:
        st.session_state.pop(key, None)
    st.session_state["scoring-saved"] = written.id
    st.rerun()


def _show_saved() -> None:
    """Say once that the decision was written, with the way to it."""
    if saved := st.session_state.pop("scoring-saved", None):
        with st.container(key="scoring-saved-box"):
            written = workspace().registry.decision(saved)
            st.markdown(f":material/check: Saved as record {written.seq:,}.")
            links.link("Open the decision", "decisions", decision=saved)


def recent_decisions() -> None:
    """List the last decisions; each opens by its address."""
    recent = workspace().registry.decisions(RECENT)
    if not recent:
        return
    st.subheader("Recent decisions", anchor=False)
    for entry in recent:
        look = LOOKS[final_decision(entry)]
        icon = "person_alert" if entry.override else look.icon
        links.link(
            literal(one_line(entry)), "decisions", icon=f":material/{icon}:", decision=entry.id
        )


def one_line(entry: DecisionRecord) -> str:
    """Return a decision as a line of a list that fits a phone."""
    word = LOOKS[final_decision(entry)].word
    when = f"{entry.at.day} {entry.at:%b, %H:%M}"
    return f"{entry.applicant_ref} · {word} · {percent(entry.pd_hat)} · {when}"
