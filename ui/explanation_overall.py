"""The explanation page's first screen: what moves the risk over all applicants."""

import itertools

import pandas as pd
import streamlit as st

from core.charts import explanation as charts
from core.decision.policy import probability
from core.decision.scoring import Scorer
from core.explanation import dots, words
from core.explanation.reference import Kind, Reference
from core.formatting import count, percent
from core.jobs.explain_request import ROWS, active_explanation, start_explanation
from core.store.tables import Job
from ui import theme
from ui.components.figure import draw
from ui.components.jobs import job_progress, polled
from ui.components.metrics import Figure, metric_row
from ui.components.words import literal
from ui.explanation_data import Picture
from ui.session import workspace

FIELDS = 12
"""Lines that can be compared at a glance; the table beside the chart has all."""


def answer(scorer: Scorer, picture: Picture, reference: Reference) -> None:
    """Say what moves the risk, in words and in figures."""
    importance = picture.importance
    with st.container(border=True, key="explanation-summary"):
        st.subheader(literal(words.headline(importance)), anchor=False)
        st.markdown(
            f"{literal(words.directions(importance))} Compared with {literal(reference.name)}, "
            f"on {words.how_many(len(picture.explained), picture.of)}."
        )
    first = importance.iloc[0]
    metric_row(
        [
            Figure(
                "Strongest field",
                str(first["label"]),
                f"moves the default probability by {100 * first['pd']:.1f} percentage points "
                "on average",
                "Mean distance between the default probability and what it would be without "
                "this field's contribution, in percentage points.",
            ),
            Figure(
                "Starting point",
                percent(probability(picture.explained.base)),
                f"default probability typical of {count(reference.n)} {reference.name}",
                "Every explanation starts from the mean log-odds of the reference population, "
                "read here as a probability. " + reference.sentence,
            ),
            Figure(
                "Explained",
                count(len(picture.explained)),
                f"of {count(picture.of)} applicants in the test part, unseen in training",
            ),
            Figure(
                "Unexplained rest",
                gap_text(picture.explained.largest_gap),
                "log-odds, the largest of all applicants explained",
                "The additivity gap: how far the fields' contributions and the starting point "
                "are from adding up to the score.",
            ),
        ]
    )


def evidence(picture: Picture) -> None:
    """Draw importance and the dots behind it, in the same order of fields."""
    left, right = st.columns(2, gap="large")
    with left:
        _importance(picture)
    with right:
        _beeswarm(picture)


def _importance(picture: Picture) -> None:
    top, look = picture.importance.head(FIELDS), theme.current()
    first = top.iloc[0]
    draw(
        picture.once(("importance", look), lambda: charts.importance(top, look)),
        f"{first['label']} weighs most: {percent(float(first['share']), 0)} of the total effect",
        picture.importance,
        key="explanation-importance",
        alt="Mean absolute Shapley value of each field with its 95 % interval",
    )
    st.caption(
        f"Means over {words.how_many(len(picture.explained), picture.of)}; 95 % intervals. "
        f"Labels read them as percentage points of default probability. {_left_out(picture)}"
    )


def _beeswarm(picture: Picture) -> None:
    top, look = picture.importance.head(FIELDS), theme.current()
    fields, labels = list(top["field"]), list(top["label"])
    frame = picture.once(
        ("dots",), lambda: dots.beeswarm(picture.explained, picture.schema, fields)
    )
    draw(
        picture.once(("beeswarm", look), lambda: charts.beeswarm(frame, labels, look)),
        words.furthest(picture.explained, picture.schema),
        frame[["label", "value", "log_odds", "pd", "applicants"]],
        key="explanation-beeswarm",
        alt="Effect of each field on the log-odds of each applicant, coloured by the value",
    )
    st.caption(
        f"{_dots_said(frame, picture)} Grey: categories and missing values. "
        "Colour: the field's own value."
    )


def _dots_said(frame: pd.DataFrame, picture: Picture) -> str:
    everyone = words.how_many(len(picture.explained), picture.of)
    most = int(frame["applicants"].max())
    if most == 1:
        return f"One dot per applicant: {everyone}."
    return (
        f"Everyone explained is in it, {everyone}: a dot stands for up to {count(most)} of them "
        "with nearly the same effect."
    )


def _left_out(picture: Picture) -> str:
    fields = len(picture.importance)
    return f"The {FIELDS} weightiest of {fields} fields." if fields > FIELDS else ""


def not_yet(scorer: Scorer, compared_with: Kind, reference: Reference) -> None:
    """Offer to explain the test part, or show how far that is."""
    job = active_explanation(workspace(), scorer.model.id, compared_with)
    if job is not None:
        progress(job)
        return
    with st.container(border=True, horizontal_alignment="center", key="explanation-missing"):
        st.space("small")
        st.markdown(
            f"What moves the risk overall, compared with {literal(reference.name)}, has not been "
            "worked out for this model yet. It takes a minute or so and is kept.",
            text_alignment="center",
        )
        start_button(scorer, compared_with, ROWS, "Explain the model", primary=True)
        st.space("small")


def progress(job: Job, seen: int = 0) -> None:
    """Show a running explanation; the page is drawn anew once a set of more rows is stored.

    Args:
        job: Which one.
        seen: Rows of the set that the page shows.
    """
    with st.container(border=True, key="explanation-progress"):
        st.markdown(
            "Working out each applicant's explanation. You can leave this page; "
            "what is done is kept."
        )
        job_progress(job.id)
        st.fragment(_watch_sets, run_every=2.0)(job, seen, itertools.count())


def _watch_sets(job: Job, seen: int, looks: "itertools.count[int]") -> None:
    if not polled(looks):
        return
    sets = workspace().registry.explanations(job.payload["model_id"])
    asked = job.payload["compared_with"]
    if any(one.rows > seen for one in sets if one.reference == asked):
        st.rerun()  # the whole page: there is more to see


def start_button(
    scorer: Scorer, compared_with: Kind, rows: int, label: str, *, primary: bool = False
) -> None:
    """Draw the button that starts an explanation of so many rows."""
    if st.button(
        label,
        type="primary" if primary else "secondary",
        key=f"explain-{rows}",
        icon=":material/lightbulb:",
    ):
        start_explanation(workspace(), scorer.model.id, compared_with, rows)
        st.rerun()


def gap_text(gap: float) -> str:
    """Return a gap as text; what is below a millionth is not worth more digits.

    >>> gap_text(4e-16), gap_text(0.002)
    ('< 0.000001', '0.002000')
    """
    return "< 0.000001" if abs(gap) < 1e-6 else f"{abs(gap):.6f}"


def not_worked_out(scorer: Scorer, compared_with: Kind, key: str) -> None:
    """Offer to work out what concerns the model as a whole; a worker does it."""
    if active_explanation(workspace(), scorer.model.id, compared_with):
        st.markdown("This is being worked out; it appears here when the job above ends.")
        return
    st.markdown("This has not been worked out yet for this model. It takes less than a minute.")
    if st.button("Work it out", key=f"work-out-{key}", icon=":material/lightbulb:"):
        start_explanation(workspace(), scorer.model.id, compared_with, rows=0)
        st.rerun()
