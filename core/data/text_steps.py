"""Cleaning steps that change categories and texts."""

import unicodedata
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.data.casting import Value
from core.data.schema import Schema
from core.data.step import ColumnsStep, listing
from core.errors import CleaningError

OTHER = "other"


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

    def schema(self, schema: Schema) -> Schema:
        """Return the columns without a list of allowed values, which speaks of the old ones."""
        return schema.allowing_anything(self.columns)

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
class GroupCategories(ColumnsStep):
    """Read several values of a category as one."""

    kind = "group_categories"
    verb = "Group categories"
    needs = "category"

    values: tuple[str, ...] = ()
    into: str = ""

    @property
    def title(self) -> str:
        """Name values and group."""
        return f"Read {listing(self.values, 'or')} in {listing(self.columns)} as {self.into!r}"

    def check(self, schema: Schema) -> None:
        """Refuse a group without a name or without values."""
        if not self.values:
            raise CleaningError(f"{self.verb}: choose the values that belong together.")
        if not self.into.strip():
            raise CleaningError(f"{self.verb}: give the group a name.")
        super().check(schema)

    def schema(self, schema: Schema) -> Schema:
        """Return the columns without a list of allowed values, which speaks of the old ones."""
        return schema.allowing_anything(self.columns)

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Group one column."""
        return series.mask(series.isin(self.values), self.into)

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Group one value."""
        return self.into if value in self.values else value


@dataclass(frozen=True)
class NormaliseText(ColumnsStep):
    """Write the same text the same way: spaces, width and, if asked for, capitals.

    Spaces at the ends go, several become one, and characters that look the same become the same
    (Unicode NFKC). What is then empty is missing.
    """

    kind = "normalise_text"
    verb = "Write texts alike"

    lower: bool = True

    @property
    def title(self) -> str:
        """Name the columns."""
        how = "in small letters and " if self.lower else ""
        return f"Write {listing(self.columns)} {how}without stray spaces"

    def check(self, schema: Schema) -> None:
        """Refuse numbers and dates."""
        super().check(schema)
        for name in self.columns:
            if schema[name].kind not in ("category", "text"):
                raise CleaningError(
                    f"{self.title}: {name!r} is a {schema[name].kind} and holds no text."
                )

    def schema(self, schema: Schema) -> Schema:
        """Return the columns without a list of allowed values, which speaks of the old ones."""
        return schema.allowing_anything(self.columns)

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Rewrite one column: its distinct values, as a million rows hold few of them."""
        codes, distinct = pd.factorize(series)
        written = pd.array([self._written(text) for text in distinct], "str")
        return pd.Series(written.take(codes, allow_fill=True), series.index, name=series.name)

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Rewrite one value."""
        return self._written(value) if isinstance(value, str) else value

    def _written(self, text: str) -> str | None:
        text = " ".join(unicodedata.normalize("NFKC", text).split())
        return (text.lower() if self.lower else text) or None
