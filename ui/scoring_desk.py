"""The scoring page in view: the answer on top, below it the form, and beside the form what follows.

The place to record the decision is drawn before the reasons are computed, and above them: it does
not move while they change, and a click on it need not wait for them.
"""

from functools import partial

import streamlit as st

from core.decision.applicant import Value
from core.decision.scoring import Scorer
from core.errors import NotFoundError
from core.formatting import count
from core.store.tables import Run
from ui.components.page import failures
from ui.components.words import literal, quoted
from ui.scoring_answer import answer, why
from ui.scoring_draft import Draft, draft_of, keep, restart, typical
from ui.scoring_drafts import KEPT_S
from ui.scoring_explained import explained, first_explained, is_sharp
from ui.scoring_form import applicant_form
from ui.scoring_nearby import nearby_shelves
from ui.scoring_recourse import recourse_section
from ui.scoring_rows import LoanFile, loan_file
from ui.scoring_save import recent_decisions, save_section

OPENING = "scoring-opening"


def desk(scorer: Scorer, run: Run) -> None:
    """Draw the whole desk as the page opens."""
    st.session_state[OPENING] = True
    _desk(scorer, run)


@st.fragment
def _desk(scorer: Scorer, run: Run) -> None:
    """Draw the whole desk; a changed field reruns this and nothing else.

    A changed field shows its first explanation at once and then reruns to draw the sharp one in
    its place. A page that opens cannot rerun a part of itself, and draws the sharp one.
    """
    opening = st.session_state.pop(OPENING, False)
    with failures():
        draft = draft_of(run.data_set_id)
        on_top = st.container(key="scoring-answer")
        left, right = st.columns([6, 7], gap="large")
        with left:
            notice = st.empty()
            start = _start(draft, scorer, run)
            values, usable = applicant_form(scorer.bundle.fields, draft, start)
        keep(draft, values, start)
        if draft.lost:
            notice.warning(LOST, icon=":material/hourglass_disabled:")
        if not usable:
            on_top.info("Mend the marked field to see the score.", icon=":material/edit:")
            st.stop()
        said = scorer.assess(values, reasons=False)
        with on_top:
            answer(scorer, said)
        with right:
            sharp = partial(explained, scorer, values)
            save_section(scorer, said, values, sharp)
            reasoned = sharp() if opening else first_explained(scorer, values)
            with st.container(key="scoring-why"):
                why(scorer, reasoned)
            recourse_section(scorer, said, values)
            own = draft.row if not draft.changes else None
            nearby_shelves(scorer, run, sharp, values, "scoring", own)
            recent_decisions()
        if not is_sharp(scorer, values):
            sharp()
            st.rerun(scope="fragment")


def _start(draft: Draft, scorer: Scorer, run: Run) -> dict[str, Value]:
    """Draw where the form starts from, and return its values."""
    st.subheader("Applicant", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _row_buttons(draft, run)
    if draft.no_row:
        last = int(loan_file(run).frame.index.max())
        st.warning(
            f"There is no row {quoted(draft.no_row)}. The loan file has rows 0 to {last:,}.",
            icon=":material/search_off:",
        )
        draft.no_row = ""
    if draft.row is not None:
        rows = loan_file(run)
        try:
            start = rows.values(draft.row, scorer.bundle.fields)
        except NotFoundError as error:
            st.warning(literal(str(error)), icon=":material/search_off:")
            draft.row = None
        else:
            changed = f" {count(len(draft.changes))} changed since." if draft.changes else ""
            st.caption(literal(rows.describe(draft.row)) + changed)
            return start
    st.caption("Typical values of the training data. Change what you know.")
    return typical(scorer.bundle.fields)


LOST = (
    "What was typed under this address is no longer kept. It stays in the server's memory for "
    f"{KEPT_S / 3600:.0f} hours after its last use, until the server stops. The form starts empty."
)
NEXT_HELP = "An applicant from the test part, whom the network never saw while it learnt"


def _row_buttons(draft: Draft, run: Run) -> None:
    st.button(
        "Next test row",
        icon=":material/skip_next:",
        help=NEXT_HELP,
        on_click=lambda: restart(draft, loan_file(run).next_test_row(draft.row)),
    )
    shelf = st.popover("Load a row", icon=":material/table_rows:", key="load", on_change="rerun")
    if shelf.open:
        with shelf:
            _load_row(draft, loan_file(run))
    st.button(
        "Clear",
        icon=":material/backspace:",
        help="Back to typical values",
        on_click=restart,
        args=(draft, None),
    )


def _load_row(draft: Draft, rows: LoanFile) -> None:
    last = int(rows.frame.index.max())
    at_first = rows.test_rows[0] if draft.row is None else draft.row
    row = st.number_input("Row of the loan file", 0, last, at_first, help=f"0 to {last:,}")
    st.button("Load", on_click=restart, args=(draft, int(row)))
