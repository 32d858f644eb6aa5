"""A row of three to five figures: the answer of a page.

metric_row([
    Figure("AUC", "0.783", "[0.772, 0.794] · n = 891", help="How well it ranks; 0.5 is chance."),
    Figure("Bad rate", "28.2 %", "251 of 891 rows"),
])
"""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from ui.components.words import literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric, already formatted (`core.formatting`).

    Attributes:
        label: In a business reader's words.
        value: With its unit.
        detail: The second line, small: interval and n.
        help: Explanation on hover, for every word of jargon in the label.
    """

    label: str
    value: str
    detail: str = ""
    help: str = ""


def metric_row(figures: Sequence[Figure]) -> None:
    """Draw the figures side by side with equal heights; one below the other on a phone."""
    for column, figure in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(
            literal(figure.label),
            literal(figure.value),
            delta=literal(figure.detail) or None,
            delta_color="off",
            delta_arrow="off",
            help=literal(figure.help) or None,
            border=True,
            height="stretch",
        )
