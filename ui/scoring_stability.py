"""A shelf: would a small change of the applicant alter the explanation?

It is worked out in the background, and kept: closed it computes nothing, and whoever opens it can
go on with the page.
"""

from collections.abc import Callable
from functools import partial
from itertools import count as counter

import streamlit as st

from core.charts.spread import spread
from core.decision import nearby
from core.decision.applicant import Value
from core.decision.assessment import Assessment
from core.decision.policy import probability
from core.decision.scoring import Scorer
from core.explanation.stability import RANKS, Stability
from core.explanation.words import signed
from core.formatting import count, percent
from core.store.tables import Run
from core.store.workspace import Workspace
from ui import theme
from ui.background import Tell, background
from ui.components.figure import draw
from ui.components.jobs import polled
from ui.components.shelf import shelf
from ui.components.verdict import LOOKS
from ui.components.words import literal
from ui.scoring_rows import LoanFile, loan_file
from ui.session import workspace

MOST_IN_CHART = 10
HEIGHT = 672
"""Pixels of the answer, which its place has from the beginning."""


def stability_shelf(
    scorer: Scorer,
    run: Run,
    explained: Callable[[], Assessment],
    values: dict[str, Value],
    page: str,
) -> None:
    """Draw the shelf; see `ui.scoring_nearby.nearby_shelves`."""
    shelf(
        "Would a small change alter the explanation?",
        lambda: _answer(scorer, run, explained(), values, page),
        key=f"{page}-stability",
        icon=":material/balance:",
    )


def _answer(
    scorer: Scorer, run: Run, said: Assessment, values: dict[str, Value], page: str
) -> None:
    found = _found(scorer, run, said, values, page)
    if found is not None:
        _stability(scorer, found, said, page)


def _found(
    scorer: Scorer, run: Run, said: Assessment, values: dict[str, Value], page: str
) -> Stability | None:
    """Return what was worked out; while it is under way, show how far it is."""
    question = nearby.stability_question(scorer, said, values)
    known = st.session_state.get(f"{page}-stability-found")
    if known is not None and known[0] == question:
        found: Stability | None = known[1]
        return found
    asked = f"{page}-stability-asked"
    if (before := st.session_state.get(asked)) not in (None, question):
        background().give_up(before)
    st.session_state[asked] = question
    found = nearby.kept_stability(workspace(), scorer, question, said)
    if found is None:
        do = partial(_work_out, workspace(), scorer, said, dict(values), loan_file(run), question)
        found = background().result(question, do)
    if found is None:
        st.fragment(_watch, run_every=0.5)(question, counter())
    else:
        st.session_state[f"{page}-stability-found"] = (question, found)
    return found


def _work_out(
    at: Workspace,
    scorer: Scorer,
    said: Assessment,
    values: dict[str, Value],
    rows: LoanFile,
    question: str,
    tell: Tell,
) -> Stability:
    found = nearby.stability_of(scorer, said, values, rows.frame, tell)
    nearby.keep_stability(at, scorer, question, found)
    return found


def _watch(question: str, looks: "counter[int]") -> None:
    work = background().work(question)
    if polled(looks) and (work is None or work.future.done()):
        st.rerun()
    done, of = (work.done, work.of) if work else (1, 1)
    waits = "Waiting for those of another applicant" if work and not work.future.running() else ""
    told = (
        f"Explained {done} of {of} small changes" if done else waits or "Explaining small changes"
    )
    with st.container(height=HEIGHT, border=False):
        st.progress(done / of, f"{told}. Go on meanwhile: all else on this page can be used.")
        st.skeleton(height=HEIGHT - 120)


def _stability(scorer: Scorer, found: Stability, said: Assessment, page: str) -> None:
    decided = [scorer.policy.decide(probability(each)) for each in found.log_odds.tolist()]
    same = sum(each == said.decision for each in decided)
    low, high = (percent(probability(end)) for end in (found.log_odds.min(), found.log_odds.max()))
    st.markdown(
        f"**{literal(found.sentence)}** The decision stays “{LOOKS[said.decision].word.lower()}” "
        f"in {same} of {len(decided)}; the probability of default lies between {low} and {high}."
    )
    frame = found.frame()
    labels = [scorer.bundle.schema[name].label for name in frame["field"]]
    frame.insert(1, "label", labels)
    field, least, most = found.widest
    label = scorer.bundle.schema[field].label
    draw(
        spread(frame.head(MOST_IN_CHART), theme.current()),
        f"{label} varies most under small changes: {signed(least)} to {signed(most)} log-odds",
        frame,
        key=f"{page}-spread",
        alt="Effect of each field for this applicant, within its range over small changes",
    )
    st.caption(
        f"A small change moves each number to a value at most {percent(RANKS, 0)} of the ranks of "
        "the loan file away; categories and blanks stay. "
        f"{count(len(decided))} such applicants are drawn, the same ones each time."
    )
