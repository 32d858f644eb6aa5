"""The unsaved work on one loan file: roles and recipe, kept in the store at every change.

A refresh, a second tab or a deep link (`?source=`) finds it as it was left.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.data import catalog
from core.data.cleaning import Recipe, StepPreview, replay
from core.data.finding import Finding
from core.data.guards import check
from core.data.profiling import ColumnProfile, profile
from core.data.schema import Schema, outcome_vector
from core.errors import LendlensError, SchemaError
from core.store.tables import Source
from ui.session import workspace

_MOST_UNDONE = 30
_PROBLEM = "data-problem"


@dataclass(frozen=True, eq=False)
class View:
    """Everything the page shows of a draft; computed once for each state of it.

    Views are told apart by identity, so that what is drawn of one can be cached.

    Attributes:
        frame: After all steps.
        schema: Columns after all steps.
        previews: What each step touched.
        profiles: One for each column.
        findings: The gravest first.
        y: (n,) outcome, 1 = bad; None while it cannot be used.
    """

    frame: pd.DataFrame
    schema: Schema
    previews: tuple[StepPreview, ...]
    profiles: tuple[ColumnProfile, ...]
    findings: tuple[Finding, ...]
    y: np.ndarray | None

    @property
    def bad_rate(self) -> float | None:
        """The share of bads among all rows, if it is known."""
        return None if self.y is None else float(self.y.mean())


@dataclass(frozen=True)
class Draft:
    """Roles and recipe of one file as they stand, and the states before the last changes."""

    source: Source
    schema: Schema
    recipe: Recipe
    history: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(cls, source: Source) -> "Draft":
        """Return the draft of a file; without one, what was proposed and no step."""
        kept = source.draft
        return cls(
            source,
            Schema.from_json(kept.get("schema") or source.schema),
            Recipe.from_json(kept.get("recipe") or []),
            tuple(kept.get("history") or ()),
        )

    @cached_property
    def digest(self) -> str:
        """Names this state of this file."""
        state = [self.source.id, self.schema.to_json(), self.recipe.to_json()]
        return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:20]

    def look(self) -> View:
        """Return what the page shows.

        Raises:
            DataError: A step or a type does not fit.
        """
        return _look(self.digest, self)

    def change(self, *, schema: Schema | None = None, recipe: Recipe | None = None) -> bool:
        """Keep other roles or another recipe, if they work; else note why and change nothing."""
        before: dict[str, Any] = {}
        if schema is not None:
            before["schema"] = self.schema.to_json()
        if recipe is not None:
            before["recipe"] = self.recipe.to_json()
        history = (*self.history, before)[-_MOST_UNDONE:]
        changed = Draft(
            self.source,
            self.schema if schema is None else schema,
            self.recipe if recipe is None else recipe,
            history,
        )
        try:
            changed.look()
        except LendlensError as error:
            st.session_state[_PROBLEM] = str(error)
            return False
        changed._keep()
        return True

    def undo(self) -> None:
        """Go back to the state before the last change."""
        if not self.history:
            return
        last = self.history[-1]
        Draft(
            self.source,
            Schema.from_json(last["schema"]) if "schema" in last else self.schema,
            Recipe.from_json(last["recipe"]) if "recipe" in last else self.recipe,
            self.history[:-1],
        )._keep()

    def _keep(self) -> None:
        draft = {
            "schema": self.schema.to_json(),
            "recipe": self.recipe.to_json(),
            "history": list(self.history),
        }
        workspace().registry.save_draft(self.source.id, draft)


def show_problem() -> None:
    """Say why the last change was not made, once."""
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(problem, icon=":material/error:")


@st.cache_resource(max_entries=16, show_spinner=False)
def _look(digest: str, _draft: Draft) -> View:
    source = source_rows(_draft.source.id)
    cleaned = replay(_draft.recipe, source, _draft.schema)
    try:
        y = outcome_vector(cleaned.frame, cleaned.schema)
    except SchemaError:
        y = None
    return View(
        cleaned.frame,
        cleaned.schema,
        cleaned.previews,
        profile(cleaned.frame, cleaned.schema),
        check(cleaned.frame, cleaned.schema),
        y,
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def source_rows(source_id: str) -> pd.DataFrame:
    """Return the rows of a file as read; kept in memory, never changed."""
    return catalog.source_frame(workspace(), source_id)[0]
