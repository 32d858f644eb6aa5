"""What each column of a loan file is and what it is used for."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.allowed import ANYTHING, Allowed, Changeable
from core.data.codes import coded
from core.errors import SchemaError

Kind = Literal["number", "category", "date", "text"]
"""How values are read. number: float64 with NaN; category, text: str with NaN; date: datetime64."""

Role = Literal["outcome", "feature", "identifier", "date", "protected", "ignore"]
"""date: orders the rows in time; protected: kept for fairness checks, never a feature."""


Confidence = Literal["sure", "likely", "guess", ""]
"""How sure a proposal is; "" where nothing was proposed, or a person has chosen."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: As in the file.
        kind: How its values are read.
        role: What it is used for.
        label: What users see; defaults to the name with spaces.
        unit: Such as "months" or "EUR"; may be empty.
        description: One sentence; may be empty.
        why: The reason for the proposed kind and role, shown beside them.
        group: Heading under which a form lists it, such as "Household"; may be empty.
        confidence: How sure the proposal is.
        personal: What personal data it holds, such as "phone numbers"; "" if none. Such values are
            masked wherever they would be shown.
        allowed: Which values the data dictionary allows.
        changeable: Whether applicants can change their value, as the data dictionary says.
    """

    name: str
    kind: Kind
    role: Role
    label: str = ""
    unit: str = ""
    description: str = ""
    why: str = ""
    group: str = ""
    confidence: Confidence = ""
    personal: str = ""
    allowed: Allowed = ANYTHING
    changeable: Changeable = ""

    def __post_init__(self) -> None:
        """Fill the label."""
        if not self.label:
            object.__setattr__(self, "label", self.name.replace("_", " ").strip())

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return asdict(self) | {"allowed": self.allowed.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Column":
        """Return the column that `to_json` wrote, today or before there was a dictionary."""
        allowed = Allowed.from_json(data["allowed"]) if "allowed" in data else ANYTHING
        return cls(**{**data, "allowed": allowed})


@dataclass(frozen=True, slots=True)
class Schema:
    """All columns in file order, and which outcome value means *bad* (defaulted).

    `bad_value` is the text of the value as the frame holds it (`"1"` for the number 1).
    """

    columns: tuple[Column, ...]
    bad_value: str | None = None

    def __getitem__(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            SchemaError: There is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(column.name for column in self.columns)
        raise SchemaError(f"There is no column {name!r}. The columns are: {known}.")

    def __contains__(self, name: object) -> bool:
        """Return whether there is a column of that name."""
        return any(column.name == name for column in self.columns)

    @property
    def names(self) -> list[str]:
        """All column names in file order."""
        return [column.name for column in self.columns]

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns a model learns from."""
        return self.with_role("feature")

    @property
    def outcome(self) -> Column | None:
        """The outcome column, if one is chosen."""
        return next(iter(self.with_role("outcome")), None)

    @property
    def personal(self) -> tuple[str, ...]:
        """Names of the columns that hold personal data."""
        return tuple(column.name for column in self.columns if column.personal)

    def with_role(self, role: Role) -> tuple[Column, ...]:
        """Return the columns of one role, in file order."""
        return tuple(column for column in self.columns if column.role == role)

    def change(self, name: str, **changes: Any) -> "Schema":
        """Return a schema in which one column differs."""
        self[name]
        return replace(
            self,
            columns=tuple(
                replace(column, **changes) if column.name == name else column
                for column in self.columns
            ),
        )

    def allowing_anything(self, names: Iterable[str]) -> "Schema":
        """Return a schema in which the dictionary says nothing about the values of some columns.

        For steps that write other values than the file holds: what was allowed speaks of those.
        """
        chosen = set(names)
        columns = (
            replace(column, allowed=ANYTHING) if column.name in chosen else column
            for column in self.columns
        )
        return replace(self, columns=tuple(columns))

    def add(self, column: Column) -> "Schema":
        """Return a schema with one more column at the end.

        Raises:
            SchemaError: There is already a column of that name.
        """
        if column.name in self:
            raise SchemaError(f"There is already a column {column.name!r}. Choose another name.")
        return replace(self, columns=(*self.columns, column))

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return {
            "columns": [column.to_json() for column in self.columns],
            "bad_value": self.bad_value,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Schema":
        """Return the schema that `to_json` wrote."""
        return cls(tuple(map(Column.from_json, data["columns"])), data["bad_value"])


def value_text(value: object) -> str:
    """Return an outcome value as text, the same for 1, 1.0 and "1".

    >>> value_text(1.0), value_text("bad")
    ('1', 'bad')
    """
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def outcome_vector(frame: pd.DataFrame, schema: Schema) -> np.ndarray:
    """Return the outcome as (n,) int8: 1 = bad (defaulted), 0 = good.

    Raises:
        SchemaError: No outcome or bad value is chosen, a value is missing, or there are not
            exactly two values.
    """
    column = schema.outcome
    if column is None or schema.bad_value is None:
        raise SchemaError(
            "No outcome is chosen. Mark one column as the outcome and say which value is bad."
        )
    values = frame[column.name]
    if missing := int(values.isna().sum()):
        raise SchemaError(
            f"The outcome {column.name!r} is missing in {missing:,} of {len(values):,} rows. "
            f"Drop these rows in the recipe, or choose another outcome."
        )
    found = coded(values)
    texts = [value_text(value) for value in found.values]  # only the few distinct ones
    held = _listing(texts)
    if len(texts) != 2:
        raise SchemaError(
            f"The outcome {column.name!r} should hold two values, "
            f"but holds {len(texts)}: {held}. "
            "Choose another outcome, or drop the rows whose outcome is not known yet."
        )
    if schema.bad_value not in texts:
        raise SchemaError(
            f"The bad value {schema.bad_value!r} does not occur in {column.name!r}, "
            f"which holds {held}."
        )
    return np.asarray(found.codes == texts.index(schema.bad_value), np.int8)


def find_bad_rows(frame: pd.DataFrame, schema: Schema) -> np.ndarray | None:
    """Return the positions of the rows that turned out bad; None if the outcome cannot be used."""
    try:
        return np.flatnonzero(outcome_vector(frame, schema))
    except SchemaError:
        return None


def _listing(values: Iterable[object], most: int = 5) -> str:
    texts = sorted(str(value) for value in values)
    rest = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(repr(text) for text in texts[:most]) + rest
