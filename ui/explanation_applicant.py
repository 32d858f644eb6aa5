"""One applicant of the loan file: the way from the reference population to the score."""

import streamlit as st

from core.charts.waterfall import waterfall
from core.decision.assessment import Assessment
from core.decision.policy import probability
from core.decision.scoring import Scorer
from core.explanation import words
from core.explanation.local import path
from core.explanation.reference import Kind
from core.formatting import typeset
from core.store.tables import Run
from ui import links, theme
from ui.components.figure import draw
from ui.components.page import failures
from ui.components.verdict import verdict
from ui.components.words import literal, quoted
from ui.explanation_data import Picture
from ui.explanation_overall import gap_text
from ui.scoring_answer import by_rule, force_text
from ui.scoring_draft import row_asked_for
from ui.scoring_nearby import nearby_shelves
from ui.scoring_rows import LoanFile, loan_file

ROW = "explanation-row"


@st.fragment
def applicant_section(
    scorer: Scorer, run: Run, compared_with: Kind, picture: Picture | None
) -> None:
    """Let the visitor choose a row, and explain its score."""
    st.header("One applicant", anchor=False)
    with failures():
        rows = loan_file(run)
        row = _pick_row(rows, picture)
        values = rows.values(row, scorer.bundle.fields)
        said = scorer.assess(values, compared_with=compared_with)
        _explained(scorer, said, rows.describe(row), compared_with)
        nearby_shelves(scorer, run, lambda: said, values, "explanation", row)
        links.link(
            "Score this applicant and try other values",
            "scoring",
            icon=":material/person_search:",
            model=scorer.model.id,
            row=row,
        )


def _pick_row(rows: LoanFile, picture: Picture | None) -> int:
    """Draw the row field, mirrored to `?row=`, and shortcuts to telling rows."""
    first, last = int(rows.frame.index.min()), int(rows.frame.index.max())
    asked = st.query_params.get("row", "")
    if ROW not in st.session_state:
        wanted = row_asked_for(asked)
        known = wanted is not None and first <= wanted <= last
        st.session_state[ROW] = wanted if known else rows.test_rows[0]
        if asked and not known:
            st.warning(
                f"There is no row {quoted(asked)}. The loan file has rows {first:,} to {last:,}. "
                f"Showing row {st.session_state[ROW]:,}.",
                icon=":material/search_off:",
            )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = st.number_input(
            "Row of the loan file",
            first,
            last,
            step=1,
            key=ROW,
            width=180,
            help="Rows count from 0.",
        )
        for label, chosen in _telling_rows(picture).items():
            st.button(label, key=f"{ROW}-{label}", on_click=_go_to, args=(chosen,))
    if asked != str(row):
        st.query_params["row"] = str(row)
    return int(row)


def _telling_rows(picture: Picture | None) -> dict[str, int]:
    if picture is None:
        return {}
    log_odds = picture.explained.scores["log_odds"].sort_values(kind="stable")
    return {
        "Lowest risk": int(log_odds.index[0]),
        "Median risk": int(log_odds.index[len(log_odds) // 2]),
        "Highest risk": int(log_odds.index[-1]),
    }


def _go_to(row: int) -> None:
    st.session_state[ROW] = row


def _explained(scorer: Scorer, said: Assessment, where: str, compared_with: Kind) -> None:
    attribution = said.attribution
    if attribution is None:
        return
    reference = scorer.references[compared_with]
    steps = path(attribution, said.features, scorer.bundle.schema)
    left, right = st.columns([4, 7], gap="large")
    with left:
        verdict(said.decision, said.default_probability, said.points, by_rule(said))
        st.caption(literal(where))
        force_text(scorer, attribution, reference.name)
        if said.reasons:
            st.markdown("**What raises the risk most**")
        for place, reason in enumerate(said.reasons, start=1):
            st.markdown(f"{place}. {literal(typeset(reason.sentence))}")
    with right:
        finding = words.applicant(
            attribution,
            scorer.bundle.schema,
            probability(attribution.base),
            said.default_probability,
        )
        draw(
            waterfall(steps, reference.name, theme.current()),
            finding,
            steps,
            key="explanation-waterfall",
            alt="How each field moves the default probability from the reference to the applicant",
        )
        st.caption(
            "Bars add up in log-odds; the label of each gives the default probability reached. "
            f"{words.exactness(attribution)} Unexplained rest {gap_text(attribution.gap)}."
        )
