"""Cleaning steps that change what a column is: its type, its name."""

import math
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from core.data.casting import Value, cast_value, read_leniently
from core.data.date_text import find_date_format
from core.data.schema import Kind, Schema
from core.data.step import ColumnsStep, Learnt, Row, Step, listing
from core.errors import CleaningError, SchemaError


@dataclass(frozen=True)
class SetType(ColumnsStep):
    """Read columns as another type; values that cannot be read become missing.

    `format` says how dates are written, as in %d.%m.%Y; None finds it out.
    """

    kind = "set_type"
    verb = "Set the type"
    may_touch_outcome = True

    type: Kind = "category"
    format: str | None = None

    @property
    def title(self) -> str:
        """Name columns and type."""
        written = f" written as {self.format}" if self.format else ""
        return f"Read {listing(self.columns)} as {self.type}{written}"

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
        return {name: self.format or find_date_format(frame[name]) for name in texts}

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
class Rename(Step):
    """Give a column another name."""

    kind = "rename"
    verb = "Rename a column"
    may_touch_outcome = True

    column: str
    name: str

    @property
    def title(self) -> str:
        """Name both names."""
        return f"Rename {self.column} to {self.name}"

    @property
    def reads(self) -> tuple[str, ...]:
        """The old name."""
        return (self.column,)

    @property
    def writes(self) -> tuple[str, ...]:
        """The new name."""
        return (self.name,)

    def check(self, schema: Schema) -> None:
        """Refuse an empty or taken name."""
        super().check(schema)
        require_new_name(self.verb, self.name, schema)

    def schema(self, schema: Schema) -> Schema:
        """Return the columns under their new names; roles stay."""
        columns = (
            replace(each, name=self.name, label=self.name) if each.name == self.column else each
            for each in schema.columns
        )
        return replace(schema, columns=tuple(columns))

    def apply(self, frame: pd.DataFrame, learnt: Learnt) -> pd.DataFrame:
        """Rename the column if it is there."""
        return frame.rename(columns={self.column: self.name})

    def apply_row(self, row: Row, learnt: Learnt) -> None:
        """Rename the field if it is there."""
        if self.column in row:
            row[self.name] = row.pop(self.column)


def require_new_name(verb: str, name: str, schema: Schema) -> None:
    """Refuse an empty or taken name for a column.

    Raises:
        CleaningError: It says which.
    """
    if not name.strip():
        raise CleaningError(f"{verb}: give the new column a name.")
    if name in schema:
        raise CleaningError(f"{verb}: there is already a column {name!r}. Choose another name.")
