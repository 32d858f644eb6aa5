"""What moves the risk of a cohort, beside everyone; and the cohort as whom one is compared with."""

import numpy as np
import streamlit as st

from core.charts.explanation_cohort import beside_everyone as chart
from core.decision.scoring import Scorer
from core.errors import CohortError, ConditionError
from core.explanation import words
from core.explanation.by_cohort import beside_everyone, finding
from core.explanation.cohort import Cohort, require_enough
from core.explanation.loan_rows import LoanRows
from core.explanation.reference import COHORT, NAMES, Kind
from core.formatting import count, of, percent
from core.jobs.explain_request import scorer_against
from core.store.tables import Run
from core.store.workspace import Workspace
from ui import theme
from ui.cohorts import loan_rows, remove_button
from ui.components.asked import asked_for
from ui.components.figure import draw
from ui.components.metrics import Figure, metric_row
from ui.components.words import literal
from ui.explanation_data import Picture
from ui.session import workspace

FIELDS = 12
COMPARED_WITH = "compared-with"
"""The URL's parameter for whom applicants are compared with: the kind of a reference."""


def pick_population(scorer: Scorer, cohort: Cohort | None) -> tuple[Scorer, Kind]:
    """Let the visitor choose whom applicants are compared with; a cohort in view can be chosen.

    Returns:
        A scorer that knows the population, and its kind.
    """
    extended = _knowing(scorer, f"{COHORT}{cohort.id}") if cohort else scorer
    known = list(extended.references)
    asked = asked_for(COMPARED_WITH, known, "group to compare with")
    st.session_state[COMPARED_WITH] = asked or next(iter(scorer.references))

    def write_url() -> None:  # a bound widget would write its label, which is no name to rely on
        st.query_params[COMPARED_WITH] = st.session_state[COMPARED_WITH]

    kind = st.segmented_control(
        "Compared with",
        known,
        format_func=lambda kind: _name(extended, kind),
        required=True,
        wrap=True,
        key=COMPARED_WITH,
        on_change=write_url,
        help="Contributions say how far an applicant is from this group. Choose a cohort to "
        "compare with it.",
    )
    return extended, str(kind)


def _name(scorer: Scorer, kind: Kind) -> str:
    return (
        NAMES[kind].capitalize()
        if kind in NAMES
        else literal(f"“{scorer.references[kind].called}”")
    )


def _knowing(scorer: Scorer, kind: Kind) -> Scorer:
    """Return the scorer that also knows this cohort; the plain one where that cannot be."""
    try:
        return _against(workspace(), scorer.model.id, kind)
    except (CohortError, ConditionError) as error:
        st.caption(f"Nobody can be compared with this cohort. {literal(str(error))}")
        return scorer


@st.cache_resource(max_entries=8, show_spinner="Finding the cohort")
def _against(_workspace: Workspace, model_id: str, kind: Kind) -> Scorer:
    return scorer_against(_workspace, model_id, kind)


def cohort_section(picture: Picture, cohort: Cohort, run: Run) -> None:
    """Draw the figures of a cohort beside everyone's."""
    rows = loan_rows(run)
    st.header(f"Cohort: {literal(cohort.name)}", anchor=False)
    st.caption(f"Applicants for whom {literal(cohort.sentence(rows.schema))}.")
    inside = rows.holds(cohort, picture.explained.values.index)
    try:
        require_enough(int(inside.sum()), cohort, len(inside))
    except (CohortError, ConditionError) as error:
        st.info(literal(str(error)), icon=":material/group_off:")
        remove_button(cohort)
        return
    frame = picture.once(
        ("cohort", cohort.id), lambda: beside_everyone(picture.explained, inside, picture.schema)
    )
    _figures(picture, cohort, rows, inside)
    top = frame.head(FIELDS)
    draw(
        chart(top, cohort.name, theme.current()),
        finding(frame, cohort.name),
        frame,
        key="explanation-cohort",
        alt="Mean absolute Shapley value of each field in the cohort and among everyone",
    )
    st.caption(
        f"Means over {of(int(inside.sum()), len(inside), 'explained applicants')} with 95 % "
        "intervals; order of fields as for everyone. A difference is named only where Welch's "
        "test against all other applicants finds it, at 5 % over all fields together."
    )
    remove_button(cohort)


def _figures(picture: Picture, cohort: Cohort, rows: LoanRows, inside: np.ndarray) -> None:
    part = picture.explained.where(inside)
    own, all_ = part.default_probability.mean(), picture.explained.default_probability.mean()
    everyone = int(rows.holds(cohort, rows.frame.index).sum())
    metric_row(
        [
            Figure(
                "Explained in this cohort",
                count(len(part)),
                f"of {words.how_many(len(picture.explained), picture.of)}",
            ),
            Figure(
                "Mean default probability",
                percent(float(own)),
                f"of the cohort; {percent(float(all_))} of everyone explained",
                "The mean of what the model says of each applicant.",
            ),
            Figure(
                "In the loan file",
                count(everyone),
                f"of {count(len(rows.frame))} applicants are in the cohort",
            ),
        ]
    )
