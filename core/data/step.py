"""What every cleaning step can do.

A step is configuration only (frozen, JSON). What it learns from data (a median, the frequent
categories) is returned by `learn` as plain JSON and handed back to `apply`: so the same step can
be refitted on training rows, stored with a model, and applied to one applicant.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from core.data.casting import Value
from core.data.schema import Kind, Schema, value_text
from core.errors import CleaningError

Learnt = Mapping[str, Any]
Row = dict[str, Value]

STEPS: dict[str, type["Step"]] = {}
"""Every kind of step by its name in JSON."""


@dataclass(frozen=True)
class Step:
    """One named change to a loan file.

    `apply` and `apply_row` give the same values, keep every row, and skip columns that are not
    there. Only `keep` may say that a row leaves, which concerns training data alone.
    """

    kind: ClassVar[str]
    verb: ClassVar[str]
    needs: ClassVar[Kind | None] = None
    may_touch_outcome: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register the step by its kind."""
        super().__init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            STEPS[cls.kind] = cls

    @property
    def title(self) -> str:
        """What it does, as a short sentence without a full stop."""
        raise NotImplementedError

    @property
    def reads(self) -> tuple[str, ...]:
        """Columns that have to be there."""
        raise NotImplementedError

    @property
    def writes(self) -> tuple[str, ...]:
        """Columns it changes or adds; none for a step that only drops rows."""
        return self.reads

    def parents(self, name: str) -> tuple[str, ...]:
        """Return the columns that one of `writes` is made from."""
        return (name,) if name in self.reads else self.reads

    def check(self, schema: Schema) -> None:
        """Refuse a step that cannot work on these columns.

        Raises:
            CleaningError: A column is absent, of another kind, or the outcome.
        """
        if not self.reads:
            raise CleaningError(f"{self.verb}: choose at least one column.")
        for name in self.reads:
            self._check_column(schema, name)

    def _check_column(self, schema: Schema, name: str) -> None:
        if name not in schema:
            raise CleaningError(
                f"{self.title}: there is no column {name!r} at this point of the recipe. "
                "Remove this step, or add the step that makes the column first."
            )
        column = schema[name]
        if self.needs and column.kind != self.needs:
            raise CleaningError(
                f"{self.title}: this needs a {self.needs}, but {name!r} is a {column.kind}. "
                "Choose another column, or change its type first."
            )
        if column.role == "outcome" and not self.may_touch_outcome:
            raise CleaningError(
                f"{self.title}: {name!r} is the outcome, which must stay as it was observed. "
                "Drop the rows in question instead."
            )

    def schema(self, schema: Schema) -> Schema:
        """Return the columns after this step."""
        return schema

    def keep(self, frame: pd.DataFrame) -> np.ndarray | None:
        """Return (n,) booleans, False for rows that leave; None when no row ever does."""
        return None

    def learn(self, frame: pd.DataFrame) -> dict[str, Any]:
        """Return what the step takes from these rows, as JSON."""
        return {}

    def apply(self, frame: pd.DataFrame, learnt: Learnt) -> pd.DataFrame:
        """Return the changed frame with the same rows."""
        return frame

    def apply_row(self, row: Row, learnt: Learnt) -> None:
        """Change the values of one applicant in place, as `apply` would."""

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `step_from_json` reads back."""
        return {"step": self.kind} | {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


def step_from_json(data: Mapping[str, Any]) -> Step:
    """Return the step that `to_json` wrote.

    Raises:
        CleaningError: There is no such step, or its settings do not fit.
    """
    try:
        kind = STEPS[data["step"]]
        settings = {name: value for name, value in data.items() if name != "step"}
        if strange := set(settings) - {field.name for field in fields(kind)}:
            raise ValueError(f"It has no setting {listing(sorted(strange), 'or')}.")
        return _reader(kind.kind).validate_python(settings)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CleaningError(
            f"This recipe step cannot be read: {str(data)[:200]}. Known steps: {', '.join(STEPS)}."
        ) from error


@cache
def _reader(kind: str) -> "TypeAdapter[Step]":
    """Return what makes a step of plain data, or refuses settings of other types."""
    return TypeAdapter(STEPS[kind])


@dataclass(frozen=True)
class ColumnsStep(Step):
    """A step that treats each of its columns alone."""

    columns: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it treats."""
        return self.columns

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Return one column changed."""
        raise NotImplementedError

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Return one value changed, as `change` would."""
        raise NotImplementedError

    def apply(self, frame: pd.DataFrame, learnt: Learnt) -> pd.DataFrame:
        """Change the columns that are there."""
        return frame.assign(
            **{
                name: self.change(frame[name], learnt.get(name))
                for name in self.columns
                if name in frame
            }
        )

    def apply_row(self, row: Row, learnt: Learnt) -> None:
        """Change the fields that are there."""
        for name in self.columns:
            if name in row:
                row[name] = self.change_value(row[name], learnt.get(name))


def is_missing(value: Value) -> bool:
    """Return whether a single value is missing (None, or the number NaN)."""
    return value is None or value != value


def listing(names: Sequence[Hashable], word: str = "and", most: int = 4) -> str:
    """Return names as people list them.

    >>> listing(["Income", "Assets", "Debt"])
    'Income, Assets and Debt'
    >>> listing("abcdef", most=3)
    'a, b, c and 3 more'
    """
    texts = [value_text(name) for name in names]
    if len(texts) > most:
        return f"{', '.join(texts[:most])} and {len(texts) - most} more"
    return (
        f" {word} ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)
    )
