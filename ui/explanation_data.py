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
from core.explanation.challenger_figures import ChallengerFigures
from core.explanation.global_ import Explained
from core.explanation.interactions import Interactions
from core.explanation.needs import Needs
from core.explanation.reference import Kind
from core.store.tables import ExplanationFigure, ExplanationSet
from core.store.workspace import Workspace
from ui.session import workspace

T = TypeVar("T")
FIGURES: dict[str, type[Interactions] | type[ChallengerFigures] | type[Needs]] = {
    "interactions": Interactions,
    "challengers": ChallengerFigures,
    "needs": Needs,
}
"""How each kind of figure is read."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A stored explanation set with the figures every section uses.

    Attributes:
        id: Of the explanation set.
        explained: Its rows.
        schema: Of the model's features.
        of: How many rows the test part has.
        reference: What the set keeps about whom they are compared with.
        pairs: Which fields work together; None where that was not worked out.
        challengers: What moves the challengers; None where that was not worked out.
        needs: What the ranking loses without each field; None where that was not worked out.
    """

    id: str
    explained: Explained
    schema: Schema
    of: int
    reference: dict[str, Any]
    pairs: Interactions | None = None
    challengers: ChallengerFigures | None = None
    needs: Needs | None = None
    _made: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @cached_property
    def importance(self) -> pd.DataFrame:
        """Fields, the weightiest first."""
        return global_.importance(self.explained, self.schema)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Field to what users see."""
        return {name: self.schema[name].label for name in self.explained.names}

    def partner(self, name: str) -> str | None:
        """Return the field that works together most with this one.

        Where interactions were not worked out, it is the one that best tells why equal values of
        the field weigh differently.
        """
        if self.pairs is not None:
            return self.pairs.partner(name)
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
    figures = {
        one.kind: one
        for one in workspace().registry.figures(scorer.model.id)
        if one.reference == compared_with
    }
    made = ",".join(sorted(one.id for one in figures.values()))
    return _read(workspace(), best.id, made, best, figures, scorer.bundle.schema)


@st.cache_resource(max_entries=8, show_spinner="Reading the explanation")
def _read(
    _workspace: Workspace,
    id: str,
    figures: str,
    _record: ExplanationSet,
    _figures: dict[str, ExplanationFigure],
    _schema: Schema,
) -> Picture:
    read = _reader(_workspace, _record)
    meta = json.loads(read("meta.json"))
    made: dict[str, Any] = {
        kind: FIGURES[kind].from_files(_reader(_workspace, figure))
        for kind, figure in _figures.items()
    }
    return Picture(
        id,
        Explained.from_files(read),
        _schema,
        meta["of"],
        meta["reference"],
        made.get("interactions"),
        made.get("challengers"),
        made.get("needs"),
    )


def _reader(
    workspace: Workspace, record: ExplanationSet | ExplanationFigure
) -> Callable[[str], bytes]:
    folder = f"explanations/{record.id}"
    workspace.artifacts.verify(folder, record.digest)
    return partial(workspace.artifacts.read, folder)
