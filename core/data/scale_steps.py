"""Cleaning steps that change numbers: bounds, tails, scale, ranges."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.casting import Value
from core.data.schema import Schema
from core.data.step import ColumnsStep, is_missing, listing
from core.errors import CleaningError
from core.formatting import number


@dataclass(frozen=True)
class Clip(ColumnsStep):
    """Bring numbers outside bounds back to the bound, or read them as missing."""

    kind = "clip"
    verb = "Clip impossible values"
    needs = "number"

    low: float | None = None
    high: float | None = None
    outside: Literal["bound", "missing"] = "bound"

    @property
    def title(self) -> str:
        """Name columns and bounds."""
        low, high = number(self.low), number(self.high)
        where = f"below {low}" if self.high is None else f"above {high}"
        if self.low is not None and self.high is not None:
            where = f"outside {low} to {high}"
        what = "as missing" if self.outside == "missing" else "as the bound"
        return f"Read {listing(self.columns)} {where} {what}"

    def check(self, schema: Schema) -> None:
        """Refuse bounds that let nothing or everything through."""
        if self.low is None and self.high is None:
            raise CleaningError(f"{self.verb}: give a lowest or a highest possible value.")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise CleaningError(
                f"{self.verb}: the lowest value {number(self.low)} should be below the highest, "
                f"{number(self.high)}."
            )
        super().check(schema)

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Clip or blank one column."""
        if self.outside == "bound":
            return series.clip(self.low, self.high)
        inside = series.between(
            -np.inf if self.low is None else self.low, np.inf if self.high is None else self.high
        )
        return series.where(inside)

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Clip or blank one value."""
        if not isinstance(value, float) or is_missing(value):
            return value
        if self.low is not None and value < self.low:
            return float(self.low) if self.outside == "bound" else math.nan
        if self.high is not None and value > self.high:
            return float(self.high) if self.outside == "bound" else math.nan
        return value


@dataclass(frozen=True)
class Winsorise(ColumnsStep):
    """Bring the outermost values to a quantile of the rows learnt from.

    `low` and `high` are shares of the rows, in [0, 1].
    """

    kind = "winsorise"
    verb = "Bring in extreme values"
    needs = "number"

    low: float = 0.01
    high: float = 0.99

    @property
    def title(self) -> str:
        """Name columns and quantiles."""
        ends = [f"the lowest {100 * self.low:g} %"] if self.low > 0 else []
        ends += [f"the highest {100 * (1 - self.high):g} %"] if self.high < 1 else []
        return f"Bring in {listing(ends)} of {listing(self.columns)}"

    def check(self, schema: Schema) -> None:
        """Refuse quantiles that keep all or turn round."""
        if not 0 <= self.low < self.high <= 1 or (self.low == 0 and self.high == 1):
            raise CleaningError(
                f"{self.verb}: the quantiles should be two shares such as 0.01 and 0.99, not "
                f"{self.low:g} and {self.high:g}."
            )
        super().check(schema)

    def learn(self, frame: pd.DataFrame) -> dict[str, Any]:
        """Return both quantiles per column."""
        return {
            name: known(frame[name], self.verb).quantile([self.low, self.high]).tolist()
            for name in self.columns
        }

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Bring in one column."""
        return series.clip(*learnt)

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Bring in one value."""
        if not isinstance(value, float) or is_missing(value):
            return value
        return float(min(max(value, learnt[0]), learnt[1]))


@dataclass(frozen=True)
class Logarithm(ColumnsStep):
    """Take sign(x) · ln(1 + |x|): long tails become short, and 0 stays 0."""

    kind = "logarithm"
    verb = "Take the logarithm"
    needs = "number"

    @property
    def title(self) -> str:
        """Name the columns."""
        return f"Take the logarithm of {listing(self.columns)}"

    def schema(self, schema: Schema) -> Schema:
        """Return the columns with their new unit."""
        return _in_unit(schema, self.columns, "ln(1 + x)")

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Take the logarithm of one column."""
        short: pd.Series = np.sign(series) * np.log1p(series.abs())
        return short

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Take the logarithm of one value, with the same bits."""
        if not isinstance(value, float):
            return value
        return float(self.change(pd.Series([value]), None).iloc[0])


@dataclass(frozen=True)
class Bin(ColumnsStep):
    """Turn numbers into ranges that hold about as many rows each.

    `bins` is the number of ranges, 2 to 50; equal values never part, so there may be fewer.
    """

    kind = "bin"
    verb = "Turn numbers into ranges"
    needs = "number"

    bins: int = 5

    @property
    def title(self) -> str:
        """Name columns and number."""
        return f"Turn {listing(self.columns)} into {self.bins} ranges"

    def check(self, schema: Schema) -> None:
        """Refuse a number of ranges that says nothing."""
        if not 2 <= self.bins <= 50:
            raise CleaningError(f"{self.verb}: choose 2 to 50 ranges, not {self.bins}.")
        super().check(schema)

    def schema(self, schema: Schema) -> Schema:
        """Return the columns as categories."""
        for name in self.columns:
            schema = schema.change(name, kind="category")
        return schema.allowing_anything(self.columns)

    def learn(self, frame: pd.DataFrame) -> dict[str, Any]:
        """Return the inner bounds per column."""
        inner = np.linspace(0, 1, self.bins + 1)[1:-1]
        return {
            name: known(frame[name], self.verb).quantile(inner).drop_duplicates().tolist()
            for name in self.columns
        }

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Name the range of each value."""
        names = pd.array(range_names(learnt), "str")
        places = np.where(series.isna(), -1, np.searchsorted(learnt, series.to_numpy()))
        return pd.Series(names.take(places, allow_fill=True), series.index, name=series.name)

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Name the range of one value."""
        if not isinstance(value, float):
            return value
        return None if is_missing(value) else range_names(learnt)[np.searchsorted(learnt, value)]


def range_names(bounds: list[float]) -> list[str]:
    """Return what the ranges between inner bounds are called.

    >>> range_names([18.0, 65.5])
    ['up to 18', 'over 18 to 65.5', 'over 65.5']
    """
    texts = [f"{bound:.10g}" for bound in bounds]
    inner = [f"over {low} to {high}" for low, high in pairwise(texts)]
    return [f"up to {texts[0]}", *inner, f"over {texts[-1]}"]


@dataclass(frozen=True)
class Standardise(ColumnsStep):
    """Measure numbers in standard deviations from their mean."""

    kind = "standardise"
    verb = "Standardise"
    needs = "number"

    @property
    def title(self) -> str:
        """Name the columns."""
        return f"Measure {listing(self.columns)} in standard deviations from the mean"

    def schema(self, schema: Schema) -> Schema:
        """Return the columns with their new unit."""
        return _in_unit(schema, self.columns, "standard deviations")

    def learn(self, frame: pd.DataFrame) -> dict[str, Any]:
        """Return mean and standard deviation per column; a constant column is only centred."""
        return {name: self._scale(known(frame[name], self.verb)) for name in self.columns}

    def _scale(self, values: pd.Series) -> list[float]:
        return [float(values.mean()), float(values.std(ddof=0)) or 1.0]

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Scale one column."""
        mean, deviation = learnt
        scaled: pd.Series = (series - mean) / deviation
        return scaled

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Scale one value."""
        mean, deviation = learnt
        return (value - mean) / deviation if isinstance(value, float) else value


def known(series: pd.Series, verb: str) -> pd.Series:
    """Return the values that are not missing.

    Raises:
        CleaningError: There is none to learn from.
    """
    values = series.dropna()
    if values.empty:
        raise CleaningError(
            f"{verb}: column {str(series.name)!r} has no value to learn from. Ignore the column."
        )
    return values


def _in_unit(schema: Schema, names: tuple[str, ...], unit: str) -> Schema:
    columns = (replace(each, unit=unit) if each.name in names else each for each in schema.columns)
    return replace(schema, columns=tuple(columns)).allowing_anything(names)
