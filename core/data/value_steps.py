"""Cleaning steps that change values: types, bounds, rare categories, scale."""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.casting import Value, cast_value, find_date_format, read_leniently
from core.data.schema import Kind, Schema
from core.data.step import ColumnsStep, is_missing, listing
from core.errors import CleaningError, SchemaError
from core.formatting import number

OTHER = "other"


@dataclass(frozen=True)
class SetType(ColumnsStep):
    """Read columns as another type; values that cannot be read become missing."""

    kind = "set_type"
    verb = "Set the type"
    may_touch_outcome = True

    type: Kind = "category"

    @property
    def title(self) -> str:
        """Name columns and type."""
        return f"Read {listing(self.columns)} as {self.type}"

    def schema(self, schema: Schema) -> Schema:
        """Return the columns with the new type; a date or text is no feature any more."""
        for name in self.columns:
            role = schema[name].role
            if self.type in ("date", "text") and role == "feature":
                role = "ignore"
            if self.type in ("number", "category") and role == "date":
                role = "ignore"
            schema = schema.change(name, kind=self.type, role=role)
        return schema

    def learn(self, frame: pd.DataFrame) -> dict[str, Any]:
        """Return the date format of each column, where dates are read from text."""
        if self.type != "date":
            return {}
        texts = [name for name in self.columns if str(frame[name].dtype) == "str"]
        return {name: find_date_format(frame[name]) for name in texts}

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Read one column."""
        return read_leniently(series, self.type, learnt)

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Read one value."""
        missing = math.nan if self.type == "number" else None
        if self.type == "date" and isinstance(value, str | float):
            moment = self.change(pd.Series([value]), learnt).iloc[0]
            return None if pd.isna(moment) else moment.to_pydatetime()
        if self.type == "number" and not isinstance(value, str | float | None):
            return missing
        try:
            return cast_value(value, self.type)
        except SchemaError:
            return missing


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
class MergeRare(ColumnsStep):
    """Merge categories that few rows hold into "other".

    `at_least` is the share of non-missing rows, in (0, 1), a category needs to be kept. A
    category that was never seen counts as rare.
    """

    kind = "merge_rare"
    verb = "Merge rare categories"
    needs = "category"

    at_least: float = 0.01

    @property
    def title(self) -> str:
        """Name columns and share."""
        share = f"{100 * self.at_least:g} %"
        return f"Merge categories of {listing(self.columns)} below {share} into {OTHER!r}"

    def check(self, schema: Schema) -> None:
        """Refuse a share that keeps all or none."""
        if not 0 < self.at_least < 1:
            raise CleaningError(
                f"{self.verb}: the share should lie between 0 and 1, not {self.at_least:g}."
            )
        super().check(schema)

    def learn(self, frame: pd.DataFrame) -> dict[str, Any]:
        """Return the categories kept, per column."""
        return {name: self._frequent(frame[name]) for name in self.columns}

    def _frequent(self, series: pd.Series) -> list[str]:
        shares = series.value_counts(normalize=True)
        return sorted(shares.index[shares >= self.at_least])

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Merge one column."""
        return series.where(series.isna() | series.isin(learnt), OTHER)

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Merge one value."""
        return value if value is None or value in learnt else OTHER


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
        columns = tuple(
            replace(column, unit="standard deviations") if column.name in self.columns else column
            for column in schema.columns
        )
        return replace(schema, columns=columns)

    def learn(self, frame: pd.DataFrame) -> dict[str, Any]:
        """Return mean and standard deviation per column; a constant column is only centred."""
        return {name: self._scale(frame[name].dropna()) for name in self.columns}

    def _scale(self, known: pd.Series) -> list[float]:
        if known.empty:
            raise CleaningError(
                f"{self.verb}: column {str(known.name)!r} has no value to learn from. "
                "Ignore the column."
            )
        return [float(known.mean()), float(known.std(ddof=0)) or 1.0]

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Scale one column."""
        mean, deviation = learnt
        scaled: pd.Series = (series - mean) / deviation
        return scaled

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Scale one value."""
        mean, deviation = learnt
        return (value - mean) / deviation if isinstance(value, float) else value
