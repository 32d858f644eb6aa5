"""A recipe of cleaning steps: configured once, learnt on training rows, replayed on anyone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from core.data.casting import Value, cast, cast_value
from core.data.schema import Schema
from core.data.steps import Step, step_from_json
from core.errors import DataError


@dataclass(frozen=True)
class Recipe:
    """The steps from a source frame to a data set, in order.

    Attributes:
        steps: All steps.
        off: Positions of those that are switched off: they are kept, and do nothing.
    """

    steps: tuple[Step, ...] = ()
    off: frozenset[int] = frozenset()

    @property
    def active(self) -> tuple[Step, ...]:
        """The steps that are on."""
        return tuple(step for place, step in enumerate(self.steps) if place not in self.off)

    def then(self, step: Step) -> "Recipe":
        """Return the recipe with one more step."""
        return Recipe((*self.steps, step), self.off)

    def without(self, place: int) -> "Recipe":
        """Return the recipe without one of its steps."""
        return self._ordered([other for other in range(len(self.steps)) if other != place])

    def moved(self, place: int, by: int) -> "Recipe":
        """Return the recipe with one step moved towards the end, or forwards if by < 0."""
        order = [other for other in range(len(self.steps)) if other != place]
        order.insert(max(0, place + by), place)
        return self._ordered(order)

    def switched(self, place: int) -> "Recipe":
        """Return the recipe with one step switched off, or on again."""
        return Recipe(self.steps, self.off ^ {place})

    def _ordered(self, order: Sequence[int]) -> "Recipe":
        off = frozenset(new for new, old in enumerate(order) if old in self.off)
        return Recipe(tuple(self.steps[old] for old in order), off)

    def schema(self, source: Schema) -> Schema:
        """Return the columns after all steps that are on.

        Raises:
            CleaningError: A step does not fit the columns it finds.
        """
        for step in self.active:
            step.check(source)
            source = step.schema(source)
        return source

    def fitted_to(self, source: Schema) -> tuple["Recipe", tuple[str, ...]]:
        """Return the recipe for other columns: what does not fit them is switched off.

        Returns:
            The recipe, and for each step that was switched off why it does not fit.
        """
        off, problems = set(self.off), []
        for place, step in enumerate(self.steps):
            if place in self.off:
                continue
            try:
                step.check(source)
                source = step.schema(source)
            except DataError as error:
                off.add(place)
                problems.append(str(error))
        return Recipe(self.steps, frozenset(off)), tuple(problems)

    def fit(
        self, frame: pd.DataFrame, schema: Schema, rows: pd.Index | None = None
    ) -> "FittedRecipe":
        """Learn what the steps need.

        Args:
            frame: The source; its index labels are row ids.
            schema: Its columns.
            rows: Labels of the rows to learn from (the training rows); all when None.

        Raises:
            CleaningError: A step does not fit, or has nothing to learn from.
        """
        cleaned = self.schema(schema)
        frame = cast(frame, schema)
        learnt: list[dict[str, Any]] = []
        for step in self.active:
            seen = frame if rows is None else frame[frame.index.isin(rows)]
            learnt.append(step.learn(seen))
            frame = _take(step, step.apply(frame, learnt[-1]))
        return FittedRecipe(self, tuple(learnt), schema, cleaned)

    def to_json(self) -> list[dict[str, Any]]:
        """Return plain data that `from_json` reads back."""
        return [
            step.to_json() | ({"off": True} if place in self.off else {})
            for place, step in enumerate(self.steps)
        ]

    @classmethod
    def from_json(cls, data: Iterable[Mapping[str, Any]]) -> "Recipe":
        """Return the recipe that `to_json` wrote.

        Raises:
            CleaningError: A step cannot be read.
        """
        steps, off = [], set()
        for place, step in enumerate(data):
            settings = dict(step)
            if settings.pop("off", False):
                off.add(place)
            steps.append(step_from_json(settings))
        return cls(tuple(steps), frozenset(off))


@dataclass(frozen=True)
class FittedRecipe:
    """A recipe with everything it learnt; stored with a model."""

    recipe: Recipe
    learnt: tuple[dict[str, Any], ...]
    source_schema: Schema
    schema: Schema

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the cleaned frame; rows leave where steps say so, the rest keep their label."""
        frame = cast(frame, self.source_schema)
        for step, learnt in self._pairs:
            frame = _take(step, step.apply(frame, learnt))
        return frame

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the cleaned values of every row; no row ever leaves.

        Columns may be absent; steps that need them are skipped.

        Raises:
            SchemaError: A value cannot be read as the type of its column.
        """
        frame = cast(frame, self.source_schema)
        for step, learnt in self._pairs:
            frame = step.apply(frame, learnt)
        return frame

    def transform_row(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """Return the cleaned fields of one applicant: what `transform` gives, without a frame.

        Args:
            values: Raw source fields; None, NaN and "" are missing, others fields are ignored.

        Returns:
            Numbers as float (NaN when missing), categories and text as str or None, dates as
            datetime or None.

        Raises:
            SchemaError: A value cannot be read as the type of its column.
        """
        row = {
            name: cast_value(values[name], kind)
            for name, kind in self._kinds.items()
            if name in values
        }
        for step, learnt in self._pairs:
            step.apply_row(row, learnt)
        return row

    def inputs_for(self, features: Sequence[str]) -> list[str]:
        """Return the source columns these cleaned columns are made from, in file order.

        Raises:
            SchemaError: A feature is no column of the cleaned frame.
        """
        needed = {self.schema[name].name for name in features}
        for step in reversed(self.recipe.active):
            made = needed & set(step.writes)
            needed |= {parent for name in made for parent in step.parents(name)}
        return [name for name in self.source_schema.names if name in needed]

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return {
            "steps": self.recipe.to_json(),
            "learnt": list(self.learnt),
            "source_schema": self.source_schema.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "FittedRecipe":
        """Return the fitted recipe that `to_json` wrote."""
        recipe = Recipe.from_json(data["steps"])
        source = Schema.from_json(data["source_schema"])
        return cls(recipe, tuple(data["learnt"]), source, recipe.schema(source))

    @cached_property
    def _pairs(self) -> list[tuple[Step, dict[str, Any]]]:
        return list(zip(self.recipe.active, self.learnt, strict=True))

    @cached_property
    def _kinds(self) -> dict[str, Any]:
        return {column.name: column.kind for column in self.source_schema.columns}


def surviving_rows(recipe: Recipe, frame: pd.DataFrame, schema: Schema) -> pd.Index:
    """Return the labels of the rows that no step drops."""
    return recipe.fit(frame, schema).apply(frame).index


def _take(step: Step, frame: pd.DataFrame) -> pd.DataFrame:
    return kept_rows(frame, step.keep(frame))


def kept_rows(frame: pd.DataFrame, kept: np.ndarray | None) -> pd.DataFrame:
    """Return the rows marked true; the frame itself where all are, or none is named."""
    return frame if kept is None or kept.all() else frame[kept]
