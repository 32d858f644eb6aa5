"""Behind the answer: the method, who is compared with, and everything to download."""

import pandas as pd
import streamlit as st

from core.decision.policy import probability
from core.decision.scoring import Scorer
from core.explanation.reasons import shown, typical
from core.explanation.reference import Kind, Reference
from core.explanation.reference_change import change
from core.formatting import count, percent
from ui.components.shelf import shelf
from ui.components.table import csv_download, table
from ui.components.words import literal
from ui.explanation_data import Picture, stored_picture
from ui.explanation_overall import start_button

METHOD = """
Each field's number is its **Shapley value**: its average contribution to the network's log-odds
over all orders in which the fields of the applicant could be revealed. Fields not yet revealed
have the values of an applicant of the reference population, and the result is averaged over that
population. What is explained is the network that scores, on the applicant's own fields.

Up to about a dozen fields every combination is evaluated, and the values are exact. Beyond that
a fixed sample of combinations is used; two independent halves of it give the standard error.
Contributions add up to the score: the unexplained rest is shown.

A contribution says what the model does. It does not say what would happen if the applicant
changed the field, nor that the field causes default.
"""


def depth(
    scorer: Scorer, picture: Picture | None, reference: Reference, compared_with: Kind
) -> None:
    """Draw the expanders; each computes only when it is opened."""
    shelf("Method", _method, key="depth-method", icon=":material/function:")
    shelf(
        f"Whom applicants are compared with: {count(reference.n)} {reference.name}",
        lambda: _reference(scorer, picture, reference),
        key="depth-reference",
        icon=":material/groups:",
    )
    if picture is not None:
        shelf(
            "All explained applicants",
            lambda: _rows(scorer, picture, compared_with),
            key="depth-rows",
            icon=":material/table_rows:",
        )


def _method() -> None:
    st.markdown(METHOD)


def _reference(scorer: Scorer, picture: Picture | None, reference: Reference) -> None:
    st.markdown(
        f"{literal(reference.sentence)} The choice changes the reasons, so it is stored with the "
        f"model and named in every decision (id {reference.id})."
    )
    ordered = sorted(scorer.references.values(), key=lambda each: each.kind != reference.kind)
    columns = [scorer.bundle.schema[name] for name in scorer.bundle.features]
    typical_values = {
        f"{each.name.capitalize()} (n = {each.n})": [
            shown(column, typical(column, each.frame[column.name])) for column in columns
        ]
        for each in ordered
    }
    fields = {"Field": [column.label for column in columns]}
    st.markdown("**Who is in it**: typical values, beside those of the other groups.")
    table(
        pd.DataFrame(fields | typical_values),
        alt="Typical value of each field in each reference population",
        height="content",
    )
    st.markdown("**What changes with another group**, for applicants who are not approved:")
    changes = pd.DataFrame([_change(scorer, picture, each) for each in ordered])
    table(changes, alt="What changes when applicants are compared with another group")
    st.caption(
        "Reasons are the up to four fields that raise the risk most. Counted over test applicants "
        "who were explained against both groups; in brackets the 95 % interval. Choose another "
        "group at the top of the page to work it out."
    )


def _change(scorer: Scorer, picture: Picture | None, other: Reference) -> dict[str, str]:
    """Return one line: where explanations start, and how often reasons differ from those shown."""
    said = {
        "Compared with": other.name.capitalize(),
        "Starting point": percent(probability(scorer.explainer(other.kind).base)),
    }
    shown_kind = picture.reference["kind"] if picture else ""
    if other.kind == shown_kind:
        return said | {"Another first reason": "shown here", "Other reasons": "shown here"}
    stored = stored_picture(scorer, other.kind) if picture else None
    found = None
    if picture and stored:
        found = change(picture.explained, stored.explained, scorer.policy.approve_below)
    if found is None:
        return said | {"Another first reason": "not worked out", "Other reasons": "not worked out"}
    ends = f"[{percent(found.among_low, 0)}, {percent(found.among_high, 0)}]"
    return said | {
        "Another first reason": f"{percent(found.first, 0)} of {count(found.rows)}",
        "Other reasons": f"{percent(found.among, 0)} {ends} of {count(found.rows)}",
    }


def _rows(scorer: Scorer, picture: Picture, compared_with: Kind) -> None:
    explained = picture.explained
    st.markdown(
        f"Contribution of each field in log-odds, for {count(len(explained))} of "
        f"{count(picture.of)} applicants of the test part."
    )
    frame = explained.values.rename(columns=lambda name: picture.schema[str(name)].label)
    frame.insert(0, "Log-odds", explained.scores["log_odds"])
    frame.insert(0, "Row", frame.index)
    frame = frame.sort_values("Row")
    table(frame, alt="Shapley values of every explained applicant")
    csv_download(frame, "explained-applicants.csv", key="explained")
    if len(explained) < picture.of:
        start_button(scorer, compared_with, picture.of, f"Explain all {count(picture.of)}")
