"""Cleaning steps about missing values and about whole rows."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.casting import Value, cast_value
from core.data.schema import Kind, Schema
from core.data.step import ColumnsStep, Step, is_missing, listing
from core.errors import CleaningError, SchemaError


@dataclass(frozen=True)
class DropMissing(Step):
    """Leave out rows in which one of these columns is missing."""

    kind = "drop_missing"
    verb = "Drop rows with missing values"
    may_touch_outcome = True

    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name the columns."""
        return f"Drop rows where {listing(self.columns, 'or')} is missing"

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return self.columns

    @property
    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def keep(self, frame: pd.DataFrame) -> np.ndarray:
        """Keep rows that are complete in these columns."""
        return frame[list(self.columns)].notna().all(axis=1).to_numpy(bool)


@dataclass(frozen=True)
class DropDuplicates(Step):
    """Leave out rows that repeat an earlier row in these columns."""

    kind = "drop_duplicates"
    verb = "Drop duplicate rows"
    may_touch_outcome = True

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

    @property
    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def keep(self, frame: pd.DataFrame) -> np.ndarray:
        """Keep the first of equal rows."""
        return ~frame.duplicated(list(self.columns)).to_numpy(bool)


@dataclass(frozen=True)
class Impute(ColumnsStep):
    """Fill missing values, with one value per column that is learnt or given.

    `value` is used by the method "constant" alone, as text or number.
    """

    kind = "impute"
    verb = "Fill missing values"

    method: Literal["median", "most_frequent", "constant"] = "median"
    value: str | float | None = None

    @property
    def title(self) -> str:
        """Name columns and method."""
        with_what = {
            "median": "the median",
            "most_frequent": "the most frequent value",
            "constant": repr(self.value),
        }[self.method]
        return f"Fill missing {listing(self.columns)} with {with_what}"

    def check(self, schema: Schema) -> None:
        """Refuse a median of categories and a constant of another kind."""
        super().check(schema)
        for name in self.columns:
            kind = schema[name].kind
            if kind == "date":
                raise CleaningError(
                    f"{self.title}: {name!r} is a date, and a date is not filled in. "
                    "Drop the rows where it is missing."
                )
            if self.method == "median" and kind != "number":
                raise CleaningError(
                    f"{self.title}: {name!r} is a {kind}, which has no median. "
                    "Use the most frequent value or a constant."
                )
            if self.method == "constant":
                self._constant(name, kind)

    def _constant(self, name: str, kind: Kind) -> Value:
        try:
            value = cast_value(self.value, kind)
        except SchemaError as error:
            raise CleaningError(
                f"{self.title}: {name!r} holds {kind}s, and {self.value!r} is not one."
            ) from error
        if pd.isna(value):
            raise CleaningError(f"{self.title}: say which value to fill in.")
        return value

    def learn(self, frame: pd.DataFrame) -> dict[str, Any]:
        """Return one value per column."""
        return {name: self._fill(frame[name]) for name in self.columns}

    def _fill(self, series: pd.Series) -> Any:
        if self.method == "constant":
            number = pd.api.types.is_numeric_dtype(series)
            return float(self.value) if number else str(self.value)  # type: ignore[arg-type]
        known = series.dropna()
        if known.empty:
            raise CleaningError(
                f"{self.title}: column {str(series.name)!r} has no value to learn from. "
                "Ignore the column, or fill in a constant."
            )
        if self.method == "median":
            return float(known.median())
        return known.mode().iloc[0]

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Fill one column."""
        return series.fillna(learnt)

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Fill one value."""
        return learnt if is_missing(value) else value


@dataclass(frozen=True)
class CodesToMissing(ColumnsStep):
    """Read special codes such as -9 or "ignore" as missing."""

    kind = "codes_to_missing"
    verb = "Read special codes as missing"
    may_touch_outcome = True

    codes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name codes and columns."""
        return f"Read {listing(self.codes, 'or')} in {listing(self.columns)} as missing"

    def check(self, schema: Schema) -> None:
        """Refuse a step without codes."""
        if not self.codes:
            raise CleaningError(f"{self.verb}: say which values mean that nothing is known.")
        super().check(schema)

    @cached_property
    def _numbers(self) -> frozenset[float]:
        return frozenset(number for code in self.codes if (number := _number(code)) is not None)

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Blank the codes in one column."""
        number = pd.api.types.is_numeric_dtype(series)
        return series.mask(series.isin(list(self._numbers if number else self.codes)))

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Blank one value."""
        if isinstance(value, float):
            return float("nan") if value in self._numbers else value
        return None if value in self.codes else value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
