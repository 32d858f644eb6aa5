"""What a form or a caller has to know about each field an applicant is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.allowed import ANYTHING, Allowed, Changeable
from core.data.schema import Column, Kind, Schema


@dataclass(frozen=True, slots=True)
class Field:
    """One source column as seen in the training rows.

    Attributes:
        name: Column name; the key callers send.
        label: What users see.
        kind: How its value is read.
        unit: May be empty.
        description: One sentence; may be empty.
        group: Heading in the form; may be empty.
        low: Smallest value seen (dates as ISO text); None for categories and text.
        high: Largest value seen.
        typical: Median of numbers and dates, most frequent category; None if nothing was seen.
        whole: Whether all numbers seen are whole.
        categories: Values seen, most frequent first; empty for other kinds.
        can_be_missing: Whether training rows lacked it, so that the model knows what to do.
        allowed: Which values the data dictionary allows.
        changeable: Whether applicants can change their value, as the data dictionary says.
    """

    name: str
    label: str
    kind: Kind
    unit: str = ""
    description: str = ""
    group: str = ""
    low: float | str | None = None
    high: float | str | None = None
    typical: float | str | None = None
    whole: bool = False
    categories: tuple[str, ...] = ()
    can_be_missing: bool = False
    allowed: Allowed = ANYTHING
    changeable: Changeable = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        lists = {"categories": list(self.categories), "allowed": self.allowed.to_json()}
        return asdict(self) | lists

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Field":
        """Return the field that `to_json` wrote."""
        allowed = Allowed.from_json(data["allowed"]) if "allowed" in data else ANYTHING
        return cls(**{**data, "categories": tuple(data["categories"]), "allowed": allowed})


def learn_fields(frame: pd.DataFrame, schema: Schema, names: Sequence[str]) -> tuple[Field, ...]:
    """Return the fields for these source columns.

    Args:
        frame: Training rows, source columns.
        schema: The source columns.
        names: Which of them, in the order wanted.

    Raises:
        SchemaError: There is no such column.
    """
    return tuple(_field(frame[name], schema[name]) for name in names)


def _field(series: pd.Series, column: Column) -> Field:
    known = series.dropna()
    common: dict[str, Any] = {
        "name": column.name,
        "label": column.label,
        "kind": column.kind,
        "unit": column.unit,
        "description": column.description,
        "group": column.group,
        "can_be_missing": len(known) < len(series),
        "allowed": column.allowed,
        "changeable": column.changeable,
    }
    if known.empty:
        return Field(**common)
    if column.kind == "number":
        return Field(**common, **_number_facts(known.to_numpy(float)))
    if column.kind == "date":
        return Field(**common, **_date_facts(known))
    frequent = known.value_counts()
    categories = tuple(frequent.index) if column.kind == "category" else ()
    return Field(**common, typical=frequent.index[0], categories=categories)


def _number_facts(values: np.ndarray) -> dict[str, Any]:
    whole = bool((values == np.round(values)).all())
    median = float(np.median(values))
    return {
        "low": float(values.min()),
        "high": float(values.max()),
        # A form that asks for whole numbers should not propose a half.
        "typical": float(round(median)) if whole else median,
        "whole": whole,
    }


def _date_facts(known: pd.Series) -> dict[str, Any]:
    middle = known.sort_values().iloc[len(known) // 2]
    return {
        "low": known.min().date().isoformat(),
        "high": known.max().date().isoformat(),
        "typical": middle.date().isoformat(),
    }
