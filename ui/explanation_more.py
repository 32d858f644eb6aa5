"""Evidence one click away: which fields work together, and what the challengers look at."""

import pandas as pd
import streamlit as st

from core.charts import heat_maps
from core.decision.scoring import Scorer
from core.explanation import challenger_figures
from core.explanation.challenger_figures import ChallengerFigures
from core.explanation.interactions import Interactions
from core.explanation.reference import Kind, Reference
from core.explanation.words import listing
from core.formatting import count
from ui import theme
from ui.components.figure import draw
from ui.components.shelf import shelf
from ui.components.words import literal
from ui.explanation_data import Picture
from ui.explanation_overall import not_worked_out

IN_MAP = 8
PAIRS_HELP = """
The strength of a pair is the root mean square, over applicants, of the **Shapley interaction
index** (Grabisch & Roubens 1999): how much more two fields together move the log-odds than the sum
of what each moves alone, averaged over all coalitions of the other fields and over the reference
population. Two independent halves of the draws are multiplied, so that noise does not add to it. A
dash marks pairs whose interval reaches 0.
"""
SHAP_HELP = """
Each challenger is explained by its own explainer of the SHAP library, on the same applicants and
against the same reference population, in log-odds: trees by **TreeExplainer** (interventional),
logistic regression and scorecard by **LinearExplainer**. What the columns of one category are
given is added up. LightGBM, XGBoost and CatBoost split on categories, which TreeExplainer cannot
compare with a population: it then follows the ways that training rows took in their trees, so
their values start from the mean of the training part. The network's ranks are those of its own
Shapley values. A different order is no fault: fields that carry the same information can stand in
for each other.
"""


def more(scorer: Scorer, picture: Picture, reference: Reference, compared_with: Kind) -> None:
    """Draw the expanders; each computes only when it is opened."""
    shelf(
        _pairs_title(picture),
        lambda: (
            not_worked_out(scorer, compared_with, "pairs")
            if picture.pairs is None
            else _pairs(picture, picture.pairs, reference)
        ),
        key="more-pairs",
        icon=":material/hub:",
    )
    shelf(
        "Do the challengers look at the same fields?",
        lambda: (
            not_worked_out(scorer, compared_with, "challengers")
            if picture.challengers is None
            else _challengers(picture, picture.challengers, reference)
        ),
        key="more-challengers",
        icon=":material/compare_arrows:",
    )


def _pairs_title(picture: Picture) -> str:
    if picture.pairs is None:
        return "Which fields work together?"
    return f"Which fields work together? {_strongest(picture, picture.pairs)}"


def _strongest(picture: Picture, pairs: Interactions) -> str:
    first = pairs.strongest.iloc[0]
    if not first["low"] > 0:
        return "None beyond chance."
    field, other = (picture.labels[first[end]] for end in ("field", "other"))
    return f"{field} and {other} most."


def _pairs(picture: Picture, pairs: Interactions, reference: Reference) -> None:
    fields = list(picture.importance["field"].head(IN_MAP))
    look = theme.current()
    first = pairs.strongest.iloc[0]
    clear = int((pairs.pairs["low"] > 0).sum())
    finding = f"{clear} of {len(pairs.pairs)} pairs of fields work together beyond chance"
    if clear:
        field, other = (picture.labels[first[end]] for end in ("field", "other"))
        finding = (
            f"{field} and {other} work together most: ±\N{NO-BREAK SPACE}{first['strength']:.2f} "
            "log-odds beyond the sum of each"
        )
    draw(
        heat_maps.interactions(pairs.pairs, fields, picture.labels, look),
        finding,
        _labelled(pairs.strongest, picture),
        key="explanation-pairs",
        alt="Strength of the interaction of every pair of the weightiest fields",
    )
    st.caption(
        f"The {len(fields)} weightiest fields; {clear} of all {len(pairs.pairs)} pairs work "
        f"together beyond chance. From {count(pairs.rows)} of {count(picture.of)} test "
        f"applicants, {pairs.draws} coalitions for each pair and applicant, against "
        f"{count(reference.n)} {literal(reference.name)}; 95 % intervals over applicants on hover "
        "and in the table."
    )
    st.markdown(PAIRS_HELP)


def _labelled(frame: pd.DataFrame, picture: Picture) -> pd.DataFrame:
    named = {end: frame[end].map(picture.labels) for end in ("field", "other")}
    return frame.assign(**named)


def _challengers(picture: Picture, figures: ChallengerFigures, reference: Reference) -> None:
    frame = challenger_figures.ranks(figures, picture.importance)
    fields = list(picture.importance["field"].head(IN_MAP))
    draw(
        heat_maps.ranks(frame, fields, theme.current()),
        challenger_figures.finding(frame),
        frame,
        key="explanation-challengers",
        alt="Rank of each field for the network and each challenger",
    )
    said = challenger_figures.agreement(frame)
    st.markdown(
        literal(" ".join(challenger_figures.differences(frame))) or "No field is seen far apart."
    )
    correlations = "; ".join(
        f"{each['name']} {each['correlation']:.2f}" for each in said.to_dict("records")
    )
    gap = max((float(each["gap"]) for each in figures.about.values()), default=0.0)
    st.caption(
        f"Numbers are ranks, shading is the share of the total effect; the {len(fields)} fields "
        f"that weigh most for the network. Challengers: mean absolute SHAP values of "
        f"{count(figures.rows)} test applicants; network: of {count(len(picture.explained))}; "
        f"against {count(reference.n)} {literal(reference.name)}. Rank correlation with the "
        f"network over all fields (Spearman): {correlations}. Largest unexplained rest of a "
        f"challenger: {gap:.6f} log-odds. {_otherwise(figures, frame)} "
        f"{literal(_left_out(figures))}"
    )
    st.markdown(SHAP_HELP)


def _otherwise(figures: ChallengerFigures, frame: pd.DataFrame) -> str:
    """Name the challengers that could not be compared with the population."""
    own = {key for key, each in figures.about.items() if each.get("compared_with") == "training"}
    names = list(frame.loc[frame["model"].isin(own), "name"].unique())
    return f"Not against them, but along their own trees: {listing(names)}." if names else ""


def _left_out(figures: ChallengerFigures) -> str:
    return " ".join(f"{name} is left out: {why}." for name, why in figures.left_out.items())
