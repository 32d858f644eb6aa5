"""One field over its range, coloured by the field it works together with."""

import streamlit as st

from core.charts.explanation import dependence
from core.explanation import dots, words
from ui import theme
from ui.components.figure import draw
from ui.explanation_data import Picture


@st.fragment
def field_section(picture: Picture) -> None:
    """Let the visitor choose a field and a second one, and draw how the first works."""
    st.header("One field", anchor=False)
    fields = list(picture.importance["field"])
    labels = dict(zip(fields, picture.importance["label"], strict=True))
    choose, colour = st.columns(2, gap="large")
    field = choose.selectbox(
        "Field",
        fields,
        format_func=labels.__getitem__,
        key="explanation-field",
        persist_state="session",
    )
    others = _partner_first(picture, field, fields)
    other = colour.selectbox(
        "Coloured by",
        others,
        format_func=lambda name: _other_label(picture, field, name, labels),
        key=f"explanation-other-{field}",
        persist_state="session",
        help="A second field whose value changes how much the first one weighs.",
    )
    column, second, look = picture.schema[field], picture.schema[other], theme.current()
    frame = picture.once(
        ("dots", field, other),
        lambda: dots.dependence(picture.explained, picture.schema, field, other),
    )
    unit = f" ({column.unit})" if column.unit else ""
    draw(
        picture.once(
            ("dependence", field, other, look),
            lambda: dependence(frame, f"{column.label}{unit}", second.label, look),
        ),
        words.dependence(picture.explained, column),
        frame[["row", "value", "log_odds", "pd", "other_value"]],
        key="explanation-dependence",
        alt=f"Effect of {column.label} on the log-odds over its value, coloured by {second.label}",
    )
    left_out = len(dots.first_rows(picture.explained, dots.MOST_DOTS)) - len(frame)
    missing = f"; {left_out:,} without a value are left out" if left_out else ""
    st.caption(
        f"One dot per applicant: {words.how_many(len(frame) + left_out, picture.of)}{missing}."
    )


def _partner_first(picture: Picture, field: str, fields: list[str]) -> list[str]:
    partner = picture.partner(field)
    others = [name for name in fields if name != field] or [field]
    return sorted(others, key=lambda name: name != partner)


def _other_label(picture: Picture, field: str, name: str, labels: dict[str, str]) -> str:
    strongest = " (works together most)" if name == picture.partner(field) else ""
    return f"{labels[name]}{strongest}"
