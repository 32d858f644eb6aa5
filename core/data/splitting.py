"""Rows divided into training, validation and test."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.schema import Schema, outcome_vector
from core.errors import SplitError
from core.formatting import count

SplitKind = Literal["stratified", "out_of_time"]
_PARTS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class SplitSettings:
    """How to divide.

    Attributes:
        kind: "stratified" draws at random with the same share of bads in each part;
            "out_of_time" trains on the oldest rows and tests on the newest.
        test: Share of all rows, in (0, 1).
        validation: Share of all rows, in (0, 1).
        seed: Fixes the draw.
    """

    kind: SplitKind = "stratified"
    test: float = 0.2
    validation: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse shares that leave nothing.

        Raises:
            SplitError: A share is not between 0 and 1, or nothing is left for training.
        """
        if not (0 < self.test < 1 and 0 < self.validation < 1 and self.test + self.validation < 1):
            raise SplitError(
                f"Test ({self.test:g}) and validation ({self.validation:g}) should be shares above "
                "0 whose sum is below 1, so that rows are left for training."
            )

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SplitSettings":
        """Return the settings that `to_json` wrote."""
        return cls(**data)


@dataclass(frozen=True)
class Split:
    """Index labels of the rows of each part, and how they came about in one sentence."""

    train: pd.Index
    validation: pd.Index
    test: pd.Index
    kind: SplitKind
    why: str


def split(frame: pd.DataFrame, schema: Schema, settings: SplitSettings) -> Split:
    """Divide the rows of a cleaned frame.

    Raises:
        SplitError: There is no date to split by, or a part would lack goods or bads.
        SchemaError: The outcome cannot be used.
    """
    y = outcome_vector(frame, schema)
    if settings.kind == "stratified":
        part, why = _stratified(y, settings)
    else:
        part, why = _out_of_time(frame, schema, settings)
    _require_both_outcomes(part, y, settings)
    train, validation, test = (frame.index[part == number] for number in range(3))
    return Split(train, validation, test, settings.kind, why)


def _stratified(y: np.ndarray, settings: SplitSettings) -> tuple[np.ndarray, str]:
    random = np.random.default_rng(settings.seed)
    part = np.zeros(len(y), np.int8)
    for outcome in (0, 1):
        rows = random.permutation(np.flatnonzero(y == outcome))
        test, validation = _sizes(len(rows), settings)
        part[rows[:test]] = 2
        part[rows[test : test + validation]] = 1
    why = "Drawn at random, with the same share of bads in each part."
    return part, why


def _out_of_time(
    frame: pd.DataFrame, schema: Schema, settings: SplitSettings
) -> tuple[np.ndarray, str]:
    """Cut between dates, never inside one, so that no day is both learnt and tested."""
    column = next(iter(schema.with_role("date")), None)
    if column is None:
        raise SplitError(
            "An out-of-time split needs a column with the role date, and there is none. "
            "Give one on the data page, or use the stratified split."
        )
    dates = frame[column.name]
    if missing := int(dates.isna().sum()):
        raise SplitError(
            f"The date {column.name!r} is missing in {count(missing)} of {count(len(dates))} rows. "
            "Drop these rows in the recipe, or use the stratified split."
        )
    ordered = np.sort(dates.to_numpy())
    test, validation = _sizes(len(ordered), settings)
    test_from = ordered[len(ordered) - test]
    validation_from = ordered[len(ordered) - test - validation]
    values = dates.to_numpy()
    part = np.select([values >= test_from, values >= validation_from], [2, 1], 0)
    first = f"{pd.Timestamp(test_from):%Y-%m-%d}"
    return part, f"Trained on the oldest rows, tested on rows from {first} on ({column.label})."


def _sizes(n: int, settings: SplitSettings) -> tuple[int, int]:
    return max(1, round(n * settings.test)), max(1, round(n * settings.validation))


def _require_both_outcomes(part: np.ndarray, y: np.ndarray, settings: SplitSettings) -> None:
    for number, name in enumerate(_PARTS):
        inside = y[part == number]
        bads = int(inside.sum())
        if 0 < bads < len(inside):
            continue
        lacking = "bad" if bads == 0 else "good"
        remedy = (
            "Use the stratified split, or other shares."
            if settings.kind == "out_of_time"
            else "Use larger shares or a file with more rows of that outcome."
        )
        raise SplitError(
            f"The {name} part would hold {count(len(inside))} rows and not one {lacking} among "
            f"them; the file has {count(int(y.sum()))} bads and "
            f"{count(int(len(y) - y.sum()))} goods. {remedy}"
        )
