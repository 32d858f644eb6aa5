"""Rows that are equal to an earlier one, counted without comparing every cell."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.data.codes import coded

_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: spreads the bits


def count_repeated(frame: pd.DataFrame, names: Sequence[str]) -> int:
    """Return how many rows are equal to an earlier one in all of these columns.

    Rows are told apart by 64 bits of hash; those that share one are then compared cell by cell.
    """
    if not names or frame.empty:
        return 0
    mixed = np.zeros(len(frame), np.uint64)
    for name in names:
        mixed = (mixed ^ _bits(frame[name])) * _ODD
        mixed ^= mixed >> np.uint64(29)
    ordered = np.sort(mixed)
    shared = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(shared):
        return 0
    suspects = np.isin(mixed, shared)
    return int(frame.loc[suspects, list(names)].duplicated().sum())


def _bits(series: pd.Series) -> np.ndarray:
    """Return (n,) unsigned numbers, the same for equal values; all missing ones are equal."""
    if series.dtype == np.float64:
        values = series.to_numpy() + 0.0  # -0.0 is 0.0
        return np.where(np.isnan(values), np.nan, values).view(np.uint64)
    if pd.api.types.is_datetime64_any_dtype(series):
        return series.to_numpy().view("int64").view(np.uint64)
    return coded(series).codes.astype(np.int64).view(np.uint64)
