"""Cleaning steps that add a column made from two others."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from core.data.column_steps import require_new_name
from core.data.schema import Column, Role, Schema
from core.data.step import Learnt, Row, Step
from core.errors import CleaningError

YEAR = timedelta(days=365.25).total_seconds()


@dataclass(frozen=True)
class DeriveStep(Step):
    """A step that adds one number made from two columns."""

    name: str

    @property
    def writes(self) -> tuple[str, ...]:
        """The new column."""
        return (self.name,)

    def check(self, schema: Schema) -> None:
        """Refuse an empty or taken name, and one column used twice."""
        require_new_name(self.verb, self.name, schema)
        if len(set(self.reads)) < 2:
            raise CleaningError(f"{self.verb}: choose two different columns.")
        super().check(schema)

    def column(self, schema: Schema) -> Column:
        """Return the new column."""
        raise NotImplementedError

    def schema(self, schema: Schema) -> Schema:
        """Return the columns with the new one at the end."""
        return schema.add(self.column(schema))


def new_role(schema: Schema, sources: tuple[str, ...]) -> tuple[Role, str]:
    """Return role and reason: what is made from a protected column stays protected."""
    protected = [name for name in sources if schema[name].role == "protected"]
    if protected:
        return "protected", f"Made from {protected[0]!r}, which is protected."
    return "feature", "Made by a cleaning step."


@dataclass(frozen=True)
class YearsBetween(DeriveStep):
    """Add the years from one date to another (365.25 days each; negative when reversed)."""

    kind = "years_between"
    verb = "Years between two dates"
    needs = "date"

    start: str
    end: str

    @property
    def title(self) -> str:
        """Name the columns."""
        return f"Add {self.name}: years from {self.start} to {self.end}"

    @property
    def reads(self) -> tuple[str, ...]:
        """The two dates."""
        return (self.start, self.end)

    def column(self, schema: Schema) -> Column:
        """Return the new column, in years."""
        role, why = new_role(schema, self.reads)
        about = f"Years from {schema[self.start].label} to {schema[self.end].label}."
        return Column(self.name, "number", role, unit="years", description=about, why=why)

    def apply(self, frame: pd.DataFrame, learnt: Learnt) -> pd.DataFrame:
        """Add the column."""
        if not set(self.reads) <= set(frame):
            return frame
        span = (frame[self.end] - frame[self.start]).dt.total_seconds()
        return frame.assign(**{self.name: span / YEAR})

    def apply_row(self, row: Row, learnt: Learnt) -> None:
        """Add the field."""
        if not set(self.reads) <= set(row):
            return
        start, end = row[self.start], row[self.end]
        if isinstance(start, datetime) and isinstance(end, datetime):
            row[self.name] = (end - start).total_seconds() / YEAR
        else:
            row[self.name] = math.nan


@dataclass(frozen=True)
class Ratio(DeriveStep):
    """Add one number divided by another; missing where the divisor is 0 or either is missing."""

    kind = "ratio"
    verb = "Ratio of two columns"
    needs = "number"

    numerator: str
    denominator: str

    @property
    def title(self) -> str:
        """Name the columns."""
        return f"Add {self.name}: {self.numerator} divided by {self.denominator}"

    @property
    def reads(self) -> tuple[str, ...]:
        """Numerator and denominator."""
        return (self.numerator, self.denominator)

    def column(self, schema: Schema) -> Column:
        """Return the new column."""
        role, why = new_role(schema, self.reads)
        about = f"{schema[self.numerator].label} divided by {schema[self.denominator].label}."
        return Column(self.name, "number", role, description=about, why=why)

    def apply(self, frame: pd.DataFrame, learnt: Learnt) -> pd.DataFrame:
        """Add the column."""
        if not set(self.reads) <= set(frame):
            return frame
        divisor = frame[self.denominator].replace(0.0, np.nan)
        return frame.assign(**{self.name: frame[self.numerator] / divisor})

    def apply_row(self, row: Row, learnt: Learnt) -> None:
        """Add the field."""
        if not set(self.reads) <= set(row):
            return
        top, bottom = row[self.numerator], row[self.denominator]
        if isinstance(top, float) and isinstance(bottom, float) and bottom != 0:
            row[self.name] = top / bottom
        else:
            row[self.name] = math.nan
