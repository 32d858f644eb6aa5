"""The curves of an additive network: each field's effect at every value, and the exact one."""

import streamlit as st

from core.charts import shapes as charts
from core.decision.scoring import Scorer
from core.explanation.reference import Reference
from core.explanation.shapes import density, shape
from core.formatting import count, number
from ui import theme
from ui.components.figure import draw
from ui.components.pickers import told_apart

_MEANT = {
    1: "By construction this field may only raise the risk.",
    -1: "By construction this field may only lower the risk.",
}


@st.fragment
def shapes_section(scorer: Scorer, reference: Reference) -> None:
    """Let the visitor choose a field of an additive network and draw its curve."""
    bundle = scorer.bundle
    st.header("The curve of each field", anchor=False)
    st.caption(
        "This network is additive: the score is the sum of these curves and nothing else, so they "
        "are the whole explanation. Each is 0 on average over the "
        f"{count(reference.n)} applicants it is compared with."
    )
    labels = told_apart({field: bundle.schema[field].label for field in bundle.features})
    name = st.selectbox(
        "Field",
        bundle.features,
        format_func=labels.__getitem__,
        key="shape-field",
        persist_state="session",
    )
    column, look = bundle.schema[name], theme.current()
    frame = shape(bundle, column, reference.frame)
    axis = f"{column.label}{f' ({column.unit})' if column.unit else ''}"
    if column.kind == "number":
        picture = charts.curve(frame, axis, look, density(reference.frame[name]))
    else:
        picture = charts.bars(frame, axis, look)
    steps = list(zip(frame["value"], frame["log_odds"], strict=True))
    value, effect = max(steps, key=lambda step: step[1])
    at = "where it is missing" if value is None else f"at {_said(value)}"
    draw(
        picture,
        f"{column.label} raises the risk most {at}: {effect:+.2f} log-odds",
        frame,
        key="shape",
        alt=f"Effect of {column.label} on the log-odds at each of its values",
    )
    words = [_MEANT.get(bundle.settings.monotone.get(name, 0), "")]
    missing = [effect for at, effect in steps if at is None]
    if missing and column.kind == "number":
        words.append(f"Where it is missing it adds {missing[0]:+.2f}.")
    if said := " ".join(word for word in words if word):
        st.caption(said)


def _said(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
