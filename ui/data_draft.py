"""The unsaved work on one loan file: roles and recipe, kept in the store at every change.

A refresh, a second tab or a deep link (`?source=`) finds it as it was left.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.data import catalog
from core.data.cleaning import Recipe
from core.data.finding import Finding
from core.data.profiling import ColumnProfile
from core.data.replay import StepPreview, replay
from core.data.schema import Schema, outcome_vector
from core.data.survey import Survey
from core.errors import LendlensError, SchemaError
from core.store.tables import Source
from ui.components.words import problem
from ui.data_survey import looking
from ui.session import workspace

_MOST_UNDONE = 30
_States = tuple[dict[str, Any], ...]
_PROBLEM = "data-problem"


@dataclass(frozen=True, eq=False)
class View:
    """Everything the page shows of a draft; computed once for each state of it.

    Views are told apart by identity, so that what is drawn of one can be cached.

    Attributes:
        frame: After all steps.
        schema: Columns after all steps.
        previews: What each step touched.
        y: (n,) outcome, 1 = bad; None while it cannot be used.
        survey: Profiles and findings; None while a large file is being looked through.
    """

    frame: pd.DataFrame
    schema: Schema
    previews: tuple[StepPreview, ...]
    y: np.ndarray | None
    survey: Survey | None = None

    @property
    def profiles(self) -> tuple[ColumnProfile, ...]:
        """One for each column; none before they are found."""
        return self.survey.profiles if self.survey else ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The gravest first; none before they are found."""
        return self.survey.findings if self.survey else ()

    @property
    def bad_rate(self) -> float | None:
        """The share of bads among all rows, if it is known."""
        return None if self.y is None else float(self.y.mean())


@dataclass(frozen=True)
class Draft:
    """Roles and recipe of one file as they stand.

    Attributes:
        source: The file.
        schema: Roles.
        recipe: Steps.
        history: What the last changes replaced, the newest last.
        undone: What was undone since, the newest last.
    """

    source: Source
    schema: Schema
    recipe: Recipe
    history: tuple[dict[str, Any], ...] = ()
    undone: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(cls, source: Source) -> "Draft":
        """Return the draft of a file; without one, what was proposed and no step."""
        kept = source.draft
        return cls(
            source,
            Schema.from_json(kept.get("schema") or source.schema),
            Recipe.from_json(kept.get("recipe") or []),
            tuple(kept.get("history") or ()),
            tuple(kept.get("undone") or ()),
        )

    @cached_property
    def digest(self) -> str:
        """Names this state of this file."""
        state = [self.source.id, self.schema.to_json(), self.recipe.to_json()]
        return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:20]

    def look(self) -> View:
        """Return what the page shows; a large file without what is still being found.

        Raises:
            DataError: A step or a type does not fit.
        """
        rows = _look(self.digest, self)
        found = looking().at(workspace(), self.digest, rows.frame, rows.schema)
        return rows if found is None else _seen(self.digest, rows, found)

    def change(self, *, schema: Schema | None = None, recipe: Recipe | None = None) -> bool:
        """Keep other roles or another recipe, if they work; else note why and change nothing."""
        changes = {"schema": schema, "recipe": recipe}
        before = self._parts(*(name for name, new in changes.items() if new is not None))
        changed = Draft(
            self.source,
            self.schema if schema is None else schema,
            self.recipe if recipe is None else recipe,
            (*self.history, before)[-_MOST_UNDONE:],
        )
        try:
            _look(changed.digest, changed)
        except LendlensError as error:
            st.session_state[_PROBLEM] = str(error)
            return False
        changed._keep()
        return True

    def undo(self) -> None:
        """Go back to the state before the last change."""
        if self.history:
            *history, last = self.history
            undone = (*self.undone, self._parts(*last))
            self._with(last, tuple(history), undone)._keep()

    def redo(self) -> None:
        """Go forward again to the state before the last `undo`."""
        if self.undone:
            *undone, last = self.undone
            history = (*self.history, self._parts(*last))
            self._with(last, history, tuple(undone))._keep()

    def _with(self, parts: dict[str, Any], history: _States, undone: _States) -> "Draft":
        schema = Schema.from_json(parts["schema"]) if "schema" in parts else self.schema
        recipe = Recipe.from_json(parts["recipe"]) if "recipe" in parts else self.recipe
        return Draft(self.source, schema, recipe, history, undone)

    def _parts(self, *names: str) -> dict[str, Any]:
        """Return schema, recipe or both as plain data."""
        whole = {"schema": self.schema.to_json(), "recipe": self.recipe.to_json()}
        return {name: whole[name] for name in names}

    def _keep(self) -> None:
        draft = self._parts("schema", "recipe") | {
            "history": list(self.history),
            "undone": list(self.undone),
        }
        workspace().registry.save_draft(self.source.id, draft)


def show_problem() -> None:
    """Say why the last change was not made, once."""
    if said := st.session_state.pop(_PROBLEM, None):
        problem(said)


@st.cache_resource(max_entries=16, show_spinner=False)
def _look(digest: str, _draft: Draft) -> View:
    source = source_rows(_draft.source.id)
    cleaned = replay(_draft.recipe, source, _draft.schema)
    try:
        y = outcome_vector(cleaned.frame, cleaned.schema)
    except SchemaError:
        y = None
    return View(cleaned.frame, cleaned.schema, cleaned.previews, y)


@st.cache_resource(max_entries=16, show_spinner=False)
def _seen(digest: str, _rows: View, _found: Survey) -> View:
    return replace(_rows, survey=_found)


@st.cache_resource(max_entries=4, show_spinner=False)
def source_rows(source_id: str) -> pd.DataFrame:
    """Return the rows of a file as read; kept in memory, never changed."""
    return catalog.source_frame(workspace(), source_id)[0]
