"""Rows divided into training, validation and test.

Rows that share an identifier (one borrower, several loans) stay together: a network that has
learnt one of them would know the others. On small files one test part misleads, because another
draw moves ROC-AUC by several hundredths; there every row is a test row once per repeat.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.data.schema import Schema, outcome_vector
from core.errors import SplitError
from core.formatting import count, counted

SplitKind = Literal["stratified", "out_of_time", "cross_validation"]
_PARTS = ("train", "validation", "test")
LEFT_OUT = -1
"""Instead of a part."""

FEW_ROWS = 5000
"""Below this one test part misleads (80/20 on German Credit: ROC-AUC .673 to .849 by seed)."""


@dataclass(frozen=True, slots=True)
class SplitSettings:
    """How to divide.

    Attributes:
        kind: "stratified" draws at random with the same share of bads in each part;
            "out_of_time" trains on the oldest rows and tests on the newest;
            "cross_validation" tests on each fold in turn, and its model learns from all rows.
        test: Share of all rows, in (0, 1).
        validation: Share of all rows, in (0, 1).
        seed: Fixes the draw.
        folds: Of the cross-validation, at least 2.
        repeats: Of the cross-validation, each with folds of its own; at least 1.
    """

    kind: SplitKind = "stratified"
    test: float = 0.2
    validation: float = 0.2
    seed: int = 0
    folds: int = 5
    repeats: int = 2

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
        if self.folds < 2 or self.repeats < 1:
            raise SplitError(
                f"Cross-validation needs at least 2 folds and 1 repeat, not {self.folds} and "
                f"{self.repeats}."
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
    """Index labels of the rows of each part, and how they came about in one sentence.

    An out-of-time split leaves out older rows of an identifier that has newer rows in a later part.
    """

    train: pd.Index
    validation: pd.Index
    test: pd.Index
    kind: SplitKind
    why: str


def proposed_kind(schema: Schema, rows: int) -> SplitKind:
    """Return the kind that tells most about applicants to come."""
    if schema.with_role("date"):
        return "out_of_time"
    return "cross_validation" if rows < FEW_ROWS else "stratified"


def repeated_identifier(frame: pd.DataFrame, schema: Schema) -> str | None:
    """Return the first identifier whose values repeat, so that rows belong together."""
    names = [column.name for column in schema.with_role("identifier")]
    return next((name for name in names if frame[name].dropna().duplicated().any()), None)


def groups_of(frame: pd.DataFrame, schema: Schema) -> np.ndarray | None:
    """Return (n,) numbers of the group each row belongs to; None if no identifier repeats.

    A row without an identifier stands for itself.
    """
    name = repeated_identifier(frame, schema)
    if name is None:
        return None
    codes = pd.factorize(frame[name])[0]
    alone = codes < 0
    codes[alone] = codes.max() + 1 + np.arange(alone.sum())
    return np.asarray(codes)


def split(frame: pd.DataFrame, schema: Schema, settings: SplitSettings) -> Split:
    """Divide the rows of a cleaned frame.

    A cross-validation leaves the test part empty: its test rows come from `cross_validation`.

    Raises:
        SplitError: There is no date to split by, or a part would lack goods or bads.
        SchemaError: The outcome cannot be used.
    """
    y = outcome_vector(frame, schema)
    if settings.kind == "out_of_time":
        part, why = _out_of_time(frame, schema, settings)
    else:
        test = settings.test if settings.kind == "stratified" else 0.0
        part = _stratified(y, groups_of(frame, schema), test, settings)
        why = _why(frame, schema, settings)
    _require_both_outcomes(part, y, settings)
    train, validation, test_rows = (frame.index[part == number] for number in range(3))
    return Split(train, validation, test_rows, settings.kind, why)


def cross_validation(
    frame: pd.DataFrame, schema: Schema, settings: SplitSettings
) -> Iterator[tuple[int, Split]]:
    """Yield the number of the repeat and one split per fold, whose test part is the fold.

    Raises:
        SplitError: A fold would lack goods or bads.
    """
    y, groups = outcome_vector(frame, schema), groups_of(frame, schema)
    share = settings.validation / (1 - 1 / settings.folds)
    for repeat in range(settings.repeats):
        fold = inner_folds(y, groups, settings.folds, settings.seed + repeat)
        for number in range(settings.folds):
            learnt = fold != number
            inside = replace(settings, validation=min(share, 0.5), seed=settings.seed + repeat)
            own = None if groups is None else groups[learnt]
            part = np.full(len(y), 2, np.int8)
            part[learnt] = _stratified(y[learnt], own, 0.0, inside)
            _require_both_outcomes(part, y, settings)
            rows = [frame.index[part == each] for each in range(3)]
            yield repeat, Split(rows[0], rows[1], rows[2], settings.kind, "")


def _why(frame: pd.DataFrame, schema: Schema, settings: SplitSettings) -> str:
    together = repeated_identifier(frame, schema)
    kept = f" Rows that share {schema[together].label} stay together." if together else ""
    if settings.kind == "stratified":
        return f"Drawn at random, with the same share of bads in each part.{kept}"
    return (
        f"Every row was a test row {_times(settings.repeats)}, in {settings.folds} folds with the "
        "same share of bads, scored by models that had not seen its fold; the model that is kept "
        f"has learnt from all rows.{kept}"
    )


def _times(repeats: int) -> str:
    return {1: "once", 2: "twice"}.get(repeats, f"{repeats} times")


def _stratified(
    y: np.ndarray, groups: np.ndarray | None, test: float, settings: SplitSettings
) -> np.ndarray:
    """Return (n,) parts; groups are drawn whole, those with a bad apart from those without."""
    random = np.random.default_rng(settings.seed)
    unit = np.arange(len(y)) if groups is None else groups
    bad = np.zeros(unit.max() + 1, np.int8)
    np.maximum.at(bad, unit, y)
    part = np.zeros(len(bad), np.int8)
    for outcome in (0, 1):
        drawn = random.permutation(np.flatnonzero(bad == outcome))
        tested = max(1, round(len(drawn) * test)) if test else 0
        judged = max(1, round(len(drawn) * settings.validation))
        part[drawn[:tested]] = 2
        part[drawn[tested : tested + judged]] = 1
    return np.asarray(part[unit])


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
    why = f"Trained on the oldest rows, tested on rows from {first} on ({column.label})."
    older = _known_later(part, groups_of(frame, schema))
    part[older] = LEFT_OUT
    return part, why + _left_out(int(older.sum()), frame, schema)


def _known_later(part: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    """Return (n,) whether a row's group also has rows in a later part.

    The older rows are left out and not the newer: those are what the model is for, and without
    whoever comes back the test would be of newcomers alone.
    """
    if groups is None:
        return np.zeros(len(part), bool)
    latest = np.zeros(groups.max() + 1, part.dtype)
    np.maximum.at(latest, groups, part)
    return np.asarray(part < latest[groups])


def _left_out(rows: int, frame: pd.DataFrame, schema: Schema) -> str:
    together = repeated_identifier(frame, schema)
    if not rows or together is None:
        return ""
    one = rows == 1
    return (
        f" {count(rows)} older row{'' if one else 's'}, whose {schema[together].label} also has "
        f"newer rows, {'was' if one else 'were'} left out, so that nobody is learnt and tested."
    )


def inner_folds(y: np.ndarray, groups: np.ndarray | None, folds: int, seed: int = 0) -> np.ndarray:
    """Return (n,) int, the fold of each row, with about the same share of bads in each.

    Args:
        y: (n,) outcomes; 1 = bad.
        groups: (n,) rows of one group stay together; None if every row stands for itself.
        folds: At least 2.
        seed: Fixes the draw.

    Raises:
        SplitError: A fold would lack goods or bads.
    """
    fewest = min(int(y.sum()), int(len(y) - y.sum()))
    if fewest < folds:
        raise SplitError(
            f"{folds} folds need at least {folds} goods and {folds} bads, but there are only "
            f"{count(fewest)} of one outcome. Use a larger file, or a preset with one fold."
        )
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold  # slow to import

    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    fold = np.empty(len(y), np.int8)
    parts = kind(folds, shuffle=True, random_state=seed).split(np.zeros((len(y), 1)), y, groups)
    for number, (_, rows) in enumerate(parts):
        fold[rows] = number
        if np.ptp(y[rows]) == 0:
            raise SplitError(
                f"Fold {number + 1} of {folds} would hold a single outcome, because rows of one "
                "identifier stay together. Use fewer folds or a larger file."
            )
    return fold


def _sizes(n: int, settings: SplitSettings) -> tuple[int, int]:
    return max(1, round(n * settings.test)), max(1, round(n * settings.validation))


def _require_both_outcomes(part: np.ndarray, y: np.ndarray, settings: SplitSettings) -> None:
    for number, name in enumerate(_PARTS):
        inside = y[part == number]
        if name == "test" and settings.kind == "cross_validation" and not len(inside):
            continue
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
            f"The {name} part would hold {counted(len(inside), 'row')} and not one {lacking} among "
            f"them; the file has {count(int(y.sum()))} bads and "
            f"{count(int(len(y) - y.sum()))} goods. {remedy}"
        )
