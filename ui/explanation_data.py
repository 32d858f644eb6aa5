"""What the explanation page shows of a model: read once, kept while the model is looked at."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from core.data.schema import Schema
from core.decision.scoring import Scorer
from core.explanation import global_
from core.explanation.global_ import Explained
from core.explanation.reference import Kind
from core.store.tables import ExplanationSet
from core.store.workspace import Workspace
from ui.session import workspace

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Picture:
    """A stored explanation set with the figures every section uses.

    Attributes:
        id: Of the explanation set.
        explained: Its rows.
        schema: Of the model's features.
        of: How many rows the test part has.
        reference: What the set keeps about whom they are compared with.
    """

    id: str
    explained: Explained
    schema: Schema
    of: int
    reference: dict[str, Any]
    _made: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @cached_property
    def importance(self) -> pd.DataFrame:
        """Fields, the weightiest first."""
        return global_.importance(self.explained, self.schema)

    def partner(self, name: str) -> str | None:
        """Return the field that best tells why equal values of this one weigh differently."""
        return self.once(("partner", name), lambda: global_.partner(self.explained, name))

    def once(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """Return what `make` returned the first time; drawing thousands of dots takes a while."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made


def stored_picture(scorer: Scorer, compared_with: Kind) -> Picture | None:
    """Return the largest stored set of a model against a population; None if there is none."""
    sets = [
        one
        for one in workspace().registry.explanations(scorer.model.id)
        if one.reference == compared_with
    ]
    if not sets:
        return None
    best = max(sets, key=lambda one: (one.rows, one.created_at))
    return _read(workspace(), best.id, best, scorer.bundle.schema)


@st.cache_resource(max_entries=8, show_spinner="Reading the explanation")
def _read(_workspace: Workspace, id: str, _record: ExplanationSet, _schema: Schema) -> Picture:
    folder = f"explanations/{id}"
    _workspace.artifacts.verify(folder, _record.digest)
    read = partial(_workspace.artifacts.read, folder)
    meta = json.loads(read("meta.json"))
    return Picture(id, Explained.from_files(read), _schema, meta["of"], meta["reference"])
