"""Cleaning steps about whole rows. They concern training data alone: no applicant is dropped."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.conditions import Condition, Test, possible_tests
from core.data.schema import Schema
from core.data.step import Step, listing
from core.errors import CleaningError


@dataclass(frozen=True)
class RowStep(Step):
    """A step that drops rows and changes no value; the outcome may say which."""

    may_touch_outcome = True

    @property
    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True)
class DropMissing(RowStep):
    """Leave out rows in which one of these columns is missing."""

    kind = "drop_missing"
    verb = "Drop rows with missing values"

    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name the columns."""
        return f"Drop rows where {listing(self.columns, 'or')} is missing"

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return self.columns

    def keep(self, frame: pd.DataFrame) -> np.ndarray:
        """Keep rows that are complete in these columns."""
        return frame[list(self.columns)].notna().all(axis=1).to_numpy(bool)


@dataclass(frozen=True)
class DropDuplicates(RowStep):
    """Leave out rows that repeat an earlier row in these columns."""

    kind = "drop_duplicates"
    verb = "Drop duplicate rows"

    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name the columns, when they are few."""
        many = len(self.columns) > 3
        return "Drop rows that repeat an earlier row " + (
            f"in {len(self.columns)} columns" if many else f"in {listing(self.columns)}"
        )

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that are compared."""
        return self.columns

    def keep(self, frame: pd.DataFrame) -> np.ndarray:
        """Keep the first of equal rows."""
        return ~frame.duplicated(list(self.columns)).to_numpy(bool)


@dataclass(frozen=True)
class FilterRows(RowStep):
    """Keep the rows for which a condition holds; see core.data.conditions."""

    kind = "filter_rows"
    verb = "Keep some rows"

    column: str
    test: Test
    value: tuple[str, ...] | float | str | None = None

    @property
    def title(self) -> str:
        """Say the condition."""
        value = listing(self.value, "or") if isinstance(self.value, tuple) else self.value
        words = {"missing": "is missing", "given": "is given"}.get(self.test)
        return f"Keep rows where {self.column} " + (words or f"{_said(self.test)} {value}")

    @property
    def reads(self) -> tuple[str, ...]:
        """The column it looks at."""
        return (self.column,)

    @property
    def condition(self) -> Condition:
        """The condition.

        Raises:
            ConditionError: The test cannot use the value.
        """
        return Condition(self.column, self.test, self.value)

    def check(self, schema: Schema) -> None:
        """Refuse a test that makes no sense for the column."""
        super().check(schema)
        self.condition  # noqa: B018 refuses what it cannot use
        kind = schema[self.column].kind
        if self.test not in possible_tests(kind):
            raise CleaningError(
                f"{self.title}: {self.column!r} is a {kind}, for which there are the tests "
                f"{listing(possible_tests(kind), 'and', 6)}."
            )

    def keep(self, frame: pd.DataFrame) -> np.ndarray:
        """Keep rows that pass; a missing value passes "missing" alone."""
        return self.condition.holds(frame)


def _said(test: Test) -> str:
    return test if test.startswith("is") else f"is {test}"
