"""What every cleaning step can do, and the steps that concern missing values and whole rows.

A step is configuration only (frozen, JSON). What it learns from data (a median, the frequent
categories) is returned by `learn` as plain JSON and handed back to `apply`: so the same step can
be refitted on training rows, stored with a model, and applied to one applicant.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from core.data.casting import Value, cast_value
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
    settings = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in data.items()
        if name != "step"
    }
    try:
        return STEPS[data["step"]](**settings)
    except (KeyError, TypeError) as error:
        raise CleaningError(
            f"This recipe step cannot be read: {dict(data)!r}. Known steps: {', '.join(STEPS)}."
        ) from error


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
        except Exception as error:
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


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
