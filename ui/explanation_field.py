"""One field over its range: what it contributes, or the risk at each of its values."""

import streamlit as st

from core.charts import partial_dependence as pd_charts
from core.charts.explanation import dependence
from core.data.schema import Column
from core.decision.scoring import Scorer
from core.explanation import dots, words
from core.explanation.partial_dependence import ROWS, PartialDependence, finding, partial_dependence
from core.explanation.shapes import density
from core.formatting import count, percent
from ui import theme
from ui.components.asked import asked_for
from ui.components.figure import draw
from ui.components.pickers import told_apart
from ui.components.words import literal
from ui.explanation_data import Picture

FIELD = "field"
"""The URL's parameter for the field in view, by the name it has in the loan file."""

CONTRIBUTION, EVERYONE = "What it contributes", "If everyone had the same value"


@st.fragment
def field_section(scorer: Scorer, picture: Picture) -> None:
    """Let the visitor choose a field, and draw how it works."""
    st.header("One field", anchor=False)
    fields = list(picture.importance["field"])
    names = told_apart(picture.labels)
    asked = asked_for(FIELD, fields, "field of the model")
    choose, view = st.columns(2, gap="large", vertical_alignment="bottom")
    key = "explanation-field"
    if asked:
        st.session_state[key] = asked

    def write_url() -> None:
        st.query_params[FIELD] = st.session_state[key]

    field = choose.selectbox(
        "Field",
        fields,
        format_func=names.__getitem__,
        key=key,
        persist_state="session",
        on_change=write_url,
    )
    shown = view.segmented_control(
        "Show",
        [CONTRIBUTION, EVERYONE],
        default=CONTRIBUTION,
        required=True,
        wrap=True,
        key="explanation-field-view",
        persist_state="session",
        help="Contributions are those of each applicant's own value. The other view asks the "
        "network again with the value exchanged and everything else kept: the mean line is called "
        "partial dependence, a single applicant's line individual conditional expectation.",
    )
    if shown == EVERYONE:
        _everyone(scorer, picture, picture.schema[field])
    else:
        _contribution(picture, field, fields)


def _contribution(picture: Picture, field: str, fields: list[str]) -> None:
    other = st.selectbox(
        "Coloured by",
        _partner_first(picture, field, fields),
        format_func=lambda name: _other_label(picture, field, name),
        key=f"explanation-other-{field}",
        persist_state="session",
        help="A second field whose value changes how much the first one weighs. It begins with "
        "the one that works together most with it.",
    )
    column, second, look = picture.schema[field], picture.schema[other], theme.current()
    frame = picture.once(
        ("dots", field, other),
        lambda: dots.dependence(picture.explained, picture.schema, field, other),
    )
    draw(
        picture.once(
            ("dependence", field, other, look),
            lambda: dependence(frame, _axis(column), second.label, look),
        ),
        words.dependence(picture.explained, column),
        frame[["row", "value", "log_odds", "pd", "other_value"]],
        key="explanation-dependence",
        alt=f"Effect of {column.label} on the log-odds over its value, coloured by {second.label}",
    )
    left_out = len(dots.first_rows(picture.explained, dots.MOST_DOTS)) - len(frame)
    missing = f"; {left_out:,} without a value are left out" if left_out else ""
    st.caption(
        f"One dot per applicant: {words.how_many(len(frame) + left_out, picture.of)}{missing}. "
        f"{literal(_why_partner(picture, field, other))}"
    )


def _everyone(scorer: Scorer, picture: Picture, column: Column) -> None:
    look, features = theme.current(), dots.first_rows(picture.explained, ROWS).features
    found = picture.once(
        ("partial", column.name), lambda: partial_dependence(scorer.bundle, features, column)
    )
    values = picture.explained.features[column.name]
    if column.kind == "number":
        fig = pd_charts.curve(found.mean, found.lines, _axis(column), look, density(values))
    else:
        counts = values.fillna("not given").value_counts()
        fig = pd_charts.bars(found.mean, found.lines, _axis(column), look, counts)
    draw(
        fig,
        finding(found, column),
        found.mean,
        key="explanation-partial",
        alt=f"Mean default probability if every applicant had the same {column.label}",
    )
    st.caption(
        f"Thick: mean over {words.how_many(found.rows, picture.of)}, with its 95 % interval. Thin: "
        f"{count(len(found.lines))} single applicants. Below: how often values occur among "
        f"{count(len(values))} applicants; where they are rare, the network says little that can "
        "be relied on. All other fields stay as they are, so some of these applicants cannot exist."
        f"{literal(_missing_said(found))}"
    )


def _missing_said(found: PartialDependence) -> str:
    """Say the mean where the field is not given; a missing number has no place on the axis."""
    missing = found.mean[found.mean["value"].isna()]
    if missing.empty:
        return ""
    return f" Where the value is not given, the mean is {percent(float(missing['pd'].iloc[0]))}."


def _axis(column: Column) -> str:
    return f"{column.label} ({column.unit})" if column.unit else column.label


def _partner_first(picture: Picture, field: str, fields: list[str]) -> list[str]:
    others = [name for name in fields if name != field] or [field]
    if picture.pairs is not None and len(fields) > 1:
        return [name for name in picture.pairs.of(field)["other"] if name in others]
    partner = picture.partner(field)
    return sorted(others, key=lambda name: name != partner)


def _other_label(picture: Picture, field: str, name: str) -> str:
    strongest = " (works together most)" if name == picture.partner(field) else ""
    return f"{told_apart(picture.labels)[name]}{strongest}"


def _why_partner(picture: Picture, field: str, other: str) -> str:
    """Say how strongly two fields work together, where that was worked out."""
    if picture.pairs is None or field == other:
        return ""
    pair = picture.pairs.of(field).set_index("other").loc[other]
    both = f"{picture.labels[field]} and {picture.labels[other]}"
    if not pair["low"] > 0:
        return f"Chance alone could explain how {both} work together."
    return (
        f"{both} move the log-odds by ±\N{NO-BREAK SPACE}{pair['strength']:.2f} beyond the sum of "
        f"each (95 % interval {pair['low']:.2f} to {pair['high']:.2f})."
    )
