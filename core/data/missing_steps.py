"""Cleaning steps about missing values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.casting import Value, cast_value
from core.data.column_steps import require_new_name
from core.data.derive_steps import new_role
from core.data.schema import Column, Kind, Schema
from core.data.step import ColumnsStep, Learnt, Row, Step, is_missing, listing
from core.errors import CleaningError, SchemaError


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
class ImputeByGroup(Step):
    """Fill missing values with what is usual in the applicant's group.

    A group is a value of the category `by`. Groups without a known value, groups never seen and
    applicants without a group take what is usual for all.
    """

    kind = "impute_by_group"
    verb = "Fill missing values by group"

    columns: tuple[str, ...]
    by: str
    method: Literal["median", "most_frequent"] = "median"

    @property
    def title(self) -> str:
        """Name columns, method and groups."""
        what = "median" if self.method == "median" else "most frequent value"
        return f"Fill missing {listing(self.columns)} with the {what} of the same {self.by}"

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns, and the one that tells groups apart."""
        return (*self.columns, self.by)

    @property
    def writes(self) -> tuple[str, ...]:
        """The columns that are filled."""
        return self.columns

    def parents(self, name: str) -> tuple[str, ...]:
        """Return a filled column and the groups."""
        return (name, self.by)

    def check(self, schema: Schema) -> None:
        """Refuse groups that are no categories, and a median of categories."""
        if not self.columns:
            raise CleaningError(f"{self.verb}: choose at least one column.")
        super().check(schema)
        if schema[self.by].kind != "category":
            raise CleaningError(
                f"{self.title}: groups are told apart by a category, but {self.by!r} is a "
                f"{schema[self.by].kind}."
            )
        if self.by in self.columns:
            raise CleaningError(f"{self.title}: a column cannot be filled by its own groups.")
        kinds = ("number",) if self.method == "median" else ("number", "category")
        for name in self.columns:
            if schema[name].kind not in kinds:
                raise CleaningError(
                    f"{self.title}: {name!r} is a {schema[name].kind}; this fills "
                    f"{listing([f'{kind} columns' for kind in kinds])} alone."
                )

    def learn(self, frame: pd.DataFrame) -> dict[str, Any]:
        """Return for each column what is usual for all, and by group."""
        return {name: self._usual(frame[name], frame[self.by]) for name in self.columns}

    def _usual(self, series: pd.Series, groups: pd.Series) -> dict[str, Any]:
        known = series.dropna()
        if known.empty:
            raise CleaningError(
                f"{self.title}: column {str(series.name)!r} has no value to learn from. "
                "Ignore the column, or fill in a constant."
            )
        parts = known.groupby(groups[known.index], sort=True)
        return {"all": self._one(known), "groups": {str(g): self._one(each) for g, each in parts}}

    def _one(self, known: pd.Series) -> Any:
        return float(known.median()) if self.method == "median" else known.mode().iloc[0]

    def apply(self, frame: pd.DataFrame, learnt: Learnt) -> pd.DataFrame:
        """Fill the columns that are there."""
        there = [name for name in self.columns if name in frame]
        return frame.assign(**{name: self._filled(frame, name, learnt[name]) for name in there})

    def _filled(self, frame: pd.DataFrame, name: str, usual: Mapping[str, Any]) -> pd.Series:
        series = frame[name]
        if self.by in frame:
            own = frame[self.by].astype("object").map(usual["groups"]).astype(series.dtype)
            series = series.fillna(own)
        return series.fillna(usual["all"])

    def apply_row(self, row: Row, learnt: Learnt) -> None:
        """Fill the fields that are there."""
        for name in self.columns:
            if name in row and is_missing(row[name]):
                usual = learnt[name]
                row[name] = usual["groups"].get(row.get(self.by), usual["all"])


@dataclass(frozen=True)
class MissingFlags(Step):
    """Add a yes/no column that says where a column is missing."""

    kind = "missing_flags"
    verb = "Flag missing values"

    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name the columns."""
        return f"Add whether {listing(self.columns, 'or')} is missing"

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return self.columns

    @property
    def writes(self) -> tuple[str, ...]:
        """The new columns."""
        return tuple(map(self._flag, self.columns))

    def _flag(self, name: str) -> str:
        return f"{name} missing"

    def parents(self, name: str) -> tuple[str, ...]:
        """Return the column that a flag looks at."""
        return tuple(column for column in self.columns if self._flag(column) == name)

    def check(self, schema: Schema) -> None:
        """Refuse names that are taken."""
        super().check(schema)
        for name in self.writes:
            require_new_name(self.verb, name, schema)

    def schema(self, schema: Schema) -> Schema:
        """Return the columns with the flags at the end."""
        for name in self.columns:
            role, why = new_role(schema, (name,))
            about = f"Whether {schema[name].label} is missing."
            flag = Column(self._flag(name), "category", role, description=about, why=why)
            schema = schema.add(flag)
        return schema

    def apply(self, frame: pd.DataFrame, learnt: Learnt) -> pd.DataFrame:
        """Add a flag for each column that is there."""
        flags = {
            self._flag(name): pd.Series(
                np.where(frame[name].isna(), "yes", "no"), frame.index, dtype="str"
            )
            for name in self.columns
            if name in frame
        }
        return frame.assign(**flags)

    def apply_row(self, row: Row, learnt: Learnt) -> None:
        """Add a flag for each field that is there."""
        for name in self.columns:
            if name in row:
                row[self._flag(name)] = "yes" if is_missing(row[name]) else "no"


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
    def numbers(self) -> frozenset[float]:
        """The codes that are numbers."""
        return frozenset(number for code in self.codes if (number := _number(code)) is not None)

    def change(self, series: pd.Series, learnt: Any) -> pd.Series:
        """Blank the codes in one column."""
        number = pd.api.types.is_numeric_dtype(series)
        return series.mask(series.isin(list(self.numbers if number else self.codes)))

    def change_value(self, value: Value, learnt: Any) -> Value:
        """Blank one value."""
        if isinstance(value, float):
            return float("nan") if value in self.numbers else value
        return None if value in self.codes else value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
