"""Widgets that offer the columns a cleaning step can work on."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import streamlit as st

from core.data.schema import Kind
from core.data.steps import Step
from core.data.tally import tally
from ui.components.pickers import told_apart
from ui.data_draft import View


class StepForm:
    """Asks for the settings of one step."""

    def __init__(self, view: View, key: str) -> None:
        self.view = view
        self.schema = view.schema
        self.key = key
        self.labels = told_apart({column.name: column.label for column in view.schema.columns})

    def columns(
        self, *kinds: Kind, chosen: Sequence[str] = (), outcome: bool = False
    ) -> tuple[str, ...]:
        """Ask for one or more columns of these kinds."""
        options = self.names(*kinds, outcome=outcome)
        picked = st.multiselect(
            "Columns",
            options,
            [name for name in chosen if name in options],
            format_func=self.label,
            placeholder="Choose columns" if options else "No column of this type",
            disabled=not options,
            key=f"columns-{self.key}-{'-'.join(kinds)}",
        )
        return tuple(picked)

    def column(self, label: str, kind: Kind) -> str | None:
        """Ask for one column of a kind."""
        options = self.names(kind)
        return st.selectbox(
            label,
            options,
            None,
            format_func=self.label,
            placeholder="Choose a column" if options else f"There is no {kind} column",
            disabled=not options,
            key=f"{label}-{self.key}",
        )

    def choice(self, label: str, options: dict[Any, str]) -> Any:
        """Ask for one of a few."""
        return st.segmented_control(
            label,
            list(options),
            default=next(iter(options)),
            required=True,
            format_func=options.__getitem__,
            key=f"{label}-{self.key}",
        )

    def names(self, *kinds: Kind, outcome: bool = False) -> list[str]:
        """Return the names of the columns of these kinds."""
        return [
            column.name
            for column in self.schema.columns
            if (not kinds or column.kind in kinds) and (outcome or column.role != "outcome")
        ]

    def label(self, name: str) -> str:
        """Return what a column is called where one is chosen."""
        return self.labels[name]

    def missing(self, names: Sequence[str]) -> list[str]:
        """Return those that lack values."""
        return [name for name in names if _lacks(self.view, name)]

    def frequent(self, names: Sequence[str]) -> list[str]:
        """Return the values that are most frequent in these columns, as text."""
        shown = [name for name in names if name not in self.schema.personal]
        return list(dict.fromkeys(text for name in shown for text in _frequent(self.view, name)))


@lru_cache(maxsize=512)
def _lacks(view: View, name: str) -> bool:
    return bool(view.frame[name].isna().any())


@lru_cache(maxsize=64)
def _frequent(view: View, name: str) -> list[str]:
    return tally(view.frame[name]).most_frequent(20)


Ask = Callable[[StepForm], Step | None]
"""Draws the settings of one kind of step; returns the step, or None while some are open."""
