"""A loan file as the benchmark of quality learns from it: read as the app does, and its folds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from benchmarks.contract import Options
from core.data.schema import Column, Role, Schema, outcome_vector
from core.data.splitting import groups_of, inner_folds
from core.model.challengers_kind import Lesson

WATCHED = 7
"""One row in so many of a training fold is watched by models that stop early: 14 %."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows to learn from and rows to be judged on.

    Attributes:
        lesson: The training fold, one row in WATCHED validating.
        groups: (n,) of these rows; see core.data.splitting.
        test: Features of the other rows.
        y: (m,) their outcomes.
    """

    lesson: Lesson
    groups: np.ndarray | None
    test: pd.DataFrame
    y: np.ndarray


@dataclass(frozen=True, slots=True)
class LoanFile:
    """A file with the columns that the app proposes as features.

    Attributes:
        frame: Rows whose outcome is known.
        schema: As proposed; no recipe is applied.
        y: (n,) outcomes; 1 = bad.
        groups: (n,) rows of one identifier, where one repeats.
        dropped: Rows whose outcome is not known.
    """

    frame: pd.DataFrame
    schema: Schema
    y: np.ndarray
    groups: np.ndarray | None
    dropped: int

    @classmethod
    def read(cls, options: Options) -> Self:
        """Read the file that was asked for.

        Raises:
            LendlensError: It is no table, or its outcome cannot be used.
        """
        whole, schema = options.table()
        known = whole[schema.outcome.name].notna() if schema.outcome else slice(None)
        frame = whole[known].reset_index(drop=True)
        y, groups = outcome_vector(frame, schema), groups_of(frame, schema)
        return cls(frame, schema, y, groups, len(whole) - len(frame))

    def folds(self, num_folds: int, seed: int) -> Iterator[Fold]:
        """Yield each fold once as the rows that judge."""
        fold = inner_folds(self.y, self.groups, num_folds, seed)
        for number in range(num_folds):
            learnt, judged = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            groups = None if self.groups is None else self.groups[learnt]
            watched = inner_folds(self.y[learnt], groups, WATCHED, seed) == 0
            frame = self.frame.iloc[learnt].reset_index(drop=True)
            columns = _that_vary(frame[~watched], self.schema)
            lesson = Lesson(frame, self.y[learnt], columns, watched, seed)
            yield Fold(lesson, groups, self.frame.iloc[judged], self.y[judged])

    def to_json(self) -> dict[str, Any]:
        """Return what was used and what was left out."""
        roles: tuple[Role, ...] = ("protected", "identifier", "date", "ignore")
        return {
            "rows_without_outcome": self.dropped,
            "bad_rate": float(self.y.mean()),
            "features": [column.name for column in self.schema.features],
            "not_features": {
                role: [column.name for column in self.schema.with_role(role)] for role in roles
            },
            "rows_kept_together_by_identifier": self.groups is not None,
            "recipe": "none: columns and roles are those the app proposes by itself",
        }


def _that_vary(frame: pd.DataFrame, schema: Schema) -> tuple[Column, ...]:
    """Return the features that hold more than one value in these rows."""
    return tuple(c for c in schema.features if frame[c.name].nunique(dropna=False) > 1)
