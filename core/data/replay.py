"""A recipe tried on all rows at hand: what comes out, and what each step touches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.casting import cast
from core.data.cleaning import Recipe, kept_rows
from core.data.schema import Schema
from core.data.steps import Step


@dataclass(frozen=True)
class StepPreview:
    """What a step would do to a frame.

    Attributes:
        rows_touched: Rows with at least one value changed or added.
        cells_touched: Values changed or added; for a new column, its known values.
        rows_dropped: Rows that would leave.
        rows: Rows there are now.
        before: Up to five touched rows, the columns concerned, as they are.
        after: The same rows as they would be; empty when they leave.
    """

    rows_touched: int
    cells_touched: int
    rows_dropped: int
    rows: int
    before: pd.DataFrame
    after: pd.DataFrame


def preview(recipe: Recipe, step: Step, frame: pd.DataFrame, schema: Schema) -> StepPreview:
    """Return what one more step would touch, without changing anything.

    Args:
        recipe: The steps so far; empty when `frame` is cleaned already.
        step: The step to try.
        frame: The source, or the cleaned frame with an empty recipe.
        schema: The columns of `frame`.

    Raises:
        CleaningError: The step does not fit.
    """
    so_far = replay(recipe, frame, schema)
    return _try(step, so_far.frame, so_far.schema)[0]


@dataclass(frozen=True)
class Replay:
    """A recipe played once on all rows.

    Attributes:
        frame: Cleaned.
        schema: Its columns.
        previews: What each step that is on touched.
    """

    frame: pd.DataFrame
    schema: Schema
    previews: tuple[StepPreview, ...]


def replay(recipe: Recipe, frame: pd.DataFrame, schema: Schema) -> Replay:
    """Return what `recipe` makes of a frame, and what each of its steps touched.

    Raises:
        CleaningError: A step does not fit.
        SchemaError: A value cannot be read as the type of its column.
    """
    frame = cast(frame, schema)
    previews = []
    for step in recipe.active:
        seen, after, kept = _try(step, frame, schema)
        frame, schema = kept_rows(after, kept), step.schema(schema)
        previews.append(seen)
    return Replay(frame, schema, tuple(previews))


def _try(
    step: Step, now: pd.DataFrame, schema: Schema
) -> tuple[StepPreview, pd.DataFrame, np.ndarray | None]:
    """Return what a step touched, all rows after it, and which of them stay; None for all."""
    step.check(schema)
    after = step.apply(now, step.learn(now))
    kept = step.keep(after)
    changed = _changes(now, after, step.writes)
    touched = np.logical_or.reduce(changed, axis=1)
    rows = touched if kept is None else ~kept
    shown = list(dict.fromkeys([*step.reads, *step.writes]))
    example = now.index[rows][:5]
    seen = StepPreview(
        rows_touched=int(touched.sum()),
        cells_touched=int(changed.sum()),
        rows_dropped=0 if kept is None else int((~kept).sum()),
        rows=len(now),
        before=now.loc[example, [name for name in shown if name in now]],
        after=after.loc[
            [] if kept is not None else example, [name for name in shown if name in after]
        ],
    )
    return seen, after, kept


def _changes(before: pd.DataFrame, after: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Return (n, len(names)) booleans: the value differs, or is there for the first time."""
    changed = np.zeros((len(after), max(1, len(names))), bool)
    for position, name in enumerate(names):
        new = after[name]
        if name not in before:
            changed[:, position] = new.notna()
        elif before[name].dtype == new.dtype:
            old = before[name]
            changed[:, position] = ((old != new) & (old.notna() | new.notna())).to_numpy(bool)
        else:
            # Another type: every value known before is read anew.
            changed[:, position] = before[name].notna()
    return changed
